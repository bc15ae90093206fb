"""Notices to people, the messages that carry them outside, and who wants which."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant


class NoticeKind(LabelledEnum):
    """What somebody is told of, in the order of the page of preferences; the tone is its dot's."""

    ENROLLED = "enrolled", _l("报名成功"), "info"
    CLOSING = "closing", _l("课程即将截止"), "warning"
    ATTEMPT_RESULT = "attempt_result", _l("考试结果"), "info"
    REGRADED = "regraded", _l("试题更正，成绩有变"), "warning"
    RESTUDY_DECIDED = "restudy_decided", _l("重新学习申请的结果"), "info"
    CERTIFICATE_READY = "certificate_ready", _l("证书已生成"), "success"
    CERTIFICATE_REVOKED = "certificate_revoked", _l("证书撤销和学时退回"), "danger"
    HOURS_REFUSED = "hours_refused", _l("学时未能入账"), "danger"


class NoticeChannel(LabelledEnum):
    """How a notice leaves the platform. In the page everybody finds all of theirs."""

    MAIL = "mail", _l("邮件")
    SMS = "sms", _l("短信")


class DeliveryState(LabelledEnum):
    """What became of one message; no page shows it. All but the first two are for good."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    # By the time it was to go it was not wanted, not true any more, or had no address.
    SKIPPED = "skipped"
    FAILED = "failed"
    # Handed over, and nobody heard whether it was taken. Sent again it might arrive twice.
    UNKNOWN = "unknown"


class Notice(Model):
    """A notice to one person. What it says is made of `facts` when it is read, in any language.

    `about` names what happened, and the database lets each be told of once. The facts hold names
    of courses, numbers and ids: nothing of the person, and nothing that somebody has written.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("about", "kind"),
        Index("ix_notices_person_id_id", "person_id", "id"),
        Index(
            "ix_notices_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[NoticeKind] = mapped_column(EnumType(NoticeKind))
    about: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    read_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class NoticeDelivery(Model):
    """A notice on its way by one channel, which it takes at most once."""

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index(
            "ix_notice_deliveries_open",
            "next_try_at",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[NoticeChannel] = mapped_column(EnumType(NoticeChannel))
    state: Mapped[DeliveryState] = mapped_column(
        EnumType(DeliveryState), default=DeliveryState.PENDING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # While it is being sent: when whoever sends it must have died.
    next_try_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # When it was last given to the task queue; None: not since it became due.
    queued_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    notice: Mapped[Notice] = relationship()


class NoticePreference(Model):
    """That somebody wants notices of a kind by a channel, or does not; without a row as usual."""

    __tablename__ = "notice_preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(EnumType(NoticeKind), primary_key=True)
    channel: Mapped[NoticeChannel] = mapped_column(EnumType(NoticeChannel), primary_key=True)
    is_wanted: Mapped[bool]


class NoticeLanguage(Model):
    """In which language somebody is written to; without a row in the platform's own."""

    __tablename__ = "notice_languages"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))


class ClosingRun(Model):
    """That all reminders of a day (Shanghai's) have been written."""

    __tablename__ = "notice_closing_runs"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    finished_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
