"""Who is at risk in a year: the people of one's units by what they are short of, most first.

One statement for the page and one for the figures above it, whoever asks: people are joined with
their balances, and the database does the sums. Requirements differ by division; they go into the
statement as far as they do.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.accounts.rules import mask_identity_number
from lms.core.db import db
from lms.core.enums import HourCategory, LabelledEnum
from lms.core.permissions import Permission
from lms.core.types import Hours
from lms.hourbank import policies
from lms.hourbank.models import Balance, BankPerson
from lms.hourbank.rules import Requirement
from lms.organizations.models import Organization
from lms.web.paging import FIRST, KeysetPage, Place, Stretch, keyset_page

PAGE_SIZE = 30


class Standing(LabelledEnum):
    """How somebody stands in a year."""

    NOTHING = "nothing", _l("尚无学时"), "danger"
    AT_RISK = "at_risk", _l("未达标"), "warning"
    MET = "met", _l("已达标"), "success"


@dataclass(frozen=True)
class RiskFilter:
    """What the list is narrowed to; `name` is the beginning of one, `short_of` a category."""

    year: int
    unit_id: int | None = None
    standing: Standing | None = None
    short_of: HourCategory | None = None
    name: str = ""


@dataclass(frozen=True)
class RiskRow:
    """A person's year. `short` is what is missing to meet it."""

    id: int
    name: str
    masked_identity: str
    unit_name: str
    public: Hours
    professional: Hours
    short_public: Hours
    short_professional: Hours
    short: Hours

    @property
    def total(self) -> Hours:
        return self.public + self.professional

    @property
    def standing(self) -> Standing:
        if not self.short:
            return Standing.MET
        return Standing.AT_RISK if self.total else Standing.NOTHING


@dataclass(frozen=True)
class Summary:
    """How many people there are, and how many stand how."""

    people: int
    met: int
    at_risk: int
    nothing: int


@dataclass(frozen=True)
class _Columns:
    """Figures of a person's year as expressions, in tenths."""

    public: ColumnElement[int]
    professional: ColumnElement[int]
    short_public: ColumnElement[int]
    short_professional: ColumnElement[int]
    short: ColumnElement[int]

    def stands(self, standing: Standing) -> ColumnElement[bool]:
        """Whether somebody stands so: the twin of RiskRow.standing."""
        has_hours = self.public + self.professional > 0
        conditions: dict[Standing, ColumnElement[bool]] = {
            Standing.MET: self.short == 0,
            Standing.AT_RISK: (self.short > 0) & has_hours,
            Standing.NOTHING: (self.short > 0) & ~has_hours,
        }
        return conditions[standing]


def risk_page(
    actor: Person, wanted: RiskFilter, place: Place = FIRST, size: int = PAGE_SIZE
) -> KeysetPage[RiskRow]:
    """A page of the people over whose units `actor` may read statements, the most short first.

    Keys are (minus the missing tenths, id of the person).
    """
    query, columns = _people(actor, wanted)
    query = query.where(*_conditions(wanted, columns))

    def read(stretch: Stretch) -> list[RiskRow]:
        found = db.session.execute(stretch.apply(query, -columns.short, Person.id))
        return [_row(row) for row in found]

    return keyset_page(read, lambda row: (-row.short.tenths, row.id), place, size)


def every_row(actor: Person, wanted: RiskFilter) -> Iterator[RiskRow]:
    """All rows of the list in its order, read as they are taken; to be taken to the last."""
    query, columns = _people(actor, wanted)
    query = query.where(*_conditions(wanted, columns)).order_by(-columns.short, Person.id)
    found = db.session.execute(query, execution_options={"yield_per": 1000})
    return (_row(row) for row in found)


def count_rows(actor: Person, wanted: RiskFilter) -> int:
    """How many rows the list has."""
    query, columns = _people(actor, wanted)
    query = query.with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(query.where(*_conditions(wanted, columns))) or 0


def summarize(actor: Person, wanted: RiskFilter) -> Summary:
    """The figures above the list: of the unit and name asked for, however they stand."""
    query, columns = _people(actor, wanted)
    counted = query.with_only_columns(
        func.count(),
        *(func.count().filter(columns.stands(standing)) for standing in Standing),
        maintain_column_froms=True,
    )
    found: Any = db.session.execute(counted.where(*_named(wanted))).one()
    people, nothing, at_risk, met = found
    return Summary(people, met, at_risk, nothing)


def _people(actor: Person, wanted: RiskFilter) -> tuple[Select[Any], _Columns]:
    units = organizations_with(actor, Permission.BANK_STATEMENT_READ)
    if wanted.unit_id is not None:
        units = units.where(Organization.id == wanted.unit_id)
    public, professional = aliased(Balance), aliased(Balance)
    columns = _columns(_tenths(public), _tenths(professional), _required(units, wanted.year))
    chosen: tuple[Any, ...] = (
        *(Person.id, Person.name, Person.identity_kind),
        *(Person.identity_head, Person.identity_tail),
        Organization.name.label("unit_name"),
        columns.public.label("public"),
        columns.professional.label("professional"),
        columns.short_public.label("short_public"),
        columns.short_professional.label("short_professional"),
        columns.short.label("short"),
    )
    query = (
        select(*chosen)
        .select_from(Person)
        .join(Organization, Organization.id == Person.unit_id)
        .outerjoin(BankPerson, BankPerson.identity_hash == Person.identity_hash)
        .outerjoin(public, _is_of(public, wanted.year, HourCategory.PUBLIC))
        .outerjoin(professional, _is_of(professional, wanted.year, HourCategory.PROFESSIONAL))
        .where(Person.state == PersonState.ACTIVE, Person.unit_id.in_(units))
    )
    return query, columns


def _is_of(balance: Any, year: int, category: HourCategory) -> ColumnElement[bool]:
    return and_(
        balance.person_id == BankPerson.id,
        balance.year == year,
        balance.category == category,
    )


def _tenths(balance: Any) -> ColumnElement[int]:
    return func.coalesce(type_coerce(balance.hours, Integer), 0)


def _columns(
    public: ColumnElement[int],
    professional: ColumnElement[int],
    required: dict[str, ColumnElement[int]],
) -> _Columns:
    short_public = _least_none(required["public"] - public)
    short_professional = _least_none(required["professional"] - professional)
    apart = short_public + short_professional
    together = required["total"] - public - professional
    # What is missing from the sum may be more than what the categories lack.
    short = case((apart > together, apart), else_=_least_none(together))
    return _Columns(public, professional, short_public, short_professional, short)


def _least_none(hours: ColumnElement[int]) -> ColumnElement[int]:
    return case((hours > 0, hours), else_=0)


def _required(units: Select[int], year: int) -> dict[str, ColumnElement[int]]:
    """What a year asks of a person by the division of the unit, in tenths."""
    codes = db.session.scalars(units.with_only_columns(Organization.division_code).distinct())
    by_requirement: dict[Requirement, list[str]] = defaultdict(list)
    for code in codes:
        by_requirement[policies.policy_for(code, year).requirement].append(code)
    if not by_requirement:
        by_requirement[policies.policy_for(policies.PROVINCE, year).requirement] = []
    return {
        name: _by_division(by_requirement, name) for name in ("public", "professional", "total")
    }


def _by_division(by_requirement: dict[Requirement, list[str]], name: str) -> ColumnElement[int]:
    hours: dict[Requirement, Hours] = {each: getattr(each, name) for each in by_requirement}
    figures = {each.tenths for each in hours.values()}
    if len(figures) == 1:
        return literal(figures.pop(), Integer)
    return case(
        *(
            (Organization.division_code.in_(codes), hours[requirement].tenths)
            for requirement, codes in by_requirement.items()
        ),
        else_=0,
    )


def _conditions(wanted: RiskFilter, columns: _Columns) -> list[ColumnElement[bool]]:
    conditions = _named(wanted)
    if wanted.standing is not None:
        conditions.append(columns.stands(wanted.standing))
    if wanted.short_of is HourCategory.PUBLIC:
        conditions.append(columns.short_public > 0)
    if wanted.short_of is HourCategory.PROFESSIONAL:
        conditions.append(columns.short_professional > 0)
    return conditions


def _named(wanted: RiskFilter) -> list[ColumnElement[bool]]:
    return [Person.name.startswith(wanted.name, autoescape=True)] if wanted.name else []


def _row(row: Any) -> RiskRow:
    kind: IdentityKind = row.identity_kind
    return RiskRow(
        id=row.id,
        name=row.name,
        masked_identity=mask_identity_number(kind, row.identity_head, row.identity_tail),
        unit_name=row.unit_name,
        public=Hours(row.public),
        professional=Hours(row.professional),
        short_public=Hours(row.short_public),
        short_professional=Hours(row.short_professional),
        short=Hours(row.short),
    )
