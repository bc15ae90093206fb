"""The audit trail: who did what to which record, when and from where.

Written in the transaction of the deed. The database refuses to change or delete an event.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import g, has_app_context
from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model, db
from lms.core.types import Instant


class AuditTag(Enum):
    """What was done, as `source:subject:action`, in alphabetical order."""

    ACCOUNTS_CODE_ISSUE = "accounts:code:issue"
    ACCOUNTS_CODE_USE = "accounts:code:use"
    ACCOUNTS_EMPLOYMENT_BEGIN = "accounts:employment:begin"
    ACCOUNTS_EMPLOYMENT_END = "accounts:employment:end"
    ACCOUNTS_FACTOR_ADD = "accounts:factor:add"
    ACCOUNTS_FACTOR_FAIL = "accounts:factor:fail"
    ACCOUNTS_FACTOR_REMOVE = "accounts:factor:remove"
    ACCOUNTS_IDENTITY_READ = "accounts:identity:read"
    ACCOUNTS_PASSWORD_CHANGE = "accounts:password:change"  # noqa: S105 - a tag
    ACCOUNTS_PASSWORD_RESET = "accounts:password:reset"  # noqa: S105 - a tag
    ACCOUNTS_PERSON_CREATE = "accounts:person:create"
    ACCOUNTS_PERSON_MERGE = "accounts:person:merge"
    ACCOUNTS_PERSON_SIGN_IN = "accounts:person:sign-in"
    ACCOUNTS_PERSON_SIGN_IN_FAIL = "accounts:person:sign-in-fail"
    ACCOUNTS_PERSON_SIGN_OUT = "accounts:person:sign-out"
    ACCOUNTS_PERSON_UPDATE = "accounts:person:update"
    ACCOUNTS_POST_END = "accounts:post:end"
    ACCOUNTS_POST_GRANT = "accounts:post:grant"
    ACCOUNTS_POST_HAND_OVER = "accounts:post:hand-over"
    ACCOUNTS_REQUEST_APPROVE = "accounts:request:approve"
    ACCOUNTS_REQUEST_CANCEL = "accounts:request:cancel"
    ACCOUNTS_REQUEST_MAKE = "accounts:request:make"
    ACCOUNTS_REQUEST_REFUSE = "accounts:request:refuse"
    ACCOUNTS_ROSTER_APPLY = "accounts:roster:apply"
    ACCOUNTS_ROSTER_CHECK = "accounts:roster:check"
    ACCOUNTS_ROSTER_DOWNLOAD = "accounts:roster:download"
    ACCOUNTS_ROSTER_UPLOAD = "accounts:roster:upload"
    ACCOUNTS_SESSION_END = "accounts:session:end"
    AUDIT_EVENTS_EXPORT = "audit:events:export"
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
    ORGANIZATIONS_ORGANIZATION_APPROVE = "organizations:organization:approve"
    ORGANIZATIONS_ORGANIZATION_CLOSE = "organizations:organization:close"
    ORGANIZATIONS_ORGANIZATION_CREATE = "organizations:organization:create"
    ORGANIZATIONS_ORGANIZATION_REFUSE = "organizations:organization:refuse"
    ORGANIZATIONS_ORGANIZATION_REGISTER = "organizations:organization:register"
    ORGANIZATIONS_ORGANIZATION_UPDATE = "organizations:organization:update"
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
    __table_args__ = (
        # What an auditor lists: the newest of an organization, of an actor, of a record.
        Index("ix_audit_events_organization_id_id", "organization_id", "id"),
        Index("ix_audit_events_actor_id_id", "actor_id", "id"),
        Index("ix_audit_events_subject_id", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    happened_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None]
    # Whose affair it is, so that auditors see their own division's; None: the whole system's.
    organization_id: Mapped[int | None]
    # The network address it came from; None: the system itself.
    address: Mapped[str | None] = mapped_column(String(45))
    tag: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class Origin:
    """Where a request comes from, and whose affair what it does is unless said otherwise."""

    address: str | None = None
    organization_id: int | None = None


def set_origin(origin: Origin) -> None:
    """Note the origin of whatever is recorded until the application context ends."""
    g.audit_origin = origin


def record(
    tag: AuditTag,
    actor_id: int | None,
    subject: str,
    *,
    organization_id: int | None = None,
    **detail: Any,
) -> None:
    """Note that `actor_id` (None: the system) did `tag` to `subject` ("course:12").

    `organization_id` tells whose affair it is, by default that of whoever asks. `detail` must hold
    no personal data beyond identifiers.
    """
    origin: Origin = g.get("audit_origin", Origin()) if has_app_context() else Origin()
    db.session.add(
        AuditEvent(
            happened_at=clock.now(),
            actor_id=actor_id,
            organization_id=organization_id or origin.organization_id,
            address=origin.address,
            tag=tag.value,
            subject=subject,
            detail=detail,
        )
    )
