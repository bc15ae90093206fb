"""The second half of signing in: without it the account stays shut."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import select

from lms.accounts.session_models import SignInSession, SignInThrottle
from lms.accounts.sessions import (
    begin_session,
    end_sessions,
    load_session_person,
    open_sessions,
)
from lms.core.audit import AuditEvent
from lms.core.db import db, hold, transaction
from lms.core.errors import Conflict
from lms.second_factor.passkeys import options_to_show
from lms.second_factor.proofs import show_code, show_passkey
from lms.second_factor.queries import LONGEST_PAUSE, factors_of
from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD
from tests.second_factor.support import (
    SECOND,
    STEP_SECONDS,
    code_of,
    enter_password,
    give_passkey,
    give_totp,
)
from tests.security.support import at_once
from tests.support import sign_in

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def armed(person, clock):
    """A learner with an app and recovery codes: the person, the secret, the codes."""
    secret, codes = give_totp(person)
    clock.advance(STEP_SECONDS)
    return person, secret, codes


def _opens(client):
    return client.get("/me").status_code == 200


def _follow(client, address):
    answer = client.get(address, headers=HTML)
    hops = [address]
    while answer.status_code == 302:
        hops.append(answer.headers["Location"])
        answer = client.get(hops[-1], headers=HTML)
    return hops[-1], answer


def test_without_a_factor_the_password_is_enough(client, person):
    enter_password(client, person)
    assert _opens(client)


def test_whoever_has_a_factor_is_asked_for_it_and_then_goes_on(client, armed):
    person, secret, _codes = armed
    assert enter_password(client, person, "/courses?page=2").headers["Location"]
    where, page = _follow(client, "/me")
    assert where == f"{SECOND}?next=/me"
    assert "6 位数字" in page.text
    answer = client.post(
        SECOND, query_string={"next": "/courses?q=a"}, data={"code": code_of(secret)}
    )
    assert answer.headers["Location"] == "/courses?q=a"
    assert _opens(client)


def test_until_then_no_page_knows_the_person(client, armed):
    person, _secret, _codes = armed
    enter_password(client, person)
    for address in ("/", "/courses", "/verify"):
        assert person.name not in client.get(address).text
    for address in ("/me", "/me/security", "/me/security/second-factor", "/me/hours"):
        assert client.get(address, headers=HTML).status_code == 302
    assert client.get("/me", headers=JSON).status_code == 401


def test_the_page_shows_only_a_masked_name(client, armed):
    person, secret, _codes = armed
    enter_password(client, person)
    page = client.get(SECOND).text
    assert person.masked_name in page
    assert person.name not in page
    assert secret not in page


def test_a_code_with_spaces_is_right_and_never_good_again(app, armed):
    person, secret, _codes = armed
    first, second, third = (app.test_client() for _ in range(3))
    code = code_of(secret)
    for client in (first, second, third):
        sign_in(client, person, second_factor=False)
    assert first.post(SECOND, data={"code": f" {code[:3]} {code[3:]} "}).status_code == 302
    assert second.post(SECOND, data={"code": code}).status_code == 422
    assert third.post(SECOND, data={"code": f"{code[:3]} {code[3:]}"}).status_code == 422
    assert [_opens(client) for client in (first, second, third)] == [True, False, False]


def test_of_two_browsers_with_one_code_one_gets_in(app, armed):
    person, secret, _codes = armed
    clients = [app.test_client() for _ in range(4)]
    for client in clients:
        sign_in(client, person, second_factor=False)
    code = code_of(secret)
    answers = at_once(
        [lambda c=c: c.post(SECOND, data={"code": code}).status_code for c in clients]
    )
    assert sorted(answers) == [302, 422, 422, 422]
    assert sum(_opens(client) for client in clients) == 1


def test_of_two_browsers_with_one_recovery_code_one_gets_in(app, armed):
    person, _secret, codes = armed
    clients = [app.test_client() for _ in range(4)]
    for client in clients:
        sign_in(client, person, second_factor=False)
    send = {"recovery_code": codes[0]}
    answers = at_once([lambda c=c: c.post(SECOND, data=send).status_code for c in clients])
    assert sorted(answers) == [302, 422, 422, 422]
    assert factors_of(person.id).codes_left == 9


def test_a_recovery_code_gets_in_and_tells_how_many_are_left(client, armed):
    person, _secret, codes = armed
    enter_password(client, person)
    assert client.post(SECOND, data={"recovery_code": codes[5].lower()}).status_code == 302
    assert "还剩 9 个" in client.get("/me").text


def test_wrong_codes_wait_longer_and_longer_even_for_the_right_one(client, armed, clock):
    person, secret, _codes = armed
    sign_in(client, person, second_factor=False)
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    for _ in range(5):
        assert client.post(SECOND, data={"code": wrong}).status_code == 422
    clock.advance(5)
    page = client.post(SECOND, data={"code": code_of(secret)})
    assert (page.status_code, "这次没有核对" in page.text) == (429, True)
    assert page.headers["Retry-After"] == "25"
    clock.advance(30)
    assert client.post(SECOND, data={"code": code_of(secret)}).status_code == 302


def test_guessing_in_many_browsers_at_once_gets_five_tries(app, armed):
    person, secret, _codes = armed
    clients = [app.test_client() for _ in range(8)]
    for client in clients:
        sign_in(client, person, second_factor=False)
    wrong = [f"{number:06d}" for number in range(8) if f"{number:06d}" != code_of(secret)]
    at_once(
        [
            lambda c=c, w=w: c.post(SECOND, data={"code": w})
            for c, w in zip(clients, wrong, strict=False)
        ]
    )
    failed = db.session.query(AuditEvent).filter_by(tag="accounts:factor:fail").count()
    assert failed == 5
    throttle = db.session.get(SignInThrottle, f"factor:{person.id}")
    assert throttle.failures == 5


def test_waiting_for_codes_makes_nobody_else_wait(app, armed, clock):
    person, _secret, _codes = armed
    client = app.test_client()
    sign_in(client, person, second_factor=False)
    for _ in range(6):
        client.post(SECOND, data={"code": "000000"})
    other = PersonFactory(password=PASSWORD)
    enter_password(client := app.test_client(), other)
    assert _opens(client)


def test_what_can_be_no_code_is_told_and_not_counted(client, armed):
    person, _secret, _codes = armed
    enter_password(client, person)
    page = client.post(SECOND, data={"code": "12345"})
    assert (page.status_code, "6 位数字" in page.text) == (422, True)
    assert client.post(SECOND, data={"code": ""}).status_code == 422
    assert db.session.get(SignInThrottle, f"factor:{person.id}") is None


def test_a_new_session_begins_and_the_waiting_one_ends(client, armed):
    person, secret, _codes = armed
    enter_password(client, person)
    with client.session_transaction() as session:
        waiting = session["_user_id"]
    client.post(SECOND, data={"code": code_of(secret)})
    with client.session_transaction() as session:
        assert session["_user_id"] != waiting
        session["_user_id"] = waiting
    assert not _opens(client)
    query = select(SignInSession).where(SignInSession.person_id == person.id)
    query = query.order_by(SignInSession.id)
    here = [found for found in db.session.scalars(query) if found.address == "127.0.0.1"]
    assert [found.ended_at is None for found in here] == [False, True]
    assert here[-1].second_factor_at is not None


def test_the_pause_between_password_and_factor_is_limited(client, armed, clock):
    person, secret, _codes = armed
    enter_password(client, person)
    clock.advance(LONGEST_PAUSE.total_seconds())
    answer = client.post(SECOND, data={"code": code_of(secret)})
    assert answer.headers["Location"] == "/sign-in"
    assert not _opens(client)


@pytest.mark.parametrize("kind", ["code", "passkey"])
def test_a_factor_shown_while_the_sessions_are_ended_opens_none(app, armed, kind):
    """A password is reset: whoever knew the old one does not slip in beside it."""
    person, secret, _codes = armed
    key = give_passkey(person)
    with transaction():
        token = begin_session(person)
        options = options_to_show(person)
    code, answer = code_of(secret), key.sign(options)

    def show():
        with app.app_context(), suppress(Conflict):
            waiting = load_session_person(token)
            show_code(waiting, code) if kind == "code" else show_passkey(waiting, answer)

    other = threading.Thread(target=show)
    with transaction():
        hold(person)
        end_sessions(person, None)
        other.start()
        other.join(timeout=0.5)
    other.join()
    db.session.rollback()
    assert open_sessions(person) == []


def test_signing_out_ends_the_waiting_session(client, armed):
    person, _secret, _codes = armed
    enter_password(client, person)
    assert client.post("/sign-out").status_code == 302
    assert client.get("/sign-in", headers=HTML).status_code == 200
    open_ones = select(SignInSession).where(SignInSession.ended_at.is_(None))
    waiting = [s for s in db.session.scalars(open_ones) if s.address == "127.0.0.1"]
    assert waiting == []


def test_another_open_browser_is_asked_once_a_factor_is_set_up(app, person):
    elsewhere = sign_in(app.test_client(), person, second_factor=False)
    assert _opens(elsewhere)
    give_totp(person)
    assert not _opens(elsewhere)


def test_who_is_signed_in_is_not_asked_again(client, person):
    sign_in(client, person)
    assert client.get(SECOND, query_string={"next": "/courses"}).headers["Location"] == "/courses"


def test_a_guest_is_sent_to_the_first_half(client):
    assert (
        client.get(SECOND, query_string={"next": "/me/hours"}).headers["Location"]
        == "/sign-in?next=/me/hours"
    )
    assert client.post(f"{SECOND}/passkey/options", headers=JSON).status_code == 403
    assert client.post(f"{SECOND}/passkey", json={}, headers=JSON).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(client, armed, target):
    person, secret, _codes = armed
    enter_password(client, person)
    answer = client.post(SECOND, query_string={"next": target}, data={"code": code_of(secret)})
    assert answer.headers["Location"] == "/me"


def _sign(client, authenticator):
    options = client.post(f"{SECOND}/passkey/options", headers=JSON).json
    return authenticator.sign(options)


def test_a_passkey_gets_in(client, person):
    authenticator = give_passkey(person)
    enter_password(client, person)
    signed = _sign(client, authenticator)
    answer = client.post(
        f"{SECOND}/passkey",
        query_string={"next": "/courses"},
        json={"credential": signed},
        headers=JSON,
    )
    assert answer.json == {"next": "/courses"}
    assert _opens(client)


def test_a_passkey_gets_in_while_codes_must_wait(client, armed):
    person, _secret, _codes = armed
    authenticator = give_passkey(person)
    sign_in(client, person, second_factor=False)
    for _ in range(6):
        client.post(SECOND, data={"code": "000000"})
    signed = _sign(client, authenticator)
    client.post(f"{SECOND}/passkey", json={"credential": signed}, headers=JSON)
    assert _opens(client)


def test_the_answer_to_the_challenge_of_another_browser_is_refused(app, person):
    authenticator = give_passkey(person)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        sign_in(client, person, second_factor=False)
    stolen = _sign(first, authenticator)
    _sign(second, authenticator)
    answer = second.post(f"{SECOND}/passkey", json={"credential": stolen}, headers=JSON)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert not _opens(second)


def test_a_wrong_answer_uses_the_challenge_up_and_is_recorded(client, person):
    authenticator = give_passkey(person)
    enter_password(client, person)
    authenticator.origin = "https://evil.example"
    wrong = _sign(client, authenticator)
    assert (
        client.post(f"{SECOND}/passkey", json={"credential": wrong}, headers=JSON).status_code
        == 422
    )
    assert (
        client.post(f"{SECOND}/passkey", json={"credential": wrong}, headers=JSON).status_code
        == 409
    )
    assert db.session.query(AuditEvent).filter_by(tag="accounts:factor:fail").count() == 1


@pytest.mark.parametrize("body", [None, [], {"credential": "x"}, {"credential": {"rawId": []}}])
def test_an_answer_that_is_none_is_refused(client, person, body):
    give_passkey(person)
    enter_password(client, person)
    client.post(f"{SECOND}/passkey/options", headers=JSON)
    assert client.post(f"{SECOND}/passkey", json=body, headers=JSON).status_code == 422


def test_visited_elsewhere_the_page_says_where_passkeys_work(client, person):
    give_passkey(person)
    enter_password(client, person)
    elsewhere = client.get(SECOND, base_url="http://localhost:8080").text
    here = client.get(SECOND, base_url="http://localhost:8000").text
    assert 'href="http://localhost:8000/sign-in/second"' in elsewhere
    assert "data-passkey-show" not in elsewhere
    assert "data-passkey-show" in here


def test_showing_a_factor_is_recorded(client, armed):
    person, secret, _codes = armed
    enter_password(client, person)
    client.post(SECOND, data={"code": code_of(secret)})
    event = db.session.query(AuditEvent).filter_by(tag="accounts:factor:show").one()
    assert (event.actor_id, event.address, event.detail) == (
        person.id,
        "127.0.0.1",
        {"factor": "totp"},
    )


def test_no_token_no_answer(app, client, armed):
    """Forgery protection holds on every address that takes something."""
    person, secret, _codes = armed
    enter_password(client, person)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answers = [
            client.post(SECOND, data={"code": code_of(secret)}).status_code,
            client.post(f"{SECOND}/passkey/options", headers=JSON).status_code,
            client.post(f"{SECOND}/passkey", json={}, headers=JSON).status_code,
        ]
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answers == [400, 400, 400]


def test_an_ended_session_cannot_wait(client, armed):
    person, secret, _codes = armed
    enter_password(client, person)
    with transaction():
        db.session.execute(db.text("UPDATE sign_in_sessions SET ended_at = seen_at"))
    assert client.post(SECOND, data={"code": code_of(secret)}).headers["Location"] == "/sign-in"


def test_a_failure_of_staff_is_the_affair_of_their_organization(client, staff):
    give_totp(staff)
    sign_in(client, staff, second_factor=False)
    client.post(SECOND, data={"recovery_code": "ABCDE-FGHJK"})
    event = db.session.query(AuditEvent).filter_by(tag="accounts:factor:fail").one()
    assert event.organization_id == staff.posts[0].organization_id
    assert event.detail == {"factor": "recovery_code"}
