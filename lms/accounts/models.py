"""People and the posts that give them a say."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.permissions import Role
from lms.core.types import Instant
from lms.organizations.models import Organization


class IdentityKind(LabelledEnum):
    """What document an identity number is from. Issue of further kinds adds members here."""

    RESIDENT = "resident", _l("居民身份证")


class Person(Model):
    """A professional, or anyone else with an account.

    The identity number is stored encrypted, with a keyed hash to find it and its last four
    characters to show; `operations.identity_number_for_bank` is the only way to the whole.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Bound into the encryption of the identity number, so it must be known before the row is.
    record_key: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    username: Mapped[str | None] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    identity_kind: Mapped[IdentityKind] = mapped_column(EnumType(IdentityKind))
    identity_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    identity_hash: Mapped[str] = mapped_column(String(64), unique=True)
    identity_tail: Mapped[str] = mapped_column(String(4))
    email: Mapped[str | None] = mapped_column(String(128))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    profession: Mapped[str | None] = mapped_column(String(64))
    is_active: Mapped[bool] = mapped_column(default=True)
    # Part of every session: raising it ends them all.
    session_epoch: Mapped[int] = mapped_column(default=1)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    sign_in_blocked_until: Mapped[dt.datetime | None] = mapped_column(Instant)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    unit: Mapped[Organization | None] = relationship()
    posts: Mapped[list["Post"]] = relationship(back_populates="person", order_by="Post.id")

    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session remembers: who, and of which epoch."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def masked_name(self) -> str:
        """The family name and stars, as strangers see it."""
        return self.name[:1] + "*" * max(1, len(self.name) - 1)

    @property
    def masked_identity(self) -> str:
        """Stars and the last four characters."""
        return "*" * 14 + self.identity_tail


class Post(Model):
    """A role of a person in an organization, for a time."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("person_id", "organization_id", "role", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    role: Mapped[Role] = mapped_column(EnumType(Role))
    starts_on: Mapped[dt.date] = mapped_column(default=clock.today)
    ends_on: Mapped[dt.date | None]

    person: Mapped[Person] = relationship(back_populates="posts")
    organization: Mapped[Organization] = relationship()

    @property
    def is_in_force(self) -> bool:
        today = clock.today()
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)
