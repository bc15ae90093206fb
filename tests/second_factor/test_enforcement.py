"""Staff get no staff page without a second factor."""

import dataclasses

import pytest
from sqlalchemy import event

from lms.core.db import db, transaction
from lms.second_factor.operations import remove_totp
from lms.web.auth import access_of
from tests.factories import PostFactory
from tests.second_factor.support import OWN, STEP_SECONDS, code_of, enter_password, give_totp
from tests.security.support import address_of, routes
from tests.support import sign_in

HTML = {"Accept": "text/html"}
STAFF_PAGE = "/manage/courses"


@pytest.fixture
def offered(app):
    """The same application where the second factor is offered."""
    before = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(before, second_factor="offered")
    yield app
    app.extensions["settings"] = before


def _staff_requests(app):
    for rule in routes(app):
        access = access_of(app, rule.endpoint)
        if access is not None and access.kind == "staff":
            for method in sorted(rule.methods - {"OPTIONS"}):
                yield method, address_of(rule), access.permission


def test_no_staff_page_opens_without_it_by_any_method(app, client, staff, monkeypatch):
    # Somebody who may do everything, so that nothing but the second factor is in the way.
    everything = frozenset(permission for _m, _a, permission in _staff_requests(app))
    monkeypatch.setitem(app.extensions, "permissions_of", lambda person: everything)
    sign_in(client, staff, second_factor=False)
    tried, let_in = 0, []
    for method, address, _permission in _staff_requests(app):
        tried += 1
        answer = client.open(address, method=method, headers=HTML)
        if answer.status_code != 302 or not answer.headers["Location"].startswith(OWN):
            let_in.append((method, address, answer.status_code))
    assert tried > 50
    assert let_in == []


def test_fragments_and_machines_are_refused_too(client, staff):
    sign_in(client, staff, second_factor=False)
    fragment = client.get(STAFF_PAGE, headers={**HTML, "HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == OWN
    assert fragment.text == ""
    machine = client.get(STAFF_PAGE, headers={"Accept": "application/json"})
    assert (machine.status_code, machine.mimetype) == (403, "application/problem+json")


def test_without_a_factor_staff_are_led_to_setting_one_up_and_back(client, staff, clock):
    enter_password(client, staff)
    answer = client.get(f"{STAFF_PAGE}?page=1", headers=HTML)
    assert answer.headers["Location"] == f"{OWN}?next=/manage/courses?page%3D1"
    page = client.get(answer.headers["Location"])
    assert "管理工作需要二次验证" in page.text
    setup = f"{OWN}/totp?next=/manage/courses?page%3D1"
    client.post(f"{OWN}/totp/start?next=/manage/courses?page%3D1")
    codes = client.post(setup, data={"code": code_of(_secret_on(client.get(setup)))})
    assert 'href="/manage/courses?page=1"' in codes.text
    assert client.get(STAFF_PAGE).status_code == 200


def _secret_on(page):
    return page.text.split('data-copy="')[1].split('"')[0]


def test_with_a_factor_staff_are_asked_for_it_and_go_on(client, staff, clock):
    secret, _codes = give_totp(staff)
    clock.advance(STEP_SECONDS)
    enter_password(client, staff)
    answer = client.get(STAFF_PAGE, headers=HTML)
    answer = client.get(answer.headers["Location"], headers=HTML)
    assert answer.headers["Location"] == f"/sign-in/second?next={STAFF_PAGE}"
    done = client.post(answer.headers["Location"], data={"code": code_of(secret)})
    assert done.headers["Location"] == STAFF_PAGE
    assert client.get(STAFF_PAGE).status_code == 200


def _reads_of_sessions(client, address):
    seen = []

    def listen(*arguments):
        if "FROM sign_in_sessions" in arguments[2]:
            seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    return len(seen)


def test_a_page_asks_for_its_session_once(client, person, staff):
    sign_in(client, staff)
    assert _reads_of_sessions(client, STAFF_PAGE) == 1
    assert _reads_of_sessions(client, f"{OWN}/recovery-codes") == 1
    sign_in(client, person)
    assert _reads_of_sessions(client, "/me") == 1


def test_who_waits_for_the_factor_is_asked_for_once_too(client, person, clock):
    give_totp(person)
    enter_password(client, person)
    assert _reads_of_sessions(client, "/sign-in/second") == 1


def test_own_learner_pages_stay_open_to_staff(client, staff):
    sign_in(client, staff, second_factor=False)
    assert client.get("/me").status_code == 200
    assert client.get("/me/security").status_code == 200


def test_whoever_becomes_staff_is_asked_from_then_on(client, person):
    sign_in(client, person, second_factor=False)
    PostFactory(person=person)
    assert client.get(STAFF_PAGE, headers=HTML).status_code == 302


def test_where_it_is_offered_staff_pages_open_and_say_so(offered, client, staff):
    sign_in(client, staff, second_factor=False)
    page = client.get(STAFF_PAGE)
    assert page.status_code == 200
    assert "建议开启二次验证" in page.text
    assert f"{OWN}?next=/manage/courses" in page.text


def test_where_it_is_offered_a_factor_that_is_set_up_is_asked_for(offered, client, staff):
    give_totp(staff)
    enter_password(client, staff)
    assert client.get(STAFF_PAGE, headers=HTML).status_code == 302


def test_learners_and_staff_with_a_factor_see_no_banner(offered, client, staff, person):
    sign_in(client, staff)
    assert "建议开启二次验证" not in client.get(STAFF_PAGE).text
    sign_in(client, person, second_factor=False)
    assert "建议开启二次验证" not in client.get("/me").text


def test_without_any_factor_left_no_session_counts_as_having_shown_one(offered, app, client, staff):
    give_totp(staff)
    sign_in(client, staff)
    with transaction():
        remove_totp(staff)
    app.extensions["settings"] = dataclasses.replace(
        app.extensions["settings"], second_factor="required"
    )
    assert client.get(STAFF_PAGE, headers=HTML).status_code == 302
    db.session.rollback()
