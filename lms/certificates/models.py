"""Certificates: what was printed, kept apart from the course and the account it came from."""

import datetime as dt
from enum import Enum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import Hours, HoursType, Instant
from lms.documents.rules import mask_identity, mask_name
from lms.enrollments.models import Cycle


class CertificateState(LabelledEnum):
    REVOKED = "revoked", _l("已撤销"), "danger"
    SUPERSEDED = "superseded", _l("已换发"), "warning"
    VALID = "valid", _l("有效"), "success"


class RevocationReason(LabelledEnum):
    """Why a certificate was revoked, as the public may know it. The details stay with staff."""

    INSPECTION = "inspection", _l("抽查认定学习不实")
    ISSUED_IN_ERROR = "issued_in_error", _l("签发有误")
    OTHER = "other", _l("其他原因")
    PROXY = "proxy", _l("代学代考")
    REGRADED = "regraded", _l("试题更正后成绩未达到合格线")
    REQUESTED = "requested", _l("持证人申请")


class PdfState(Enum):
    """Whether the file has been made. It can be made again at any time."""

    PENDING = "pending"
    READY = "ready"


class Certificate(Model):
    """A completion certificate (结业证书): one per cycle, held to it by the database.

    Everything printed is copied here when it is issued, so that a course renamed or an account
    closed later changes nothing. The identity number itself is not copied, only its last four.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours_positive"),
        CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_has_its_time"
        ),
        Index("ix_certificates_base_id_id", "base_id", "id"),
        Index("ix_certificates_pdf_state", "pdf_state", "pdf_attempts", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    # 128 random bits in base64url: the address of the public page, and nothing one can guess.
    code: Mapped[str] = mapped_column(String(22), unique=True)
    cycle_id: Mapped[int | None] = mapped_column(
        ForeignKey("cycles.id", ondelete="SET NULL"), unique=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    base_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id", ondelete="SET NULL"))

    person_name: Mapped[str] = mapped_column(String(64))
    identity_tail: Mapped[str] = mapped_column(String(4))
    course_title: Mapped[str] = mapped_column(String(120))
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)
    year: Mapped[int]
    base_name: Mapped[str] = mapped_column(String(128))
    issuer_name: Mapped[str] = mapped_column(String(128))
    has_exam: Mapped[bool]
    completed_at: Mapped[dt.datetime] = mapped_column(Instant)
    issued_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    state: Mapped[CertificateState] = mapped_column(
        EnumType(CertificateState), default=CertificateState.VALID
    )
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    revocation_reason: Mapped[RevocationReason | None] = mapped_column(EnumType(RevocationReason))
    revocation_note: Mapped[str] = mapped_column(Text, default="")
    superseded_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))

    pdf_state: Mapped[str] = mapped_column(String(16), default=PdfState.PENDING.value)
    # Below the media folder; None until the file has been made once.
    pdf_path: Mapped[str | None] = mapped_column(String(255))
    pdf_attempts: Mapped[int] = mapped_column(default=0)

    cycle: Mapped[Cycle | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    superseded_by: Mapped["Certificate | None"] = relationship(remote_side=[id])

    @property
    def is_pdf_ready(self) -> bool:
        return self.pdf_state == PdfState.READY.value

    @property
    def masked_name(self) -> str:
        """The holder as strangers see them."""
        return mask_name(self.person_name)

    @property
    def masked_identity(self) -> str:
        """Stars and the last four characters of the identity number."""
        return mask_identity(self.identity_tail)
