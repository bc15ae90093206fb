"""The tree of divisions, and who employs, supervises and teaches in it."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.organizations.enums import UnitNature


class OrganizationKind(LabelledEnum):
    BASE = "base", _l("继续教育基地")
    BUREAU = "bureau", _l("人社部门")
    DEPARTMENT = "department", _l("主管部门")
    STAND_IN = "stand_in", _l("代管机构")
    UNIT = "unit", _l("用人单位")


class OrganizationState(LabelledEnum):
    """A unit that registers itself waits; anything the administration makes is approved."""

    PENDING = "pending", _l("待审核"), "warning"
    APPROVED = "approved", _l("正常"), "success"
    REFUSED = "refused", _l("未通过"), "danger"
    CLOSED = "closed", _l("已停用"), "neutral"


class StandInKind(LabelledEnum):
    """Who keeps the file of people without a unit, and acts for them (Registration)."""

    COMMUNITY = "community", _l("社区")
    STREET_OFFICE = "street_office", _l("街道办事处")
    TALENT_AGENCY = "talent_agency", _l("人才服务机构")


class Division(Model):
    """An administrative division: GB/T 2260 code (6 digits), for a street GB/T 10114 (9)."""

    __tablename__ = "divisions"

    code: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"), index=True)


class Organization(Model):
    """A bureau, department, unit, base or stand-in. `parent` supervises it."""

    __tablename__ = "organizations"
    __table_args__ = (
        Index("ix_organizations_kind_state", "kind", "state"),
        # Looked up by the beginning of a name, and by that of a division's code.
        Index("ix_organizations_name_begins", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index(
            "ix_organizations_division_begins",
            "division_code",
            postgresql_ops={"division_code": "text_pattern_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganizationKind] = mapped_column(EnumType(OrganizationKind))
    state: Mapped[OrganizationState] = mapped_column(
        EnumType(OrganizationState), default=OrganizationState.APPROVED
    )
    name: Mapped[str] = mapped_column(String(128), unique=True)
    # 统一社会信用代码, GB 32100; what imports know a unit by.
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    nature: Mapped[UnitNature | None] = mapped_column(EnumType(UnitNature))
    stand_in_kind: Mapped[StandInKind | None] = mapped_column(EnumType(StandInKind))
    address: Mapped[str | None] = mapped_column(String(255))
    contact_phone: Mapped[str | None] = mapped_column(String(32))
    # Whoever registered it becomes its manager when it is approved. No foreign key: people stand
    # above organizations.
    registered_by_id: Mapped[int | None] = mapped_column(index=True)
    # Why a registration was refused, for the registrant to read and mend.
    remark: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    division: Mapped[Division] = relationship()
    parent: Mapped["Organization | None"] = relationship(remote_side=[id])

    @property
    def is_approved(self) -> bool:
        return self.state is OrganizationState.APPROVED
