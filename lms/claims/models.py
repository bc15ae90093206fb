"""Claims (学时申报): what somebody asks to have recognised, its evidence, and who said what."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import ZERO_HOURS, Hours, HoursType, Instant
from lms.hourbank.models import LedgerEntry
from lms.organizations.models import Organization


class ClaimState(LabelledEnum):
    """Where a claim stands. Only a draft, a returned and a withdrawn one may be written in."""

    DRAFT = "draft", _l("草稿"), "neutral"
    PENDING = "pending", _l("审核中"), "info"
    RETURNED = "returned", _l("已退回，待修改"), "warning"
    WITHDRAWN = "withdrawn", _l("已撤回"), "neutral"
    REFUSED = "refused", _l("不予认定"), "danger"
    RECOGNIZED = "recognized", _l("已认定"), "success"
    TAKEN_BACK = "taken_back", _l("认定已撤销"), "danger"


class ClaimStep(LabelledEnum):
    """The desks of the chain, in their order; the values are those of policy files."""

    UNIT = "unit", _l("单位审核")
    DEPARTMENT = "department", _l("主管部门审核")
    BUREAU = "bureau", _l("人社部门审核")


class ClaimDeed(LabelledEnum):
    """What is done with a claim, with the colour of its line in the history."""

    SUBMIT = "submit", _l("提交申报"), "info"
    WITHDRAW = "withdraw", _l("撤回申报"), "neutral"
    APPROVE = "approve", _l("审核通过"), "success"
    RETURN = "return", _l("退回修改"), "warning"
    REFUSE = "refuse", _l("不予认定"), "danger"
    TAKE_BACK = "take_back", _l("撤销认定"), "danger"


@dataclass(frozen=True)
class RefusedHours:
    """Hours of a claim that were not recognised, and why, as the policy said at that time."""

    category: HourCategory
    hours: Hours
    code: str
    reason: str
    source: str


class Claim(Model):
    """Hours that a person asks for, for one year, and where that stands.

    `answers` hold what was typed into the form of the kind, by its fields' names, also where a
    draft is not right yet. `turn` grows with every deed, so that whoever decides decides on what
    they saw; `round` grows with every submission.
    """

    __tablename__ = "claims"
    __table_args__ = (
        # One's own list; and what is recognised of a person's year.
        Index("ix_claims_person_id_year_id", "person_id", "year", "id"),
        # What waits at a desk, the most urgent first, and at those below a stand-in.
        Index("ix_claims_desk_id_due_on_id", "desk_id", "due_on", "id"),
        Index("ix_claims_superior_id", "superior_id"),
        # What has waited long anywhere: empty for all that waits for nobody.
        Index("ix_claims_arrived_at", "arrived_at"),
        # What an organization's claims were, the newest first.
        Index("ix_claims_organization_id_id", "organization_id", "id"),
        Index("ix_claims_certificate_key", "certificate_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    year: Mapped[int]
    # "370800-2022"; of a submitted claim the one it was submitted under, until it is decided.
    policy: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    # What the policy calls the kind, for lists that hold claims of many policies.
    kind_label: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    certificate_number: Mapped[str] = mapped_column(String(64), default="")
    # As it is compared with others; empty for what is no number.
    certificate_key: Mapped[str] = mapped_column(String(64), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ClaimState] = mapped_column(EnumType(ClaimState), default=ClaimState.DRAFT)
    round: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int] = mapped_column(default=0)
    # The unit, or who stands in for one, when it was submitted.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    # Whose turn it is, and who decides there if nobody can; None while it waits for nobody.
    step: Mapped[ClaimStep | None] = mapped_column(EnumType(ClaimStep))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    arrived_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    due_on: Mapped[dt.date | None]
    # As the policy counted it when it was submitted, and again when it was decided.
    asked: Mapped[Hours] = mapped_column(HoursType, default=ZERO_HOURS)
    granted: Mapped[Hours] = mapped_column(HoursType, default=ZERO_HOURS)
    # What was refused of a recognised claim: category, tenths, code, reason and source of each.
    refusals: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()
    organization: Mapped[Organization | None] = relationship(foreign_keys=[organization_id])
    desk: Mapped[Organization | None] = relationship(foreign_keys=[desk_id])
    superior: Mapped[Organization | None] = relationship(foreign_keys=[superior_id])
    events: Mapped[list["ClaimEvent"]] = relationship(
        back_populates="claim", order_by="ClaimEvent.id"
    )
    evidence: Mapped[list["ClaimEvidence"]] = relationship(
        back_populates="claim", order_by="ClaimEvidence.id"
    )
    grants: Mapped[list["ClaimGrant"]] = relationship(
        back_populates="claim", order_by="ClaimGrant.id"
    )

    @property
    def is_writable(self) -> bool:
        """Whether its claimant may write in it."""
        return self.state in (ClaimState.DRAFT, ClaimState.RETURNED, ClaimState.WITHDRAWN)

    @property
    def is_overdue(self) -> bool:
        """Whether whoever has to decide has let the day pass."""
        is_pending = self.state is ClaimState.PENDING
        return is_pending and self.due_on is not None and self.due_on < clock.today()

    @property
    def refused(self) -> list[RefusedHours]:
        """What was not recognised of it, with the reasons."""
        return [
            RefusedHours(
                HourCategory(each["category"]),
                Hours(each["tenths"]),
                each["code"],
                each["reason"],
                each["source"],
            )
            for each in self.refusals
        ]

    @property
    def papers(self) -> list["ClaimEvidence"]:
        """The evidence that stands, without what was taken away."""
        return [each for each in self.evidence if each.removed_at is None]


class ClaimEvent(Model):
    """One deed with a claim: who, for which organization, when, and what they said."""

    __tablename__ = "claim_events"
    __table_args__ = (Index("ix_claim_events_claim_id_round", "claim_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    round: Mapped[int]
    deed: Mapped[ClaimDeed] = mapped_column(EnumType(ClaimDeed))
    step: Mapped[ClaimStep | None] = mapped_column(EnumType(ClaimStep))
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    # The desk that was decided for; with `is_stand_in` by somebody above it.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    is_stand_in: Mapped[bool] = mapped_column(default=False)
    remark: Mapped[str] = mapped_column(Text, default="")
    # Of a submission: what was submitted.
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    happened_at: Mapped[dt.datetime] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship(back_populates="events")
    actor: Mapped[Person] = relationship()
    organization: Mapped[Organization | None] = relationship()


class ClaimGrant(Model):
    """Hours of one category that were recognised, and the line of the ledger they became."""

    __tablename__ = "claim_grants"
    __table_args__ = (UniqueConstraint("claim_id", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)
    # The code of the policy's cap that they count for; empty where there is none.
    cap_group: Mapped[str] = mapped_column(String(64), default="")
    entry_id: Mapped[int] = mapped_column(ForeignKey("bank_ledger_entries.id"), unique=True)

    claim: Mapped[Claim] = relationship(back_populates="grants")
    entry: Mapped[LedgerEntry] = relationship()


class ClaimEvidence(Model):
    """A file that shows what is claimed. What was once submitted is kept when it is taken away."""

    __tablename__ = "claim_evidence"
    __table_args__ = (Index("ix_claim_evidence_claim_id", "claim_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    # The code of the policy's evidence rule that it answers.
    rule: Mapped[str] = mapped_column(String(32))
    path: Mapped[str] = mapped_column(String(128), unique=True)
    # What its owner calls it; shown, and never a path.
    name: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    added_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # In which round it was first submitted; None: not yet.
    sent_in: Mapped[int | None]
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship(back_populates="evidence")


class ClaimReminder(Model):
    """That somebody was reminded of what waits for them on a day (Shanghai's)."""

    __tablename__ = "claim_reminders"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
