"""Whom somebody may see, one page of them at a time.

The list stays quick with a million people: it goes from unit to unit and takes of each only what
the page needs, so that its cost does not depend on where in the table somebody's people lie.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import aliased, selectinload

from lms.accounts.employments import unit_in_charge_id
from lms.accounts.enums import PersonState, ProfessionSeries, TitleLevel
from lms.accounts.models import Employment, Person
from lms.accounts.queries import is_allowed, is_over_posts, organizations_with
from lms.core.db import db
from lms.core.errors import NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.memberships import name_order
from lms.organizations.models import Organization
from lms.web.paging import FIRST, KeysetPage, Place, Stretch, keyset_page

PAGE_SIZE = 30
# Nobody counts a million people for a heading; beyond this the page says "more than".
COUNTED_AT_MOST = 1000
# So few units are named to the database by their ids, which lets it judge how many people that is.
_FEW_UNITS = 500


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people is narrowed to; None and "" narrow nothing.

    `name` is the beginning of one. `is_former` asks for those who belong to no unit any more, and
    last belonged to one in reach.
    """

    unit_id: int | None = None
    name: str = ""
    state: PersonState | None = None
    is_activated: bool | None = None
    profession: ProfessionSeries | None = None
    title_level: TitleLevel | None = None
    is_former: bool = False

    def conditions(self, person: Any = Person) -> list[ColumnElement[bool]]:
        """What a person must fulfil, but for their unit and the order of the list."""
        wanted: list[ColumnElement[bool]] = []
        if self.state is not None:
            wanted.append(person.state == self.state)
        if self.is_activated is not None:
            has_password = person.password_hash.is_not(None)
            wanted.append(has_password if self.is_activated else ~has_password)
        if self.profession is not None:
            wanted.append(person.profession == self.profession)
        if self.title_level is not None:
            wanted.append(person.title_level == self.title_level)
        if self.name:
            wanted.append(name_order.begins_with(person.name, self.name))
        return wanted


def visible_people(
    actor: Person, permission: Permission = Permission.PEOPLE_PERSON_READ
) -> Select[Person]:
    """The people of the units over which `actor` has `permission`."""
    return select(Person).where(Person.unit_id.in_(organizations_with(actor, permission)))


def former_people(
    actor: Person, permission: Permission = Permission.PEOPLE_PERSON_READ
) -> Select[Person]:
    """People who belong to no unit now, and last belonged to one in reach of `actor`."""
    stay = aliased(Employment)
    newest = select(func.max(stay.id)).where(stay.person_id == Person.id)
    last = select(Employment.id).where(
        Employment.id == newest.correlate(Person).scalar_subquery(),
        Employment.organization_id.in_(organizations_with(actor, permission)),
    )
    return select(Person).where(Person.unit_id.is_(None), last.exists())


def find_visible_person(
    actor: Person, person_id: int, permission: Permission = Permission.PEOPLE_PERSON_READ
) -> Person:
    """The person if `actor` has `permission` over their present or last unit, else NotFound."""
    person = db.session.get(Person, person_id)
    if person is None or not is_in_reach(actor, person, permission):
        raise NotFound()
    return person


def is_in_reach(actor: Person, person: Person, permission: Permission) -> bool:
    """The twin of visible_people and former_people for one person."""
    return is_allowed(actor, permission, unit_in_charge_id(person))


def check_over_posts(actor: Person, person: Person, permission: Permission) -> None:
    """Raise NotAllowed if `person` has a say where `actor` lacks `permission`."""
    if not is_over_posts(actor, person, permission):
        raise NotAllowed(_l("该人员在您管理范围之外担任岗位，请由其上级办理。"))


def people_page(
    actor: Person,
    wanted: PeopleFilter | None = None,
    place: Place = FIRST,
    size: int = PAGE_SIZE,
) -> KeysetPage[Person]:
    """A page of the people `actor` may see: unit by unit, or by name if one is looked for.

    A unit out of reach gives an empty page. Keys are (unit id, id), (name, id) or (id,).
    """
    wanted = wanted or PeopleFilter()
    if wanted.is_former:
        return keyset_page(
            lambda stretch: _rows(stretch.apply(_former(actor, wanted), Person.id)),
            lambda person: (person.id,),
            place,
            size,
        )
    if wanted.name:
        return keyset_page(
            lambda stretch: _by_name(actor, wanted, stretch),
            lambda person: (person.name, person.id),
            place,
            size,
        )
    return keyset_page(
        lambda stretch: _by_unit(actor, wanted, stretch),
        lambda person: (person.unit_id, person.id),
        place,
        size,
    )


def count_people(actor: Person, wanted: PeopleFilter) -> int:
    """How many there are, counted no further than one more than COUNTED_AT_MOST."""
    most = COUNTED_AT_MOST + 1
    if wanted.is_former:
        found: Select[Any] = _former(actor, wanted).with_only_columns(Person.id)
    elif wanted.name:
        found = _named(actor, wanted).with_only_columns(Person.id)
    else:
        found = _unit_by_unit(actor, wanted, Stretch(FIRST, most), in_order=False)
    counted = select(func.count()).select_from(found.limit(most).subquery())
    return db.session.scalar(counted) or 0


def _rows(query: Select[Any]) -> list[Person]:
    return list(db.session.scalars(query.options(selectinload(Person.unit))))


def _former(actor: Person, wanted: PeopleFilter) -> Select[Any]:
    return former_people(actor).where(*wanted.conditions())


def _by_name(actor: Person, wanted: PeopleFilter, stretch: Stretch) -> list[Person]:
    # Their ids stand in the index of names; of whom the page leaves out no more is read.
    ids = _named(actor, wanted).with_only_columns(Person.id)
    return _in_order(name_order.apply(stretch, ids, Person.name, Person.id))


def _named(actor: Person, wanted: PeopleFilter) -> Select[Any]:
    units = _units(actor, wanted)
    few = list(db.session.scalars(units.limit(_FEW_UNITS + 1)))
    reach = Person.unit_id.in_(few if len(few) <= _FEW_UNITS else units)
    return select(Person).where(reach, *wanted.conditions())


def _by_unit(actor: Person, wanted: PeopleFilter, stretch: Stretch) -> list[Person]:
    return _in_order(_unit_by_unit(actor, wanted, stretch))


def _in_order(query: Select[Any]) -> list[Person]:
    """The people whose ids a query selects, in its order."""
    ids = list(db.session.scalars(query))
    found = {person.id: person for person in _rows(select(Person).where(Person.id.in_(ids)))}
    return [found[each] for each in ids]


def _unit_by_unit(
    actor: Person, wanted: PeopleFilter, stretch: Stretch, in_order: bool = True
) -> Select[Any]:
    if db.session.get_bind().dialect.name != "postgresql":
        query = select(Person.id).where(Person.unit_id.in_(_units(actor, wanted)))
        return stretch.apply(query.where(*wanted.conditions()), Person.unit_id, Person.id)
    units = _units_from(actor, wanted, stretch).subquery()
    member = aliased(Person)
    of_unit = select(member.id).where(member.unit_id == units.c.id, *wanted.conditions(member))
    of_unit = stretch.narrow(of_unit, member.unit_id, member.id)
    if in_order:
        of_unit = stretch.order(of_unit, member.id)
    people = of_unit.limit(stretch.limit).lateral()
    query = select(people.c.id).select_from(units).join(people, true())
    if in_order:
        query = stretch.order(query, units.c.id, people.c.id)
    return query.limit(stretch.limit)


def _units(actor: Person, wanted: PeopleFilter) -> Select[int]:
    units = organizations_with(actor, Permission.PEOPLE_PERSON_READ)
    return units.where(Organization.id == wanted.unit_id) if wanted.unit_id else units


def _units_from(actor: Person, wanted: PeopleFilter, stretch: Stretch) -> Select[int]:
    units = _units(actor, wanted)
    if stretch.place.after is not None:
        units = units.where(Organization.id >= stretch.place.after[0])
    if stretch.place.before is not None:
        units = units.where(Organization.id <= stretch.place.before[0])
    return stretch.order(units, Organization.id)
