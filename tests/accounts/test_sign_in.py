"""Signing in: by what, with what answer, and what guessing gets."""

import logging
import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from lms.accounts import passwords
from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.known_devices import COOKIE, Device, read_device, write_device
from lms.accounts.models import Person
from lms.accounts.queries import find_person_to_sign_in
from lms.accounts.session_models import SignInSession
from lms.accounts.sign_in import sign_in
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD, give_number, identity_number
from tests.security.support import at_once, count

PHONE = "13800001111"


def post(client, login, password, **more):
    return client.post("/sign-in", data={"login": login, "password": password}, **more)


def said(answer, login):
    """The page without the login that was typed and the tokens that change by the second."""
    text = answer.text.replace(f'value="{login}"', "")
    return re.sub(r'(content|value)="[\w.-]{60,}"', "", text)


@pytest.mark.parametrize(
    "login",
    ["wang.gang", " WANG.GANG ", identity_number(7), identity_number(7).lower(), "138-0000 1111"],
)
def test_user_name_identity_number_and_phone_sign_in(client, login):
    PersonFactory(
        username="wang.gang", identity_number=identity_number(7), phone=PHONE, password=PASSWORD
    )
    assert post(client, login, PASSWORD).headers["Location"] == "/me"


def test_a_shared_phone_signs_nobody_in(client):
    for _ in range(2):
        PersonFactory(phone=PHONE, password=PASSWORD)
    assert post(client, PHONE, PASSWORD).status_code == 422


@pytest.mark.parametrize("state", [PersonState.PENDING, PersonState.REFUSED])
def test_a_registration_with_somebodys_phone_keeps_them_out_of_nothing(app, state):
    known = PersonFactory(phone=PHONE)
    PersonFactory(phone=PHONE, state=state)
    assert find_person_to_sign_in(PHONE) is known


def test_a_phone_that_only_registrations_have_signs_in_whom_alone_it_finds(app):
    waiting = PersonFactory(phone=PHONE, state=PersonState.PENDING)
    assert find_person_to_sign_in(PHONE) is waiting
    PersonFactory(phone=PHONE, state=PersonState.REFUSED)
    assert find_person_to_sign_in(PHONE) is None


def test_a_registration_with_the_number_of_somebodys_permit_does_not_hide_them(app):
    permit = IdentityKind.HONG_KONG_MACAO_PERMIT
    known = PersonFactory(identity_kind=permit, identity_number="H12345678")
    waiting = PersonFactory(state=PersonState.PENDING)
    give_number(waiting, IdentityKind.PASSPORT, "H12345678")
    assert find_person_to_sign_in("h12345678") is known


@pytest.mark.parametrize("number", [PHONE, f"86{PHONE}", f"0086{PHONE}"])
def test_a_phone_never_finds_a_passport(app, number):
    squatter, owner = PersonFactory(), PersonFactory(phone=PHONE)
    give_number(squatter, IdentityKind.PASSPORT, number)
    assert find_person_to_sign_in(number) is owner


def test_whoever_has_no_password_yet_is_refused_like_anybody(client):
    person = PersonFactory()
    assert said(post(client, person.username, ""), person.username)
    assert post(client, person.username, "x").status_code == 422


@pytest.mark.parametrize("state", [PersonState.SUSPENDED, PersonState.DECEASED, PersonState.MERGED])
def test_unknown_wrong_and_closed_get_the_same_answers_all_the_way(app, clock, state):
    known = PersonFactory(password=PASSWORD)
    closed = PersonFactory(password=PASSWORD, state=state)
    logins = (known.username, closed.username, "nobody-here", identity_number(99), "13900000000")
    for number in range(8):
        answers = []
        for login in logins:
            password = PASSWORD if login == closed.username else "wrong"
            answer = post(app.test_client(), login, password)
            retry = answer.headers.get("Retry-After")
            answers.append((answer.status_code, retry, said(answer, login)))
        assert len(set(answers)) == 1, number
        if number == 5:
            clock.advance(30)
    assert answers[0][:2] == (429, "60")
    assert "请在 1 分钟后再试" in answers[0][2]


def test_the_right_password_during_a_wait_is_refused_alike(app, clock):
    person = PersonFactory(password=PASSWORD)
    for _ in range(5):
        post(app.test_client(), person.username, "wrong")
    right = post(app.test_client(), person.username, PASSWORD)
    wrong = post(app.test_client(), person.username, "wrong")
    assert right.status_code == 429
    assert said(right, person.username) == said(wrong, person.username)
    clock.advance(30)
    assert post(app.test_client(), person.username, PASSWORD).status_code == 302


def test_another_spelling_is_not_another_chance(app, clock):
    PersonFactory(phone=PHONE, identity_number=identity_number(7), password=PASSWORD)
    for known, other in (
        (PHONE, "138 0000-1111"),
        ("13911112222", "+86 139-1111-2222"),
        # A permit issued again is the same person's.
        ("H12345678", "h12345678 02"),
    ):
        for _ in range(5):
            sign_in(known, "wrong")
        assert not sign_in(other, "wrong").was_checked
    # Nor is another way to the same account.
    assert not sign_in(identity_number(7), "wrong").was_checked


def test_stuffing_gets_ten_tries_in_a_quarter_of_an_hour(app, clock):
    """Eight hours of guesses from as many addresses, under every name."""
    person = PersonFactory(phone=PHONE, identity_number=identity_number(7), password=PASSWORD)
    logins = (person.username, PHONE, identity_number(7))
    checked = []
    for number in range(1_250):
        if sign_in(
            logins[number % 3], f"guess {number}", address=f"10.0.{number % 256}.1"
        ).was_checked:
            checked.append(clock.present.timestamp())
        # A guess that has to wait changes nothing; all waits end at a full half minute.
        clock.advance(3 if number < 300 else 30)
    assert len(checked) > 20
    assert max(sum(start <= at < start + 900 for at in checked) for start in checked) <= 10
    tag = AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL.value
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag)).all()
    assert len(noted) == len(checked)


def test_wrong_passwords_at_once_are_counted_exactly(app):
    person = PersonFactory(password=PASSWORD)
    login = person.username

    def guess():
        with app.app_context():
            return sign_in(login, "wrong").was_checked

    assert sum(at_once([guess] * 20)) == 5


def test_right_passwords_at_once_all_sign_in(app):
    person = PersonFactory(password=PASSWORD)
    login = person.username

    def enter():
        with app.app_context():
            return sign_in(login, PASSWORD).person is not None

    assert all(at_once([enter] * 4))
    assert count(SignInSession) == 4


def test_a_known_browser_is_not_locked_out_by_others(app, client, clock):
    person = PersonFactory(password=PASSWORD)
    login = person.username
    assert post(client, login, PASSWORD).status_code == 302
    client.post("/sign-out")
    for _ in range(6):
        post(app.test_client(), login, "wrong")
    assert post(app.test_client(), login, PASSWORD).status_code == 429
    assert post(client, login, PASSWORD).status_code == 302


def test_a_known_browser_has_a_counter_of_its_own(app, client, clock):
    person = PersonFactory(password=PASSWORD)
    post(client, person.username, PASSWORD)
    client.post("/sign-out")
    answers = [post(client, person.username, "wrong").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_the_device_cookie_says_nothing_and_cannot_be_made(app, client):
    person = PersonFactory(password=PASSWORD, identity_number=identity_number(7))
    answer = post(client, person.username, PASSWORD)
    written = next(each for each in answer.headers.getlist("Set-Cookie") if COOKIE in each)
    assert "HttpOnly" in written
    assert "SameSite=Lax" in written
    value = client.get_cookie(COOKIE).value
    for trace in (person.username, identity_number(7)[-4:], person.name):
        assert trace not in value
    assert read_device(value).knows(person.id)
    assert not read_device(value).knows(person.id + 1)
    assert not read_device(value[:-2] + "xx").knows(person.id)
    forged = Device("x", ("A" * 24,))
    assert not read_device(write_device(forged)).knows(person.id)


def test_the_browser_of_one_account_is_unknown_to_another(app, client, clock):
    attacker, victim = PersonFactory(password=PASSWORD), PersonFactory(password="another one 12")
    post(client, attacker.username, PASSWORD)
    client.post("/sign-out")
    for _ in range(5):
        post(app.test_client(), victim.username, "wrong")
    assert post(client, victim.username, "wrong").status_code == 429


def test_a_school_behind_one_address_signs_in(app, clock):
    app.config["RATELIMIT_ENABLED"] = True
    people = PersonFactory.create_batch(3, password=PASSWORD)
    for _ in range(70):
        assert post(app.test_client(), "somebody else", "wrong").status_code in (422, 429)
    assert all(post(app.test_client(), p.username, PASSWORD).status_code == 302 for p in people)
    app.config["RATELIMIT_ENABLED"] = False


def test_sign_in_begins_a_session_of_its_own(app, client):
    """Session fixation: nothing that an attacker planted before lives on."""
    person = PersonFactory(password=PASSWORD)
    with client.session_transaction() as planted:
        planted["_user_id"] = "known to the attacker"
        planted["grant"] = "planted"
        planted["language"] = "en"
    before = client.get_cookie("xueshi").value
    post(client, person.username, PASSWORD)
    assert client.get_cookie("xueshi").value != before
    with client.session_transaction() as after:
        assert after["_user_id"] not in ("known to the attacker", person.username)
        assert "grant" not in after
        assert after["language"] == "en"


def test_weaker_hashes_are_made_anew_at_sign_in(app):
    person = PersonFactory(password=PASSWORD)
    with transaction():
        person.password_hash = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    old = person.password_hash
    assert sign_in(person.username, PASSWORD).person is not None
    renewed = db.session.get_one(Person, person.id).password_hash
    assert renewed != old
    assert passwords.is_hash_of(renewed, PASSWORD)


def test_nothing_typed_is_logged(app, client, caplog):
    caplog.set_level(logging.DEBUG)
    person = PersonFactory(password=PASSWORD, identity_number=identity_number(7))
    post(client, identity_number(7), "a secret that is wrong")
    post(client, identity_number(7), PASSWORD)
    assert person.id
    for trace in ("a secret that is wrong", PASSWORD, identity_number(7)):
        assert trace not in caplog.text
