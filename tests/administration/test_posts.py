"""Posts are given, limited, changed, handed over and ended, each within its scope."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.accounts.enums import PersonState
from lms.accounts.models import Person, Post
from lms.accounts.posts import ROLES_OF, grant_post, hand_over_post
from lms.accounts.queries import permissions_of
from lms.administration import post_operations as operations
from lms.administration import queries
from lms.core import clock as core_clock
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.permissions import GRANTS, Permission, Role
from lms.organizations.models import OrganizationKind, OrganizationState
from tests.administration.support import holder, in_parallel
from tests.factories import PersonFactory
from tests.factories import organizations as make

KIND = OrganizationKind


@pytest.fixture
def unit(app, clock):
    make.some_divisions()
    department = make.department("工信局", "371100")
    return make.unit("日照造船厂", "371102", department)


@pytest.fixture
def manager(unit) -> Person:
    return holder(Role.UNIT_MANAGER, unit)


def done(operation, *arguments):
    with transaction():
        result = operation(*arguments)
    db.session.expire_all()
    return result


def roles_in(organization) -> dict[int, Role]:
    return {post.person_id: post.role for post in queries.current_posts(organization)}


def test_a_manager_gives_the_post_of_manager_in_the_own_unit(unit, manager):
    person = PersonFactory()
    done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER)
    assert roles_in(unit) == {manager.id: Role.UNIT_MANAGER, person.id: Role.UNIT_MANAGER}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.UNIT_MANAGER])
def test_a_manager_gives_no_other_role_in_the_own_unit(unit, manager, role):
    with pytest.raises(NotAllowed):
        done(operations.grant, manager, unit.id, PersonFactory(), role)


def test_nobody_gives_a_post_to_themselves_or_prolongs_their_own(unit, manager):
    with pytest.raises(NotAllowed):
        done(operations.grant, manager, unit.id, manager, Role.UNIT_MANAGER)
    with pytest.raises(NotAllowed):
        done(operations.change_last_day, manager, manager.posts[0].id, None)


def test_an_officer_of_a_bureau_does_not_make_themselves_auditor(unit):
    bureau = make.bureau("日照市人社局", "371100")
    officer = holder(Role.BUREAU_OFFICER, bureau)
    with pytest.raises(NotAllowed):
        done(operations.grant, officer, bureau.id, officer, Role.BUREAU_AUDITOR)


# Who reaches which places: for each holder's place and role, the places where they give any role.
PLACES = {
    "province": (KIND.BUREAU, "370000"),
    "city": (KIND.BUREAU, "371100"),
    "county": (KIND.BUREAU, "371102"),
    "neighbour": (KIND.BUREAU, "371103"),
    "department": (KIND.DEPARTMENT, "371100"),
    "unit": (KIND.UNIT, "371102"),
    "other unit": (KIND.UNIT, "371102"),
    "street": (KIND.STAND_IN, "371102001"),
    "base": (KIND.BASE, "371100"),
}
ALL = frozenset(PLACES)
REACH = {
    ("province", Role.BUREAU_OFFICER): ALL,
    ("city", Role.BUREAU_OFFICER): ALL - {"province"},
    ("county", Role.BUREAU_OFFICER): {"county", "unit", "other unit", "street"},
    ("neighbour", Role.BUREAU_OFFICER): {"neighbour"},
    ("city", Role.BUREAU_AUDITOR): set(),
    ("department", Role.DEPARTMENT_OFFICER): {"department", "unit"},
    ("unit", Role.UNIT_MANAGER): {"unit"},
    ("street", Role.STAND_IN_OFFICER): {"street"},
    ("base", Role.BASE_MANAGER): {"base"},
    ("base", Role.TRAINER): set(),
}


@pytest.mark.parametrize(
    ("place", "role"), REACH.keys(), ids=lambda each: getattr(each, "value", each)
)
def test_posts_are_given_exactly_as_far_as_one_reaches(app, place, role):
    make.some_divisions()
    made = {name: make.organization(kind, name, code) for name, (kind, code) in PLACES.items()}
    with transaction():
        made["unit"].parent = made["department"]
    actor = holder(role, made[place])
    given = set()
    for name, organization in made.items():
        for wanted in ROLES_OF[organization.kind]:
            try:
                done(operations.grant, actor, organization.id, PersonFactory(), wanted)
            except (NotFound, NotAllowed):
                continue
            given.add((name, wanted))
    expected = {
        (name, wanted) for name in REACH[place, role] for wanted in ROLES_OF[made[name].kind]
    }
    assert given == expected


def test_no_role_is_given_with_more_reach_than_the_giver_has():
    """Whoever gives posts in their own organization alone can give none that reaches above it."""
    everywhere = {role for roles in ROLES_OF.values() for role in roles}
    assert everywhere == set(Role)
    for kind, roles in ROLES_OF.items():
        givers = [role for role in roles if Permission.ORGANIZATIONS_POST_GRANT in GRANTS[role]]
        assert len(givers) == 1, kind


def test_posts_of_a_bureau_are_given_by_bureaus_alone(unit):
    bureau = make.bureau("岚山区人社局", "371103")
    with transaction():
        bureau.parent = unit.parent
    actor = holder(Role.DEPARTMENT_OFFICER, unit.parent)
    for role in ROLES_OF[KIND.BUREAU]:
        with pytest.raises(NotAllowed):
            done(operations.grant, actor, bureau.id, PersonFactory(), role)


def test_an_auditor_holds_no_other_post_whichever_comes_first(unit):
    bureau = make.bureau("日照市人社局", "371100")
    auditor = holder(Role.BUREAU_AUDITOR, bureau)
    officer = holder(Role.BUREAU_OFFICER, bureau)
    with pytest.raises(Conflict):
        done(grant_post, auditor, unit, Role.UNIT_MANAGER)
    with pytest.raises(Conflict):
        done(grant_post, officer, bureau, Role.BUREAU_AUDITOR)


def test_grants_at_once_never_make_an_auditor_who_is_also_an_officer(app, unit):
    bureau = make.bureau("日照市人社局", "371100")
    person_id, bureau_id = PersonFactory().id, bureau.id
    roles = [Role.BUREAU_AUDITOR, Role.BUREAU_OFFICER]
    db.session.commit()

    def give(index: int) -> None:
        person = db.session.get(Person, person_id)
        grant_post(person, db.session.get(type(bureau), bureau_id), roles[index % 2])

    outcomes = in_parallel(app, 6, give)
    held = {post.role for post in db.session.get(Person, person_id).posts}
    assert len(held) == 1
    assert set(outcomes) <= {"ok", "Conflict"}


@pytest.mark.parametrize("state", [each for each in PersonState if each is not PersonState.ACTIVE])
def test_only_active_people_hold_posts(unit, state):
    with pytest.raises(Conflict):
        done(grant_post, PersonFactory(state=state), unit, Role.UNIT_MANAGER)


def test_a_closed_organization_has_no_posts(unit):
    with transaction():
        unit.state = OrganizationState.CLOSED
    with pytest.raises(Conflict):
        done(grant_post, PersonFactory(), unit, Role.UNIT_MANAGER)


def test_a_post_holds_to_the_end_of_its_last_day_in_shanghai(unit, clock):
    person = PersonFactory()
    last = core_clock.today() + dt.timedelta(days=1)
    with transaction():
        post = grant_post(person, unit, Role.UNIT_MANAGER, None, last)
    clock.set(core_clock.end_of_day(last) - dt.timedelta(seconds=1))
    assert post.is_in_force
    assert permissions_of(person)
    clock.advance(1)
    assert not post.is_in_force
    assert not permissions_of(person)


def test_a_last_day_that_is_over_is_refused(unit, manager, clock):
    yesterday = core_clock.today() - dt.timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        done(operations.grant, manager, unit.id, PersonFactory(), Role.UNIT_MANAGER, yesterday)
    assert refused.value.field == "ends_on"


def test_granting_again_changes_the_last_day_of_the_same_post(unit, manager, clock):
    person = PersonFactory()
    today = core_clock.today()
    first = done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER, today)
    second = done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER)
    assert (first.id, second.ends_on) == (second.id, None)


def test_a_post_that_ran_out_is_followed_by_a_new_one(unit, manager, clock):
    person = PersonFactory()
    last = core_clock.today()
    first = done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER, last)
    clock.advance(days=10)
    second = done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER)
    assert second.id != first.id
    assert second.starts_on == last + dt.timedelta(days=10)
    assert first.ended_at == core_clock.end_of_day(last)


def test_a_post_handed_over_keeps_its_last_day(unit, manager, clock):
    last = core_clock.today() + dt.timedelta(days=30)
    with transaction():
        manager.posts[0].ends_on = last
    successor = PersonFactory()
    done(operations.hand_over, manager, manager.posts[0].id, successor)
    assert roles_in(unit) == {successor.id: Role.UNIT_MANAGER}
    assert successor.posts[0].ends_on == last
    tags = set(db.session.scalars(select(AuditEvent.tag)))
    assert AuditTag.ACCOUNTS_POST_HAND_OVER.value in tags


def test_a_post_is_not_handed_to_its_holder_nor_to_who_holds_the_same(unit, manager):
    colleague = holder(Role.UNIT_MANAGER, unit)
    with pytest.raises(Invalid):
        done(operations.hand_over, manager, manager.posts[0].id, manager)
    with pytest.raises(Conflict):
        done(operations.hand_over, manager, manager.posts[0].id, colleague)


def test_nobody_hands_the_post_of_another_to_themselves(unit, manager):
    officer = holder(Role.DEPARTMENT_OFFICER, unit.parent)
    with pytest.raises(NotAllowed):
        done(operations.hand_over, officer, manager.posts[0].id, officer)


def test_a_post_that_is_over_is_handed_to_nobody(unit, manager, clock):
    post = manager.posts[0]
    with transaction():
        post.ends_on = core_clock.today()
    clock.advance(days=1)
    with pytest.raises(Conflict):
        done(hand_over_post, post, PersonFactory(), None)


@pytest.mark.parametrize(
    ("role", "kind"), [(Role.TRAINER, KIND.BASE), (Role.BUREAU_AUDITOR, KIND.BUREAU)]
)
def test_who_gives_no_posts_hands_over_none(unit, role, kind):
    holds = holder(role, make.organization(kind, "机构", "371100"))
    with pytest.raises(NotAllowed):
        done(operations.hand_over, holds, holds.posts[0].id, PersonFactory())


def test_the_last_manager_is_ended_only_from_above(unit, manager):
    with pytest.raises(Conflict):
        done(operations.end, manager, manager.posts[0].id)
    officer = holder(Role.DEPARTMENT_OFFICER, unit.parent)
    done(operations.end, officer, manager.posts[0].id)
    assert roles_in(unit) == {}


def test_one_of_two_managers_may_go(unit, manager):
    colleague = holder(Role.UNIT_MANAGER, unit)
    done(operations.end, manager, manager.posts[0].id)
    assert roles_in(unit) == {colleague.id: Role.UNIT_MANAGER}


def test_a_trainer_does_not_count_as_manager_and_may_go(unit):
    base = make.organization(KIND.BASE, "基地", "371100")
    manager, trainer = holder(Role.BASE_MANAGER, base), holder(Role.TRAINER, base)
    with pytest.raises(Conflict):
        done(operations.end, manager, manager.posts[0].id)
    done(operations.end, manager, trainer.posts[0].id)
    assert roles_in(base) == {manager.id: Role.BASE_MANAGER}


def test_two_managers_who_end_each_other_leave_one(app, unit, manager):
    colleague = holder(Role.UNIT_MANAGER, unit)
    actors = [manager.id, colleague.id]
    posts = [colleague.posts[0].id, manager.posts[0].id]
    db.session.commit()

    def end(index: int) -> None:
        operations.end(db.session.get(Person, actors[index]), posts[index])

    outcomes = in_parallel(app, 2, end)
    assert outcomes.count("ok") == 1
    assert len(queries.current_posts(unit)) == 1


def test_posts_of_another_organization_are_not_found(unit, manager):
    other = holder(Role.UNIT_MANAGER, make.unit("别的厂", "371102"))
    post_id = other.posts[0].id
    for operation in (operations.end, operations.get_post):
        with pytest.raises(NotFound):
            done(operation, manager, post_id)
    with pytest.raises(NotFound):
        done(operations.change_last_day, manager, post_id, None)
    with pytest.raises(NotFound):
        done(operations.hand_over, manager, post_id, PersonFactory())
    with pytest.raises(NotFound):
        done(operations.grant, manager, post_id + 999, PersonFactory(), Role.UNIT_MANAGER)


def test_a_person_holds_several_posts(unit, manager):
    base = make.organization(KIND.BASE, "基地", "371100")
    done(grant_post, manager, base, Role.TRAINER)
    assert {post.organization_id for post in manager.posts} == {unit.id, base.id}


def test_history_keeps_who_held_a_post(unit, manager, clock):
    person = PersonFactory()
    done(operations.grant, manager, unit.id, person, Role.UNIT_MANAGER, core_clock.today())
    done(operations.hand_over, manager, manager.posts[0].id, PersonFactory())
    clock.advance(days=1)
    assert {post.person_id for post in queries.past_posts(unit)} == {manager.id, person.id}
    assert len(queries.current_posts(unit)) == 1
    assert db.session.scalar(select(func.count()).select_from(Post)) == 3
