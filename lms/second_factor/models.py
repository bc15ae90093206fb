"""What somebody can show besides their password."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant


class Factor(LabelledEnum):
    """The kinds of second factors."""

    PASSKEY = "passkey", _l("通行密钥")
    RECOVERY_CODE = "recovery_code", _l("恢复码")
    TOTP = "totp", _l("验证器应用")


class ChallengePurpose(LabelledEnum):
    """What a passkey is asked for."""

    ADD = "add", _l("添加通行密钥")
    SHOW = "show", _l("二次验证")


class TotpDevice(Model):
    """An authenticator app (RFC 6238): one in use, and one that is being set up, for each person.

    `last_step` is the newest time step whose code was accepted: no older one, nor the same again,
    is ever accepted after it.
    """

    __tablename__ = "totp_devices"
    __table_args__ = (
        Index(
            "ux_totp_devices_one_in_use",
            "person_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
        Index(
            "ux_totp_devices_one_in_setup",
            "person_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # Bound into the encryption of the secret, so it must be known before the row is.
    record_key: Mapped[str] = mapped_column(String(32), unique=True)
    secret_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    last_step: Mapped[int | None]
    last_used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class Passkey(Model):
    """A WebAuthn credential. The private key never leaves the authenticator."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(32))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str]] = mapped_column(default=list)
    # Whether it may be, and is, kept by a service that hands it to other devices of its owner.
    may_be_backed_up: Mapped[bool]
    is_backed_up: Mapped[bool]
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class RecoveryCode(Model):
    """One of the codes on paper for whoever has lost everything else; good once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class PasskeyChallenge(Model):
    """What a passkey must sign: of one session, for one purpose, good once and not for long."""

    __tablename__ = "passkey_challenges"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    purpose: Mapped[ChallengePurpose] = mapped_column(EnumType(ChallengePurpose), primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)
