"""The audit trail: who did what to which record, and when. Written with the deed, never edited."""

import datetime as dt
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model, db
from lms.core.types import Instant


class AuditTag(Enum):
    """What was done, as `source:subject:action`, in alphabetical order."""

    ACCOUNTS_PERSON_CREATE = "accounts:person:create"
    ACCOUNTS_PERSON_SIGN_IN = "accounts:person:sign-in"
    ACCOUNTS_PERSON_SIGN_IN_FAIL = "accounts:person:sign-in-fail"
    ACCOUNTS_PERSON_SIGN_OUT = "accounts:person:sign-out"
    CATALOG_COURSE_CREATE = "catalog:course:create"
    CATALOG_COURSE_PUBLISH = "catalog:course:publish"
    CATALOG_COURSE_UPDATE = "catalog:course:update"
    CATALOG_COURSE_WITHDRAW = "catalog:course:withdraw"
    CERTIFICATES_CERTIFICATE_ISSUE = "certificates:certificate:issue"
    CERTIFICATES_CERTIFICATE_REVOKE = "certificates:certificate:revoke"
    ENROLLMENTS_CYCLE_COMPLETE = "enrollments:cycle:complete"
    ENROLLMENTS_CYCLE_FAIL = "enrollments:cycle:fail"
    ENROLLMENTS_CYCLE_START = "enrollments:cycle:start"
    ENROLLMENTS_CYCLE_WITHDRAW = "enrollments:cycle:withdraw"
    EXAMS_ATTEMPT_START = "exams:attempt:start"
    EXAMS_ATTEMPT_SUBMIT = "exams:attempt:submit"
    EXAMS_RESTUDY_APPLY = "exams:restudy:apply"
    EXAMS_RESTUDY_APPROVE = "exams:restudy:approve"
    EXAMS_RESTUDY_REFUSE = "exams:restudy:refuse"
    HOURS_DELIVERY_RETRY = "hours:delivery:retry"
    PAYMENTS_ORDER_CLOSE = "payments:order:close"
    PAYMENTS_ORDER_CREATE = "payments:order:create"
    PAYMENTS_ORDER_PAY = "payments:order:pay"
    PAYMENTS_ORDER_REFUND = "payments:order:refund"
    QUESTIONS_QUESTION_CREATE = "questions:question:create"
    QUESTIONS_QUESTION_RETIRE = "questions:question:retire"
    QUESTIONS_QUESTION_UPDATE = "questions:question:update"
    VIDEOS_SUBTITLE_REMOVE = "videos:subtitle:remove"
    VIDEOS_SUBTITLE_UPLOAD = "videos:subtitle:upload"
    VIDEOS_VIDEO_UPLOAD = "videos:video:upload"


class AuditEvent(Model):
    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    happened_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None]
    tag: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


def record(tag: AuditTag, actor_id: int | None, subject: str, **detail: Any) -> None:
    """Note that `actor_id` (None: the system) did `tag` to `subject` ("course:12").

    `detail` must hold no personal data beyond identifiers.
    """
    happened_at = clock.now()
    db.session.add(
        AuditEvent(
            happened_at=happened_at,
            actor_id=actor_id,
            tag=tag.value,
            subject=subject,
            detail=detail,
        )
    )
