"""Applying: who is there afterwards, all or nothing, once."""

import threading

import pytest
from sqlalchemy import event

from lms.accounts.employments import employments_of, join_unit
from lms.accounts.enums import EmploymentEnd, PersonState, ProfessionSeries, TitleLevel
from lms.accounts.identity import IdentityPurpose, read_identity_number, read_phone
from lms.accounts.models import Employment, Person, Post
from lms.accounts.queries import find_by_identity
from lms.activation.issuing import issue_codes
from lms.activation.operations import prove_code
from lms.administration.organization_operations import close_organization
from lms.core import clock as now
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.permissions import Role
from lms.memberships.models import MembershipRequest, RequestSide, RequestState
from lms.memberships.operations import ask_for_oneself
from lms.organizations.models import OrganizationKind, OrganizationState
from lms.roster import applying, jobs
from lms.roster.applying import apply_now
from lms.roster.checking import check_now
from lms.roster.enums import RosterState
from lms.roster.models import RosterRow
from lms.roster.operations import cancel_roster, request_apply, request_check
from lms.roster.tasks import requeue_rosters
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.roster.support import (
    applied,
    apply,
    checked,
    counts,
    just,
    manager_of,
    row,
    unit_named,
    workbook,
)
from tests.waiting import second_of


def person_of(cells):
    return find_by_identity(cells[2])


def tags_of(person):
    query = db.select(AuditEvent).filter_by(subject=f"person:{person.id}").order_by(AuditEvent.id)
    return [event.tag for event in db.session.scalars(query)]


def refused_state(actor, roster):
    """The state of a roster that was confirmed and could not be applied."""
    before = db.session.query(Person).count()
    with transaction():
        request_apply(actor, roster, roster.checks)
    assert apply_now(roster.id)
    db.session.refresh(roster)
    assert db.session.query(Person).count() == before
    return roster.state


def test_new_people_are_as_if_made_one_by_one(manager, unit):
    cells = row(1)
    roster = applied(manager, workbook([cells]))
    assert roster.state is RosterState.APPLIED
    person = person_of(cells)
    assert (person.name, person.state, person.unit_id) == (cells[0], PersonState.ACTIVE, unit.id)
    assert person.profession is ProfessionSeries.ENGINEERING
    assert person.title_level is TitleLevel.INTERMEDIATE
    assert not person.is_activated
    assert person.email == cells[4]
    assert person.masked_identity.startswith(cells[2][:6])
    assert read_phone(person) == cells[3]
    assert read_identity_number(person, IdentityPurpose.REVIEW, manager.id) == cells[2]
    (stay,) = employments_of(person)
    assert (stay.organization_id, stay.ended_on) == (unit.id, None)


def test_who_did_what_is_recorded_for_every_person(manager, unit):
    roster = applied(manager, workbook([row(1), row(2)]))
    assert tags_of(person_of(row(1))) == ["accounts:person:create", "accounts:employment:begin"]
    query = db.select(AuditEvent).filter_by(subject=f"person:{person_of(row(2)).id}")
    for made in db.session.scalars(query):
        assert (made.actor_id, made.organization_id) == (manager.id, unit.id)
        assert made.detail == {"roster": roster.id}
    whole = db.select(AuditEvent).filter_by(subject=f"roster:{roster.id}")
    assert {AuditTag(each.tag) for each in db.session.scalars(whole)} == {
        AuditTag.ACCOUNTS_ROSTER_UPLOAD,
        AuditTag.ACCOUNTS_ROSTER_CHECK,
        AuditTag.ACCOUNTS_ROSTER_APPLY,
    }


def test_the_same_file_again_changes_nothing(manager):
    content = workbook([row(n) for n in range(5)])
    applied(manager, content)
    assert counts(checked(manager, content)) == just(unchanged=5)


def test_a_mended_file_adds_what_was_refused(manager):
    first = applied(manager, workbook([row(1), row(2, 手机号码="1")]))
    assert counts(first) == just(new=1, refused=1)
    second = applied(manager, workbook([row(1), row(2)]))
    assert counts(second) == just(new=1, unchanged=1)
    assert person_of(row(2)) is not None


def test_cells_update_people_and_empty_cells_do_not(manager, unit):
    person = PersonFactory(
        name=row(1)[0],
        identity_number=row(1)[2],
        unit=unit,
        email="old@example.com",
        title_level=TitleLevel.JUNIOR,
        contact_confirmed_at=now.now(),
    )
    applied(manager, workbook([row(1, 电子邮箱="", 职称级别="正高级")]))
    db.session.refresh(person)
    assert person.email == "old@example.com"
    assert person.title_level is TitleLevel.SENIOR
    assert read_phone(person) == row(1)[3]
    assert person.contact_confirmed_at is None
    (updated,) = db.session.query(AuditEvent).filter_by(tag="accounts:person:update")
    assert updated.detail["fields"] == ["phone", "profession", "title_level"]


def test_a_roster_that_leaves_the_contact_leaves_it_confirmed(manager, unit):
    person = PersonFactory(
        name=row(1)[0], identity_number=row(1)[2], unit=unit, contact_confirmed_at=now.now()
    )
    applied(manager, workbook([row(1, 手机号码="", 电子邮箱="")]))
    db.session.refresh(person)
    assert person.profession is ProfessionSeries.ENGINEERING
    assert person.contact_confirmed_at is not None


def test_a_bureau_moves_people_at_once(app, clock):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    first, second = unit_named("第一研究院"), unit_named("第二研究院")
    officer = manager_of(bureau, Role.BUREAU_OFFICER)
    person = PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=first)
    with transaction():
        ask_for_oneself(person, second, "")
    applied(officer, workbook([row(1, 工作单位="第二研究院")]))
    db.session.refresh(person)
    assert person.unit_id == second.id
    now, before = employments_of(person)
    assert (now.organization_id, now.ended_on) == (second.id, None)
    assert before.end_reason is EmploymentEnd.MOVED
    assert set(tags_of(person)[-4:]) == {
        "accounts:employment:end",
        "accounts:request:cancel",
        "accounts:employment:begin",
        "accounts:person:update",
    }
    (request,) = db.session.query(MembershipRequest)
    assert request.state is RequestState.CANCELLED


def test_posts_in_the_former_unit_end_with_the_move_and_others_go_on(app, clock):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    first, _second, third = (
        unit_named("第一研究院"),
        unit_named("第二研究院"),
        unit_named("别的单位"),
    )
    moved, stays = (
        PersonFactory(name=row(n)[0], identity_number=row(n)[2], unit=first) for n in (1, 2)
    )
    places = ((moved, first), (moved, third), (stays, first))
    _ended, elsewhere, kept = (
        PostFactory(person=person, organization=place, role=Role.UNIT_MANAGER)
        for person, place in places
    )
    officer = manager_of(bureau, Role.BUREAU_OFFICER)
    cells = [
        row(n, 工作单位=name, 手机号码="", 电子邮箱="")
        for n, name in ((1, "第二研究院"), (2, "第一研究院"))
    ]
    roster = applied(officer, workbook(cells))
    held = db.select(Post.id).filter(Post.ended_at.is_(None), Post.role == Role.UNIT_MANAGER)
    assert set(db.session.scalars(held)) == {elsewhere.id, kept.id}
    (event,) = db.session.query(AuditEvent).filter_by(tag="accounts:post:end")
    assert (event.actor_id, event.organization_id) == (officer.id, first.id)
    assert (event.detail["roster"], event.detail["role"]) == (roster.id, "unit_manager")


def test_codes_of_the_former_unit_end_with_the_move(app, clock):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    first, _second = unit_named("第一研究院"), unit_named("第二研究院")
    people = [PersonFactory(name=row(n)[0], identity_number=row(n)[2], unit=first) for n in (1, 2)]
    with transaction():
        issued = issue_codes(manager_of(first), people)
    officer = manager_of(bureau, Role.BUREAU_OFFICER)
    applied(officer, workbook([row(1, 工作单位="第二研究院"), row(2, 工作单位="第一研究院")]))
    with transaction():
        proofs = [prove_code(each.person.username, each.code) for each in issued]
    assert [proof.token is None for proof in proofs] == [True, False]


def test_a_unit_only_asks_for_people_of_another(manager, unit):
    other = unit_named("别的单位")
    person = PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=other)
    content = workbook([row(1), row(2)])
    applied(manager, content)
    db.session.refresh(person)
    assert person.unit_id == other.id
    assert person.phone_hash is None
    (request,) = db.session.query(MembershipRequest)
    assert (request.from_id, request.to_id) == (other.id, unit.id)
    assert request.side is RequestSide.NEW_UNIT
    assert request.asked_by_id == manager.id
    assert counts(checked(manager, content)) == just(unchanged=2)


def test_somebody_without_a_unit_is_asked_for_too(manager):
    PersonFactory(name=row(1)[0], identity_number=row(1)[2])
    assert counts(applied(manager, workbook([row(1)]))) == just(moved=1, asked=1)
    (request,) = db.session.query(MembershipRequest)
    assert request.from_id is None


def test_somebody_who_asks_for_another_unit_is_left_alone(manager):
    person = PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=unit_named("甲"))
    with transaction():
        ask_for_oneself(person, unit_named("乙"), "")
    assert counts(checked(manager, workbook([row(1)]))) == just(refused=1)


def register_somebody(manager, unit):
    PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=unit)


def change_the_phone(manager, unit):
    known = person_of(row(2))
    known.phone_hash = "another"


def suspend(manager, unit):
    person_of(row(2)).state = PersonState.SUSPENDED


def take_away(manager, unit):
    join_unit(person_of(row(2)), unit_named("别的单位"), None)


def make_staff(manager, unit):
    PostFactory(person=person_of(row(2)), organization=unit, role=Role.UNIT_MANAGER)


def close_the_unit(manager, unit):
    unit.state = OrganizationState.CLOSED


@pytest.mark.parametrize(
    "happening",
    [register_somebody, change_the_phone, suspend, take_away, make_staff, close_the_unit],
)
def test_what_happened_since_the_check_makes_it_outdated(manager, unit, happening):
    PersonFactory(name=row(2)[0], identity_number=row(2)[2], unit=unit)
    roster = checked(manager, workbook([row(1), row(2)]))
    happening(manager, unit)
    db.session.commit()
    assert refused_state(manager, roster) is RosterState.OUTDATED


def test_nobody_is_put_into_a_unit_that_is_just_being_closed(app, unit):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    boss = manager_of(bureau, Role.BUREAU_OFFICER)
    boss_id, unit_id = boss.id, unit.id
    roster = checked(boss, workbook([row(1, 工作单位=unit.name)]))
    with transaction():
        request_apply(boss, roster, roster.checks)
    with transaction():
        job = jobs.claim(roster.id, RosterState.QUEUED)

    outcome = second_of(
        app,
        lambda: close_organization(db.session.get_one(Person, boss_id), unit_id),
        lambda: applying._apply(job),
    )

    assert isinstance(outcome, applying.OutdatedError)
    assert person_of(row(1)) is None


def test_an_outdated_roster_is_checked_again_and_applied(manager, unit):
    roster = checked(manager, workbook([row(1), row(2)]))
    register_somebody(manager, unit)
    refused_state(manager, roster)
    with transaction():
        request_check(manager, roster)
    check_now(roster.id)
    db.session.refresh(roster)
    assert counts(roster) == just(new=1, changed=1)
    assert apply(manager, roster).state is RosterState.APPLIED


def test_whoever_lost_the_post_applies_nothing(manager):
    roster = checked(manager, workbook([row(1)]))
    with transaction():
        request_apply(manager, roster, roster.checks)
    manager.posts[0].ended_at = roster.created_at
    db.session.commit()
    apply_now(roster.id)
    db.session.refresh(roster)
    assert roster.state is RosterState.FAILED
    assert person_of(row(1)) is None


def test_a_second_click_is_no_mistake_and_an_older_preview_is(manager):
    roster = checked(manager, workbook([row(1)]))
    with transaction():
        request_apply(manager, roster, 1)
    with transaction():
        request_apply(manager, roster, 1)
    with pytest.raises(Conflict), transaction():
        request_apply(manager, roster, 2)
    assert apply_now(roster.id)
    assert not apply_now(roster.id)
    assert db.session.query(Employment).filter_by(person_id=person_of(row(1)).id).count() == 1


def test_nobody_else_applies_or_gives_up(manager, unit):
    colleague = manager_of(unit)
    roster = checked(manager, workbook([row(1)]))
    for deed in (
        lambda: request_apply(colleague, roster, 1),
        lambda: cancel_roster(colleague, roster),
    ):
        with pytest.raises(NotFound), transaction():
            deed()


def test_workers_in_parallel_apply_once(app, manager):
    roster = checked(manager, workbook([row(n) for n in range(50)]))
    with transaction():
        request_apply(manager, roster, roster.checks)
    import_id, done = roster.id, []
    db.session.remove()

    def work():
        with app.app_context():
            done.append(apply_now(import_id))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 5 + [True]
    assert db.session.query(AuditEvent).filter_by(tag="accounts:person:create").count() >= 50
    assert db.session.query(Employment).count() == 50


def test_a_fault_in_the_middle_leaves_nothing(manager):
    roster = checked(manager, workbook([row(1), row(2)]))
    with transaction():
        request_apply(manager, roster, roster.checks)
    before = db.session.query(Person).count()

    def fail(_conn, _cursor, statement, *_more):
        if statement.startswith("INSERT INTO employments"):
            raise RuntimeError("power failure")

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError):
            apply_now(roster.id)
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)
    assert db.session.query(Person).count() == before
    db.session.refresh(roster)
    assert roster.state is RosterState.APPLYING


def test_what_a_worker_left_that_died_before_it_tidied_up_is_cleared_away(manager, clock, tasks):
    roster = checked(manager, workbook([row(1)]))
    with transaction():
        request_apply(manager, roster, roster.checks)
    apply_now(roster.id)
    requeue_rosters.run()
    assert tasks.run_all() == 0
    assert db.session.query(RosterRow).count() == 1
    clock.advance(61)
    requeue_rosters.run()
    assert tasks.run_all() == 1
    assert db.session.query(RosterRow).count() == 0
    clock.advance(61)
    requeue_rosters.run()
    assert tasks.run_all() == 0


def test_a_dead_worker_is_followed_by_another(manager, clock, tasks):
    roster = checked(manager, workbook([row(1)]))
    with transaction():
        request_apply(manager, roster, roster.checks)
    with transaction():
        assert jobs.claim(roster.id, RosterState.QUEUED)
    requeue_rosters.run()
    assert tasks.run_all() == 0
    clock.advance(61)
    requeue_rosters.run()
    tasks.run_all()
    db.session.refresh(roster)
    assert roster.state is RosterState.APPLIED
    assert person_of(row(1)) is not None
    assert db.session.query(RosterRow).count() == 0
