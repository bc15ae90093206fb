"""A unit registers, is approved or refused, mends and sends again."""

import pytest
from sqlalchemy import func, select

from lms.accounts.employments import employments_of
from lms.accounts.enums import PersonState
from lms.accounts.models import Person, Post
from lms.accounts.queries import find_person_to_sign_in, is_allowed
from lms.administration import queries
from lms.administration.decisions import approve_registration, refuse_registration
from lms.administration.organization_operations import close_organization
from lms.administration.registration import mend_registration, register_unit
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from lms.core.permissions import Permission, Role
from lms.organizations.models import Organization, OrganizationState
from tests.administration.support import holder, in_parallel, registrant, unit_facts
from tests.factories import PersonFactory
from tests.factories import organizations as make
from tests.factories.accounts import identity_number
from tests.waiting import second_of


@pytest.fixture(autouse=True)
def divisions(app, clock):
    make.some_divisions()


@pytest.fixture
def officer(app) -> Person:
    """Of the bureau of the unit's city."""
    return holder(Role.BUREAU_OFFICER, make.bureau("日照市人社局", "371100"))


def registered(facts=None, person=None) -> Organization:
    with transaction():
        unit = register_unit(facts or unit_facts(), person or registrant())
    return unit


def approve(actor: Person, unit: Organization) -> None:
    with transaction():
        approve_registration(actor, unit.id)
    db.session.expire_all()


def refuse(actor: Person, unit: Organization, reason="代码与名称不符") -> None:
    with transaction():
        refuse_registration(actor, unit.id, reason)
    db.session.expire_all()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_registration_waits_with_its_registrant(app):
    unit = registered()
    person = db.session.get(Person, unit.registered_by_id)
    assert unit.state is OrganizationState.PENDING
    assert (person.state, person.unit_id, person.posts) == (PersonState.PENDING, None, [])
    assert find_person_to_sign_in(identity_number(4001)) is person


def test_approval_makes_the_registrant_manager_and_member(officer):
    unit = registered()
    approve(officer, unit)
    person = db.session.get(Person, unit.registered_by_id)
    assert unit.state is OrganizationState.APPROVED
    assert (person.state, person.unit_id) == (PersonState.ACTIVE, unit.id)
    assert [each.organization_id for each in employments_of(person)] == [unit.id]
    assert is_allowed(person, Permission.PEOPLE_ROSTER_IMPORT, unit.id)
    assert not is_allowed(person, Permission.ORGANIZATIONS_ORGANIZATION_APPROVE, unit.id)


def test_each_step_is_recorded_as_the_affair_of_the_unit(officer):
    unit = registered()
    refuse(officer, unit)
    query = select(AuditEvent).where(AuditEvent.subject == f"organization:{unit.id}")
    events = [
        (each.tag, each.organization_id)
        for each in db.session.scalars(query.order_by(AuditEvent.id))
    ]
    assert events == [
        (AuditTag.ORGANIZATIONS_ORGANIZATION_REGISTER.value, unit.id),
        (AuditTag.ORGANIZATIONS_ORGANIZATION_REFUSE.value, unit.id),
    ]


def test_which_notice_a_new_registrant_agreed_to_is_recorded(app):
    registered()
    registered(unit_facts(name="另一个厂", credit_code=make.credit_code(2)), PersonFactory())
    tag = AuditTag.ORGANIZATIONS_ORGANIZATION_REGISTER.value
    query = select(AuditEvent).where(AuditEvent.tag == tag).order_by(AuditEvent.id)
    events = db.session.scalars(query)
    assert ["privacy_notice" in each.detail for each in events] == [True, False]


def test_its_department_approves_it_and_no_other(app):
    own, other = make.department("工信局", "371100"), make.department("教育局", "371100")
    right, wrong = (holder(Role.DEPARTMENT_OFFICER, each) for each in (own, other))
    unit = registered(unit_facts(department_id=own.id))
    with pytest.raises(NotFound):
        approve(wrong, unit)
    approve(right, unit)
    assert unit.is_approved


def test_a_bureau_above_it_may_always_and_a_neighbour_never(officer):
    department = make.department("工信局", "371100")
    neighbour = holder(Role.BUREAU_OFFICER, make.bureau("岚山区人社局", "371103"))
    province = holder(Role.BUREAU_OFFICER, make.bureau("省人社厅", "370000"))
    unit = registered(unit_facts(department_id=department.id))
    with pytest.raises(NotFound):
        approve(neighbour, unit)
    approve(province, unit)
    assert unit.is_approved


def test_an_auditor_of_the_bureau_does_not_approve(app):
    auditor = holder(Role.BUREAU_AUDITOR, make.bureau("日照市人社局", "371100"))
    with pytest.raises(NotFound):
        approve(auditor, registered())


def test_nobody_decides_on_a_registration_of_their_own(officer):
    unit = registered(person=officer)
    with pytest.raises(NotAllowed):
        approve(officer, unit)
    with pytest.raises(NotAllowed):
        refuse(officer, unit)


def test_somebody_with_a_unit_keeps_it_and_manages_the_new_one_too(officer):
    old = make.unit("老单位", "371102")
    person = PersonFactory(unit=old)
    unit = registered(person=person)
    approve(officer, unit)
    assert person.unit_id == old.id
    assert [post.organization_id for post in person.posts] == [unit.id]


def test_a_refusal_needs_a_reason(officer):
    with pytest.raises(Invalid) as refused:
        refuse(officer, registered(), "  ")
    assert refused.value.field == "reason"


def test_what_was_refused_is_mended_and_approved(officer):
    unit = registered()
    refuse(officer, unit)
    person = db.session.get(Person, unit.registered_by_id)
    assert (unit.remark, queries.registration_of(person)) == ("代码与名称不符", unit)
    with transaction():
        mend_registration(person, unit.id, unit_facts(name="日照新帆科技有限公司"))
    assert (unit.state, unit.remark) == (OrganizationState.PENDING, None)
    approve(officer, unit)
    assert (unit.name, queries.registration_of(person)) == ("日照新帆科技有限公司", None)


def test_what_waits_or_was_approved_is_not_mended(officer):
    unit = registered()
    person = db.session.get(Person, unit.registered_by_id)
    with pytest.raises(IllegalMove), transaction():
        mend_registration(person, unit.id, unit_facts())
    approve(officer, unit)
    with pytest.raises(IllegalMove), transaction():
        mend_registration(person, unit.id, unit_facts())


def test_nobody_mends_the_registration_of_another(officer):
    unit = registered()
    refuse(officer, unit)
    with pytest.raises(NotFound), transaction():
        mend_registration(PersonFactory(), unit.id, unit_facts())


def test_a_decision_is_made_once(officer):
    unit = registered()
    approve(officer, unit)
    with pytest.raises(IllegalMove):
        approve(officer, unit)
    with pytest.raises(IllegalMove):
        refuse(officer, unit)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "日照造船厂"}, "name"),
        ({"credit_code": make.credit_code(7)}, "credit_code"),
        ({"credit_code": make.credit_code(7).lower()}, "credit_code"),
        ({"credit_code": "123"}, "credit_code"),
        ({"credit_code": ""}, "credit_code"),
        ({"division_code": "999999"}, "division_code"),
        ({"department_id": 999999}, "department_id"),
    ],
)
def test_what_is_wrong_with_a_unit_is_told_at_its_field(app, changes, field):
    make.unit("日照造船厂", "371103", credit_code=make.credit_code(7))
    with pytest.raises((Invalid, Conflict)) as refused:
        registered(unit_facts(**changes))
    assert refused.value.field == field
    assert (count(Organization), count(Person)) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"identity_number": identity_number(9)}, "identity_number"),
        ({"identity_number": "371102190001011234"}, "identity_number"),
        ({"name": "1"}, "person_name"),
        ({"phone": "12"}, "phone"),
        ({"password": "short"}, "password"),
        ({"password": "verylongbutlowercase"}, "password"),
        ({"password": f"Aa-{identity_number(4001)}"}, "password"),
        ({"password": f"Xu-{identity_number(4001)[6:14]}"}, "password"),
        ({"password": f"Xu{identity_number(4001)[-8:]}"}, "password"),
    ],
)
def test_what_is_wrong_with_the_registrant_leaves_no_unit(app, changes, field):
    PersonFactory(identity_number=identity_number(9))
    with pytest.raises((Invalid, Conflict)) as refused:
        registered(person=registrant(**changes))
    assert refused.value.field == field
    assert (count(Organization), count(Person)) == (0, 1)


def test_the_password_of_a_manager_is_one_of_staff(app):
    assert registrant().password.is_for_staff


def test_a_department_elsewhere_or_closed_is_no_department_of_the_unit(app):
    elsewhere = make.department("岚山区教育局", "371103")
    closed = make.department("老局", "371100")
    bureau = make.bureau("日照市人社局", "371100")
    with transaction():
        closed.state = OrganizationState.CLOSED
    for wrong in (elsewhere, closed, bureau):
        with pytest.raises(Invalid) as refused:
            registered(unit_facts(department_id=wrong.id))
        assert refused.value.field == "department_id"


@pytest.mark.parametrize("is_known", [False, True])
def test_no_unit_registers_with_a_department_that_is_just_being_closed(app, officer, is_known):
    closing, officer_id = make.department("工信局", "371100").id, officer.id
    person_id = PersonFactory().id

    def register():
        person = db.session.get_one(Person, person_id) if is_known else registrant()
        return register_unit(unit_facts(department_id=closing), person)

    outcome = second_of(
        app, lambda: close_organization(db.session.get_one(Person, officer_id), closing), register
    )

    assert (type(outcome), getattr(outcome, "field", None)) == (Invalid, "department_id")


def test_whoever_has_an_open_registration_makes_no_second(app):
    person = PersonFactory()
    registered(person=person)
    with pytest.raises(Conflict):
        registered(unit_facts(name="另一个厂", credit_code=make.credit_code(2)), person)


@pytest.mark.parametrize("state", [PersonState.RETIRED, PersonState.SUSPENDED])
def test_a_closed_account_registers_nothing(app, state):
    with pytest.raises(Conflict):
        registered(person=PersonFactory(state=state))


def test_a_registrant_whose_account_was_closed_meanwhile_becomes_no_manager(officer):
    person = PersonFactory()
    unit = registered(person=person)
    with transaction():
        person.state = PersonState.SUSPENDED
    with pytest.raises(Conflict):
        approve(officer, unit)
    db.session.expire_all()
    assert (unit.state, count(Post)) == (OrganizationState.PENDING, 1)


def test_the_manager_is_the_account_that_the_registrant_was_merged_into(officer):
    duplicate, survivor = PersonFactory(), PersonFactory()
    unit = registered(person=duplicate)
    with transaction():
        duplicate.merged_into_id = survivor.id
        duplicate.state = PersonState.MERGED
    approve(officer, unit)
    assert [post.organization_id for post in survivor.posts] == [unit.id]


def test_twenty_registrations_of_one_credit_code_make_one_unit(app):
    def register(index: int) -> None:
        facts = unit_facts(name=f"第{index}厂")
        register_unit(facts, registrant(identity_number=identity_number(5000 + index)))

    outcomes = in_parallel(app, 20, register)
    assert sorted(set(outcomes)) == ["Conflict:credit_code", "ok"]
    assert outcomes.count("ok") == 1
    assert (count(Organization), count(Person)) == (1, 1)


def test_parallel_registrations_of_one_person_make_one_account(app):
    def register(index: int) -> None:
        code = make.credit_code(100 + index)
        register_unit(unit_facts(name=f"第{index}厂", credit_code=code), registrant())

    outcomes = in_parallel(app, 8, register)
    assert sorted(set(outcomes)) == ["NumberTaken:identity_number", "ok"]
    assert (count(Organization), count(Person)) == (1, 1)


def test_parallel_approvals_make_one_manager(app, officer):
    colleague = holder(Role.BUREAU_OFFICER, officer.posts[0].organization)
    unit_id = registered().id
    actors = [officer.id, colleague.id]
    db.session.commit()

    def decide(index: int) -> None:
        approve_registration(db.session.get(Person, actors[index % 2]), unit_id)

    outcomes = in_parallel(app, 6, decide)
    assert sorted(set(outcomes)) == ["IllegalMove", "ok"]
    assert outcomes.count("ok") == 1
    managers = select(func.count()).select_from(Post).where(Post.role == Role.UNIT_MANAGER)
    assert db.session.scalar(managers) == 1


def test_approval_and_refusal_at_once_leave_one_of_them(app, officer):
    unit_id, actor_id = registered().id, officer.id
    db.session.commit()

    def decide(index: int) -> None:
        actor = db.session.get(Person, actor_id)
        if index % 2:
            refuse_registration(actor, unit_id, "不符")
        else:
            approve_registration(actor, unit_id)

    assert in_parallel(app, 4, decide).count("ok") == 1
    unit = db.session.get(Organization, unit_id)
    managers = db.session.scalars(select(Post).where(Post.organization_id == unit_id)).all()
    assert unit.is_approved is (len(managers) == 1)
