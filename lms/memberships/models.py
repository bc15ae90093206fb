"""Requests to belong to a unit: of somebody who registers, or who moves."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.organizations.models import Organization


class RequestKind(LabelledEnum):
    """Whether somebody belongs to a unit already."""

    JOIN = "join", _l("加入单位"), "info"
    MOVE = "move", _l("调动"), "neutral"


class RequestSide(LabelledEnum):
    """Who asked. Whoever did not must agree: the new unit, or (if it asked) the person."""

    NEW_UNIT = "new_unit", _l("新单位提出")
    OLD_UNIT = "old_unit", _l("原单位提出")
    PERSON = "person", _l("本人提出")


class RequestState(LabelledEnum):
    PENDING = "pending", _l("待审核"), "warning"
    APPROVED = "approved", _l("已同意"), "success"
    REFUSED = "refused", _l("未同意"), "danger"
    CANCELLED = "cancelled", _l("已撤销"), "neutral"


class MembershipRequest(Model):
    """A person is to belong to a unit. At most one of a person is open at a time."""

    __tablename__ = "membership_requests"
    __table_args__ = (
        Index(
            "ux_membership_requests_one_pending",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        # What a unit has to decide, and what it has decided, the newest first.
        Index("ix_membership_requests_to_state", "to_id", "state", "id"),
        Index("ix_membership_requests_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(EnumType(RequestKind))
    side: Mapped[RequestSide] = mapped_column(EnumType(RequestSide))
    # The unit at the time of asking; None for whoever belonged to none.
    from_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    state: Mapped[RequestState] = mapped_column(
        EnumType(RequestState), default=RequestState.PENDING
    )
    # What the one who asked says to the one who decides, and the answer.
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    from_unit: Mapped[Organization | None] = relationship(foreign_keys=[from_id])
    to_unit: Mapped[Organization] = relationship(foreign_keys=[to_id])
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def is_pending(self) -> bool:
        return self.state is RequestState.PENDING

    @property
    def is_agreed_to(self) -> bool:
        """Whether the person's side has asked for it, or agreed to the new unit that did."""
        return self.side is not RequestSide.NEW_UNIT or self.state is RequestState.APPROVED

    @property
    def waits_for_person(self) -> bool:
        """Whether the person has to agree, because the new unit asked for them."""
        return self.is_pending and self.side is RequestSide.NEW_UNIT
