"""The tree of divisions, and who employs, supervises and teaches in it."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum


class OrganizationKind(LabelledEnum):
    BASE = "base", _l("继续教育基地")
    BUREAU = "bureau", _l("人社部门")
    DEPARTMENT = "department", _l("主管部门")
    STAND_IN = "stand_in", _l("代管机构")
    UNIT = "unit", _l("用人单位")


class UnitNature(LabelledEnum):
    """What decides which years a title review looks at (Yantai 2023, 六(一))."""

    ENTERPRISE = "enterprise", _l("企业")
    INSTITUTION = "institution", _l("事业单位")


class Division(Model):
    """An administrative division with its GB/T 2260 code."""

    __tablename__ = "divisions"

    code: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"), index=True)


class Organization(Model):
    """A bureau, department, unit, base or stand-in. `parent` supervises it."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganizationKind] = mapped_column(EnumType(OrganizationKind))
    name: Mapped[str] = mapped_column(String(128), unique=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    nature: Mapped[UnitNature | None] = mapped_column(EnumType(UnitNature))

    division: Mapped[Division] = relationship()
    parent: Mapped["Organization | None"] = relationship(remote_side=[id])
