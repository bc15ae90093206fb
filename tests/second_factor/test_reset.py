"""Resetting a lost factor: of somebody below, never one's own, nor of anybody above or beside."""

import pytest

from lms.accounts.employments import join_unit, leave_unit
from lms.accounts.enums import EmploymentEnd
from lms.accounts.posts import grant_post
from lms.accounts.session_models import SignInSession
from lms.core.audit import AuditEvent
from lms.core.db import db, hold, transaction
from lms.core.errors import NotFound
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.second_factor import records
from lms.second_factor.operations import reset_second_factor
from lms.second_factor.queries import factors_of, has_factor
from tests.factories import PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.factories.organizations import bureau, organization, unit
from tests.second_factor.support import enter_password, give_passkey, give_totp
from tests.support import sign_in


@pytest.fixture
def places(app, clock):
    return {
        "bureau": bureau("日照市人社局", "371100"),
        "elsewhere": bureau("烟台市人社局", "370600"),
        "unit": unit("日照机械厂", "371102"),
        "other unit": unit("日照纺织厂", "371102"),
        "base": organization(OrganizationKind.BASE, "日照继续教育基地", "371102"),
    }


def _holder(place, role, **more):
    return PostFactory(person=PersonFactory(**more), organization=place, role=role).person


def _officer(place):
    return _holder(place, Role.BUREAU_OFFICER)


def _reset(client, actor, person):
    sign_in(client, actor)
    return client.post(f"/manage/people/{person.id}/second-factor/reset", data={"next": "/me"})


@pytest.fixture
def trainer(places):
    person = _holder(places["base"], Role.TRAINER, password="correct horse battery")
    give_totp(person)
    give_passkey(person)
    return person


def test_a_manager_resets_the_factor_of_their_trainer(client, places, trainer):
    manager = _holder(places["base"], Role.BASE_MANAGER)
    assert _reset(client, manager, trainer).headers["Location"] == "/me"
    factors = factors_of(trainer.id)
    assert (factors.count, factors.codes_left) == (0, 0)
    open_ones = db.session.query(SignInSession).filter_by(person_id=trainer.id, ended_at=None)
    assert open_ones.count() == 0
    event = db.session.query(AuditEvent).filter_by(tag="accounts:factor:reset").one()
    assert (event.actor_id, event.subject) == (manager.id, f"person:{trainer.id}")


def test_the_bureau_of_the_division_may_and_one_elsewhere_may_not(client, places, trainer):
    assert _reset(client, _officer(places["elsewhere"]), trainer).status_code == 404
    assert has_factor(trainer.id)
    assert _reset(client, _officer(places["bureau"]), trainer).status_code == 302
    assert not has_factor(trainer.id)


def test_a_trainer_and_a_learner_may_not(client, places, trainer):
    colleague = _holder(places["base"], Role.TRAINER)
    for actor in (colleague, PersonFactory()):
        assert _reset(client, actor, trainer).status_code == 403
    assert has_factor(trainer.id)


def test_nobody_resets_their_own(client, places):
    officer = _officer(places["bureau"])
    give_totp(officer)
    assert _reset(client, officer, officer).status_code == 403
    assert has_factor(officer.id)


def test_a_unit_does_not_get_at_its_people_who_have_a_say_elsewhere(client, places):
    """Whoever could reset them could next take over the account, and with it the bureau."""
    officer = _holder(places["bureau"], Role.BUREAU_OFFICER, unit=places["unit"])
    PostFactory(person=officer, organization=places["unit"], role=Role.UNIT_MANAGER)
    give_totp(officer)
    manager = _holder(places["unit"], Role.UNIT_MANAGER)
    assert _reset(client, manager, officer).status_code == 404
    assert has_factor(officer.id)


def test_a_learner_is_reset_by_their_unit_and_no_other(client, places):
    learner = PersonFactory(unit=places["unit"])
    give_totp(learner)
    assert (
        _reset(client, _holder(places["other unit"], Role.UNIT_MANAGER), learner).status_code == 404
    )
    assert _reset(client, _holder(places["unit"], Role.UNIT_MANAGER), learner).status_code == 302
    assert not has_factor(learner.id)


def test_whoever_left_the_unit_meanwhile_is_not_reset_by_it(places, monkeypatch):
    learner = PersonFactory(unit=places["unit"])
    give_totp(learner)
    manager = _holder(places["unit"], Role.UNIT_MANAGER)

    def held(person):
        join_unit(person, places["other unit"], None)
        hold(person)

    monkeypatch.setattr(records, "hold", held)
    with pytest.raises(NotFound), transaction():
        reset_second_factor(manager, learner.id)
    assert has_factor(learner.id)


def test_a_learner_without_a_unit_is_reset_by_nobody(client, places):
    learner = PersonFactory()
    give_totp(learner)
    assert _reset(client, _officer(places["bureau"]), learner).status_code == 404


def test_where_nothing_is_set_up_it_says_so(client, places):
    learner = PersonFactory(unit=places["unit"])
    _reset(client, _holder(places["unit"], Role.UNIT_MANAGER), learner)
    assert "没有设置二次验证" in client.get("/me").text


def test_after_a_reset_the_password_gets_in_and_staff_set_up_anew(app, client, places, trainer):
    _reset(client, _holder(places["base"], Role.BASE_MANAGER), trainer)
    browser = app.test_client()
    enter_password(browser, trainer)
    assert browser.get("/me").status_code == 200
    led = browser.get("/manage/courses", headers={"Accept": "text/html"})
    assert led.headers["Location"].startswith("/me/security/second-factor")


def test_the_command_resets_where_nobody_stands_above(app, places):
    officer = _officer(places["bureau"])
    give_totp(officer)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["reset-second-factor", officer.username])
    assert (done.exit_code, officer.name in done.output) == (0, True)
    assert not has_factor(officer.id)
    assert runner.invoke(args=["reset-second-factor", officer.username]).exit_code == 1
    assert runner.invoke(args=["reset-second-factor", "nobody"]).exit_code == 1
    event = db.session.query(AuditEvent).filter_by(tag="accounts:factor:reset").one()
    assert event.actor_id is None


def test_the_operator_names_a_user_name_and_no_number(app, places):
    number = identity_number(5001)
    officer = _holder(places["bureau"], Role.BUREAU_OFFICER, identity_number=number)
    give_totp(officer)
    refused = app.test_cli_runner().invoke(args=["reset-second-factor", number])
    assert refused.exit_code == 1
    assert "user name" in refused.output
    assert number not in refused.output
    assert has_factor(officer.id)


def test_an_officer_does_not_reset_the_auditor_beside_them(client, places):
    auditor = _holder(places["bureau"], Role.BUREAU_AUDITOR)
    give_totp(auditor)
    assert _reset(client, _officer(places["bureau"]), auditor).status_code == 404
    assert has_factor(auditor.id)
    above = _officer(bureau("山东省人社厅", "370000"))
    assert _reset(client, above, auditor).status_code == 302
    assert not has_factor(auditor.id)


def test_whoever_left_is_reset_by_the_unit_they_last_belonged_to(client, places):
    learner = PersonFactory(unit=places["unit"])
    give_totp(learner)
    with transaction():
        leave_unit(learner, EmploymentEnd.LEFT, None)
    other = _holder(places["other unit"], Role.UNIT_MANAGER)
    assert _reset(client, other, learner).status_code == 404
    assert _reset(client, _holder(places["unit"], Role.UNIT_MANAGER), learner).status_code == 302
    assert not has_factor(learner.id)


def test_a_post_given_to_a_stranger_gives_no_power_over_the_factor_they_had(client, places, clock):
    """Nobody asks whom a post is given to: with one in hand the giver would be over them."""
    person = PersonFactory(unit=places["other unit"])
    give_totp(person)
    clock.advance(days=1)
    with transaction():
        grant_post(person, places["unit"], Role.UNIT_MANAGER)
    stranger = _holder(places["unit"], Role.UNIT_MANAGER)
    assert _reset(client, stranger, person).status_code == 404
    assert has_factor(person.id)
    assert _reset(client, _officer(places["bureau"]), person).status_code == 302
    assert not has_factor(person.id)


def test_a_factor_set_up_for_a_post_is_reset_where_the_post_is_held(client, places, clock):
    person = PersonFactory(unit=places["other unit"])
    with transaction():
        grant_post(person, places["base"], Role.TRAINER)
    give_passkey(person)
    give_totp(person)
    manager = _holder(places["base"], Role.BASE_MANAGER)
    assert _reset(client, manager, person).status_code == 302


def test_one_older_factor_keeps_the_others(client, places, clock):
    person = PersonFactory(unit=places["other unit"])
    give_passkey(person)
    clock.advance(days=1)
    with transaction():
        grant_post(person, places["base"], Role.TRAINER)
    give_totp(person)
    assert _reset(client, _holder(places["base"], Role.BASE_MANAGER), person).status_code == 404
