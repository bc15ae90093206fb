"""The list of people: who is in it, in what order, and paging from both ends."""

from typing import Any

import pytest

from lms.accounts.employments import leave_unit
from lms.accounts.enums import EmploymentEnd, PersonState, TitleLevel
from lms.accounts.models import Person
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.permissions import Role
from lms.memberships.queries import (
    PeopleFilter,
    count_people,
    find_visible_person,
    former_people,
    people_page,
    visible_people,
)
from lms.organizations.models import Organization, OrganizationKind
from lms.web.paging import FIRST, LAST, KeysetPage
from tests.factories.accounts import OrganizationFactory, PersonFactory, PostFactory


@pytest.fixture
def units(database: Any) -> list[Organization]:
    return [OrganizationFactory(kind=OrganizationKind.UNIT) for _ in range(3)]


@pytest.fixture
def officer(database: Any) -> Person:
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    post = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER)
    return post.person


def _manager_of(unit: Organization) -> Person:
    return PostFactory(organization=unit, role=Role.UNIT_MANAGER).person


def _ids(page: KeysetPage[Person]) -> list[int]:
    return [person.id for person in page.rows]


def _walk(officer: Person, wanted: PeopleFilter, size: int) -> list[list[int]]:
    pages, place = [], FIRST
    while place is not None:
        page = people_page(officer, wanted, place, size)
        pages.append(_ids(page))
        place = page.next
    return pages


def test_a_unit_sees_its_own_people_and_a_bureau_those_of_all_units(
    units: list[Organization], officer: Person
) -> None:
    people = [PersonFactory(unit=unit) for unit in units for _ in range(2)]
    manager = _manager_of(units[1])

    assert _ids(people_page(manager)) == [people[2].id, people[3].id]
    assert _ids(people_page(officer)) == [person.id for person in people]
    assert people_page(PersonFactory()).rows == []


def test_the_list_goes_unit_by_unit_and_page_by_page_without_repeating_anybody(
    units: list[Organization], officer: Person
) -> None:
    people = [PersonFactory(unit=units[number % 3]) for number in range(7)]
    in_order = [person.id for person in sorted(people, key=lambda each: (each.unit_id, each.id))]

    pages = _walk(officer, PeopleFilter(), 3)

    assert pages == [in_order[:3], in_order[3:6], in_order[6:]]


def test_the_last_page_is_full_and_leads_back_to_the_first(
    units: list[Organization], officer: Person
) -> None:
    people = [PersonFactory(unit=units[number % 3]) for number in range(7)]
    in_order = [person.id for person in sorted(people, key=lambda each: (each.unit_id, each.id))]

    last = people_page(officer, None, LAST, 3)
    assert (_ids(last), last.next) == (in_order[4:], None)
    assert last.previous is not None
    middle = people_page(officer, None, last.previous, 3)
    assert _ids(middle) == in_order[1:4]
    assert middle.previous is not None
    first = people_page(officer, None, middle.previous, 3)
    # A stump of one row is filled up.
    assert (_ids(first), first.previous) == (in_order[:3], None)


@pytest.mark.parametrize("place", [FIRST, LAST])
def test_an_empty_list_leads_nowhere(officer: Person, place: Any) -> None:
    page = people_page(officer, None, place)

    assert (page.rows, page.previous, page.next) == ([], None, None)


def test_names_are_found_by_their_beginning_in_the_order_of_names(
    units: list[Organization], officer: Person
) -> None:
    names = ["王小明", "王", "王䶮", "𬱖明", "张王", "王五", "王小明"]
    people = [PersonFactory(name=f"{name}·", unit=units[0]) for name in names]
    wanted = PeopleFilter(name="王")
    matching = [person for person in people if person.name.startswith("王")]
    in_order = [person.id for person in sorted(matching, key=lambda each: (each.name, each.id))]

    assert _walk(officer, wanted, 2) == [in_order[:2], in_order[2:4], in_order[4:]]
    assert _ids(people_page(officer, wanted, LAST, 2)) == in_order[3:]
    last = people_page(officer, wanted, LAST, 2)
    assert last.previous is not None
    assert _ids(people_page(officer, wanted, last.previous, 2)) == in_order[1:3]
    assert _ids(people_page(officer, PeopleFilter(name="𬱖"))) == [people[3].id]
    assert _ids(people_page(officer, PeopleFilter(name="%"))) == []


def test_filters_narrow_the_list_and_its_count(units: list[Organization], officer: Person) -> None:
    plain = PersonFactory(unit=units[0])
    senior = PersonFactory(unit=units[0], title_level=TitleLevel.SENIOR)
    closed = PersonFactory(unit=units[1], state=PersonState.SUSPENDED)
    active = PersonFactory(unit=units[2], password="correct horse battery")

    def found(**wanted: Any) -> list[int]:
        filtered = PeopleFilter(**wanted)
        ids = _ids(people_page(officer, filtered))
        assert count_people(officer, filtered) == len(ids)
        return ids

    assert found(title_level=TitleLevel.SENIOR) == [senior.id]
    assert found(state=PersonState.SUSPENDED) == [closed.id]
    assert found(is_activated=True) == [active.id]
    assert found(is_activated=False) == [plain.id, senior.id, closed.id]
    assert found(unit_id=units[0].id) == [plain.id, senior.id]
    assert found(unit_id=units[0].id, name="王") == [plain.id, senior.id]


def test_a_unit_out_of_reach_gives_an_empty_list(units: list[Organization]) -> None:
    PersonFactory(unit=units[0])

    assert people_page(_manager_of(units[1]), PeopleFilter(unit_id=units[0].id)).rows == []


def test_the_count_stops_where_nobody_counts_on(
    units: list[Organization], officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.memberships.queries.COUNTED_AT_MOST", 2)
    for unit in units:
        PersonFactory.create_batch(2, unit=unit)

    assert count_people(officer, PeopleFilter()) == 3


def test_who_left_is_seen_by_the_unit_they_last_belonged_to(
    units: list[Organization], officer: Person, database: Any
) -> None:
    person = PersonFactory(unit=units[0])
    stays = PersonFactory(unit=units[0])
    old, other = _manager_of(units[0]), _manager_of(units[1])
    with transaction():
        leave_unit(database.get(Person, person.id), EmploymentEnd.LEFT, None)

    assert _ids(people_page(old, PeopleFilter(is_former=True))) == [person.id]
    assert _ids(people_page(old)) == [stays.id]
    assert _ids(people_page(officer, PeopleFilter(is_former=True))) == [person.id]
    assert _ids(people_page(other, PeopleFilter(is_former=True))) == []
    assert count_people(old, PeopleFilter(is_former=True)) == 1
    assert find_visible_person(old, person.id).id == person.id
    with pytest.raises(NotFound):
        find_visible_person(other, person.id)


def test_the_check_of_one_agrees_with_the_lists(
    units: list[Organization], officer: Person, database: Any
) -> None:
    people = [PersonFactory(unit=unit) for unit in [*units, None]]
    with transaction():
        leave_unit(database.get(Person, people[0].id), EmploymentEnd.RETIRED, None)
    for actor in (officer, *map(_manager_of, units), people[1]):
        listed = {
            person.id
            for query in (visible_people(actor), former_people(actor))
            for person in database.scalars(query)
        }
        for person in people:
            if person.id in listed:
                assert find_visible_person(actor, person.id).id == person.id
            else:
                with pytest.raises(NotFound):
                    find_visible_person(actor, person.id)
