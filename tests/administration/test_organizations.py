"""The administration makes, changes, closes and reopens organizations within its charge."""

from dataclasses import replace

import pytest

from lms.accounts.models import Person
from lms.administration import organization_operations as operations
from lms.administration import queries
from lms.administration.organization_operations import OrganizationFacts
from lms.administration.queries import Filter
from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.organizations.enums import UnitNature
from lms.organizations.models import (
    Organization,
    OrganizationKind,
    OrganizationState,
    StandInKind,
)
from tests.administration.support import holder, in_parallel
from tests.factories import PersonFactory
from tests.factories import organizations as make
from tests.waiting import second_of

KIND = OrganizationKind


def facts(kind=KIND.UNIT, **changes) -> OrganizationFacts:
    base = {
        "kind": kind,
        "name": "新机构",
        "credit_code": None,
        "division_code": "371102",
        "nature": UnitNature.INSTITUTION if kind is KIND.UNIT else None,
        "stand_in_kind": StandInKind.COMMUNITY if kind is KIND.STAND_IN else None,
    }
    return OrganizationFacts(**{**base, **changes})


@pytest.fixture
def officer(app) -> Person:
    make.some_divisions()
    return holder(Role.BUREAU_OFFICER, make.bureau("日照市人社局", "371100"))


def done(operation, *arguments):
    with transaction():
        result = operation(*arguments)
    db.session.expire_all()
    return result


@pytest.mark.parametrize("character", ["\n", "\t", "\x0b", "\x7f", "\x85", "\u2028", "\uffff"])
def test_a_name_is_one_line_that_any_file_can_hold(officer, character):
    with pytest.raises(Invalid) as refused:
        done(operations.add_organization, officer, facts(name=f"一{character}校"))
    assert refused.value.field == "name"


@pytest.mark.parametrize("kind", list(KIND))
def test_a_bureau_makes_any_kind_in_its_division_and_below(officer, kind):
    made = done(operations.add_organization, officer, facts(kind))
    assert (made.kind, made.state) == (kind, OrganizationState.APPROVED)
    assert queries.get_organization(officer, made.id) is made


@pytest.mark.parametrize("code", ["370000", "370100", "370600"])
def test_a_bureau_makes_nothing_outside_its_division(officer, code):
    with pytest.raises(Invalid) as refused:
        done(operations.add_organization, officer, facts(division_code=code))
    assert refused.value.field == "division_code"


def test_a_division_has_one_bureau(officer):
    done(operations.add_organization, officer, facts(KIND.BUREAU))
    with pytest.raises(Conflict):
        done(operations.add_organization, officer, facts(KIND.BUREAU, name="第二局"))
    peer = facts(KIND.BUREAU, name="同级局", division_code="371100")
    with pytest.raises(Conflict):
        done(operations.add_organization, officer, peer)


def test_bureaus_made_at_once_are_one(app, officer):
    actor_id = officer.id
    db.session.commit()

    def add(index: int) -> None:
        actor = db.session.get(Person, actor_id)
        operations.add_organization(actor, facts(KIND.BUREAU, name=f"第{index}局"))

    outcomes = in_parallel(app, 4, add)
    assert outcomes.count("ok") == 1
    assert set(outcomes) == {"ok", "Conflict:division_code"}


def test_a_department_makes_units_below_itself_alone(officer):
    department, other = make.department("工信局", "371100"), make.department("教育局", "371100")
    actor = holder(Role.DEPARTMENT_OFFICER, department)
    made = done(operations.add_organization, actor, facts(parent_id=department.id))
    assert made.parent is department
    for parent_id in (None, other.id):
        with pytest.raises(Invalid) as refused:
            done(operations.add_organization, actor, facts(name="另一厂", parent_id=parent_id))
        assert refused.value.field == "parent_id"
    for kind in set(KIND) - {KIND.UNIT}:
        with pytest.raises(NotAllowed):
            done(operations.add_organization, actor, facts(kind, parent_id=department.id))


def test_who_makes_organizations_nowhere_makes_none(officer):
    manager = holder(Role.UNIT_MANAGER, make.unit("造船厂", "371102"))
    assert operations.creatable_kinds(manager) == []
    with pytest.raises((NotAllowed, Invalid)):
        done(operations.add_organization, manager, facts())


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        (KIND.UNIT, {"nature": None}, "nature"),
        (KIND.STAND_IN, {"stand_in_kind": None}, "stand_in_kind"),
        (KIND.UNIT, {"name": " "}, "name"),
        (KIND.UNIT, {"name": "日照市人社局"}, "name"),
        (KIND.UNIT, {"credit_code": "1"}, "credit_code"),
        (KIND.UNIT, {"parent_id": 999}, "parent_id"),
        (KIND.UNIT, {"division_code": "371199"}, "division_code"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(officer, kind, changes, field):
    with pytest.raises((Invalid, Conflict)) as refused:
        done(operations.add_organization, officer, facts(kind, **changes))
    assert refused.value.field == field


def test_a_department_is_never_above_itself(officer):
    upper, lower = make.department("市教育局", "371100"), make.department("区教育局", "371102")
    done(
        operations.edit_organization,
        officer,
        lower.id,
        facts(KIND.DEPARTMENT, name="区教育局", parent_id=upper.id),
    )
    assert lower.parent is upper
    wrong = facts(KIND.DEPARTMENT, name="市教育局", division_code="371100", parent_id=lower.id)
    with pytest.raises(Invalid) as refused:
        done(operations.edit_organization, officer, upper.id, wrong)
    assert refused.value.field == "parent_id"


def test_departments_of_one_division_are_not_above_each_other(officer):
    first, second = make.department("教育局", "371100"), make.department("体育局", "371100")
    wrong = facts(KIND.DEPARTMENT, name="教育局", division_code="371100", parent_id=second.id)
    with pytest.raises(Invalid) as refused:
        done(operations.edit_organization, officer, first.id, wrong)
    assert refused.value.field == "parent_id"


def test_whoever_acts_for_it_changes_address_and_phone_alone(officer):
    unit = make.unit("造船厂", "371102", credit_code=make.credit_code(1))
    manager = holder(Role.UNIT_MANAGER, unit)
    changed = facts(name="改名厂", division_code="370100", address="新址", contact_phone="12345")
    done(operations.edit_organization, manager, unit.id, changed)
    assert (unit.name, unit.division_code, unit.nature) == (
        "造船厂",
        "371102",
        UnitNature.ENTERPRISE,
    )
    assert (unit.address, unit.contact_phone) == ("新址", "12345")


def test_whoever_stands_above_changes_everything_but_the_kind(officer):
    unit = make.unit("造船厂", "371102")
    code = make.credit_code(3)
    changed = facts(name="改名厂", division_code="371103", credit_code=code.lower())
    done(operations.edit_organization, officer, unit.id, replace(changed, kind=KIND.BASE))
    assert (unit.kind, unit.name, unit.division_code) == (KIND.UNIT, "改名厂", "371103")
    assert (unit.credit_code, unit.nature) == (code, UnitNature.INSTITUTION)


def test_nothing_is_moved_out_of_ones_charge(officer):
    department = make.department("工信局", "371100")
    unit = make.unit("造船厂", "371102", department)
    actor = holder(Role.DEPARTMENT_OFFICER, department)
    other = make.department("教育局", "371100")
    with pytest.raises(Invalid):
        done(operations.edit_organization, actor, unit.id, facts(parent_id=other.id))
    with pytest.raises(Invalid):
        done(operations.edit_organization, actor, unit.id, facts(parent_id=None))
    with pytest.raises(Invalid):
        done(operations.edit_organization, officer, unit.id, facts(division_code="370100"))
    assert (unit.parent, unit.division_code) == (department, "371102")


def test_organizations_of_others_are_not_found(officer):
    far = make.unit("烟台厂", "370600")
    for operation in (operations.close_organization, operations.reopen_organization):
        with pytest.raises(NotFound):
            done(operation, officer, far.id)
    with pytest.raises(NotFound):
        done(operations.edit_organization, officer, far.id, facts())
    with pytest.raises(NotFound):
        done(operations.edit_organization, officer, 10**6, facts())


def test_closing_ends_the_posts_and_reopening_gives_none_back(officer):
    unit = make.unit("造船厂", "371102")
    manager = holder(Role.UNIT_MANAGER, unit)
    done(operations.close_organization, officer, unit.id)
    assert (unit.state, queries.current_posts(unit)) == (OrganizationState.CLOSED, [])
    assert not manager.is_staff
    done(operations.reopen_organization, officer, unit.id)
    assert (unit.state, queries.current_posts(unit)) == (OrganizationState.APPROVED, [])


def test_nothing_is_closed_while_people_or_organizations_hang_on_it(officer):
    department = make.department("工信局", "371100")
    unit = make.unit("造船厂", "371102", department)
    PersonFactory(unit=unit)
    for busy in (department, unit):
        with pytest.raises(Conflict):
            done(operations.close_organization, officer, busy.id)
    assert unit.is_approved


def test_no_unit_is_made_below_a_department_that_is_just_being_closed(app, officer):
    closing, officer_id = make.department("工信局", "371100").id, officer.id

    def boss():
        return db.session.get_one(Person, officer_id)

    outcome = second_of(
        app,
        lambda: operations.close_organization(boss(), closing),
        lambda: operations.add_organization(boss(), facts(parent_id=closing)),
    )

    assert (type(outcome), getattr(outcome, "field", None)) == (Invalid, "parent_id")


def test_no_department_is_closed_below_which_a_unit_is_just_being_made(app, officer):
    kept, officer_id = make.department("工信局", "371100").id, officer.id

    def boss():
        return db.session.get_one(Person, officer_id)

    outcome = second_of(
        app,
        lambda: operations.add_organization(boss(), facts(parent_id=kept)),
        lambda: operations.close_organization(boss(), kept),
    )

    assert isinstance(outcome, Conflict)


def test_nobody_closes_their_own_organization(officer):
    manager = holder(Role.UNIT_MANAGER, make.unit("造船厂", "371102"))
    for actor in (manager, officer):
        with pytest.raises(NotAllowed):
            done(operations.close_organization, actor, actor.posts[0].organization_id)


def test_only_what_is_closed_is_reopened(officer):
    unit = make.unit("造船厂", "371102", state=OrganizationState.REFUSED)
    with pytest.raises(Conflict):
        done(operations.reopen_organization, officer, unit.id)
    with pytest.raises(IllegalMove):
        done(operations.close_organization, officer, unit.id)


def test_a_second_bureau_does_not_come_back(officer):
    old = make.bureau("东港区旧人社局", "371102")
    done(operations.close_organization, officer, old.id)
    done(operations.add_organization, officer, facts(KIND.BUREAU))
    with pytest.raises(Conflict):
        done(operations.reopen_organization, officer, old.id)


def names(actor, **wanted) -> set[str]:
    query = queries.organizations_to_see(actor, Filter(**wanted))
    return {each.name for each in db.session.scalars(query)}


def test_a_list_is_narrowed_by_kind_state_division_and_name(officer):
    make.unit("造船厂", "371102")
    make.unit("造纸厂", "371103", state=OrganizationState.CLOSED)
    make.unit("济南造船厂", "370100")
    make.organization(KIND.STAND_IN, "石臼社区", "371102002")
    assert names(officer) == {"日照市人社局", "造船厂", "造纸厂", "石臼社区"}
    assert names(officer, text="造") == {"造船厂", "造纸厂"}
    assert names(officer, kind=KIND.STAND_IN) == {"石臼社区"}
    assert names(officer, state=OrganizationState.CLOSED) == {"造纸厂"}
    assert names(officer, division_code="371102") == {"造船厂", "石臼社区"}
    assert names(officer, division_code="370100") == set()
    assert names(officer, text="%") == set()


def test_a_unit_sees_itself_and_a_department_its_units(officer):
    department = make.department("工信局", "371100")
    unit = make.unit("造船厂", "371102", department)
    make.unit("造纸厂", "371102")
    assert names(holder(Role.UNIT_MANAGER, unit)) == {"造船厂"}
    assert names(holder(Role.DEPARTMENT_OFFICER, department)) == {"工信局", "造船厂"}


def test_two_changes_to_one_name_leave_one(app, officer):
    ids = [make.unit(f"第{index}厂", "371102").id for index in range(4)]
    actor_id = officer.id
    db.session.commit()

    def rename(index: int) -> None:
        actor = db.session.get(Person, actor_id)
        operations.edit_organization(actor, ids[index], facts(name="同名厂"))

    outcomes = in_parallel(app, 4, rename)
    assert sorted(set(outcomes)) == ["Conflict:name", "ok"]
    assert outcomes.count("ok") == 1
    same = [each for each in db.session.query(Organization) if each.name == "同名厂"]
    assert len(same) == 1
