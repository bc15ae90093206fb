"""One-time codes."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant

# Of a code that was sent: its holder asks for another. One on paper would be lost for days to any
# stranger who knows the login, so for it the waits between tries must do: 96 a day at most.
MOST_FAILURES = 5


class CodePurpose(LabelledEnum):
    """What a code allows its holder to choose: a first password, or another one."""

    ACTIVATE = "activate", _l("激活账号")
    RESET = "reset", _l("重设密码")


class CodeChannel(LabelledEnum):
    """How a code reaches its holder."""

    MAIL = "mail", _l("邮件")
    SHEET = "sheet", _l("纸质")
    SMS = "sms", _l("短信")


class OneTimeCode(Model):
    """A code that was handed out or sent, or is about to be. Only its keyed hash is kept.

    A request for an account that does not exist makes a row without a person, so that both kinds
    of request cost the same. Whoever shows the code gets a grant, by which the password is chosen:
    so a code is not lost on somebody who is interrupted.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_person_id_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[CodePurpose] = mapped_column(EnumType(CodePurpose))
    channel: Mapped[CodeChannel] = mapped_column(EnumType(CodeChannel))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    failures: Mapped[int] = mapped_column(default=0)
    voided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    grant_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    granted_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # When to send it, again if need be; None: sent, or not to be sent.
    next_send_at: Mapped[dt.datetime | None] = mapped_column(Instant, index=True)
    send_tries: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])

    @property
    def is_open(self) -> bool:
        """Whether it can still be shown."""
        return (
            self.code_hash is not None
            and self.used_at is None
            and self.voided_at is None
            and not self.is_guessed_at
            and clock.now() < self.expires_at
            and not self.is_overtaken
        )

    @property
    def is_guessed_at(self) -> bool:
        """Whether it was sent, and too many wrong ones were shown in its place."""
        return self.channel is not CodeChannel.SHEET and self.failures >= MOST_FAILURES

    @property
    def is_overtaken(self) -> bool:
        """Whether the person has chosen a password since."""
        set_at = self.person.password_set_at if self.person else None
        return set_at is not None and self.created_at < set_at
