"""Activation and reset over HTTP, and what attacks on them get."""

import logging
import re
from functools import partial

import pytest
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.passwords import is_password_right
from lms.accounts.rules import PRIVACY_NOTICE
from lms.accounts.session_models import SignInSession
from lms.activation.models import OneTimeCode
from lms.activation.operations import prove_code
from lms.core.audit import AuditEvent, AuditTag
from lms.core.codes import shown_code
from lms.core.db import db, transaction
from tests.activation.support import CODE, NEW, code_for, imported, last_mail, make_unit, outbox
from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD, identity_number
from tests.security.support import at_once, count
from tests.support import sign_in


def show(client, login, code, address="/activate"):
    return client.post(address, data={"login": login, "code": code})


def choose(client, password=NEW, address="/activate/password", **more):
    form = {"password": password, "repeated": password, "agreed": "y", **more}
    return client.post(address, data=form)


def said(answer, *typed):
    text = answer.text
    for each in typed:
        text = text.replace(f'value="{each}"', "")
    return re.sub(r'(content|value)="[\w.-]{60,}"', "", text)


def now(person) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, person.id)


def test_an_imported_person_activates_the_account_and_is_signed_in(client):
    number = identity_number(7)
    person = imported(identity_number=number, username=None)
    shown = shown_code(code_for(person)).lower()
    assert show(client, number, shown).headers["Location"] == "/activate/password"
    page = client.get("/activate/password").text
    assert person.name in page
    assert number not in page
    done = choose(client, phone="138 0000 1111", email="Wang@Example.ORG")
    assert done.headers["Location"] == "/me"
    assert client.get("/me").status_code == 200
    person = now(person)
    assert is_password_right(person, NEW)
    assert (person.phone_tail, person.email) == ("1111", "Wang@example.org")
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_CODE_USE.value)
    ).one()
    assert event.detail["privacy_notice"] == PRIVACY_NOTICE


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"agreed": ""}, "请先阅读并同意"),
        ({"password": "12345678"}, "太容易被猜到"),
        ({"repeated": "else"}, "两次输入的密码不一样"),
        ({"phone": "12"}, "手机号码不正确"),
        ({"email": "nobody"}, "电子邮箱格式不正确"),
    ],
)
def test_a_refusal_is_told_and_the_code_is_still_good(client, typed, message):
    person = imported()
    show(client, person.username, code_for(person))
    answer = choose(client, **typed)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert not now(person).is_activated
    assert choose(client).status_code == 302


def test_what_is_known_is_not_overwritten(client):
    person = imported(phone="13812345678", email="old@example.org")
    show(client, person.username, code_for(person))
    choose(client, phone="13900000000", email="new@example.org")
    assert (now(person).phone_tail, now(person).email) == ("5678", "old@example.org")


def test_unknown_people_wrong_used_and_dead_codes_get_the_same_answers(app, clock):
    fresh, dead, used, closed = (imported() for _ in range(4))
    closed_code = code_for(closed)
    with transaction():
        closed.state = PersonState.SUSPENDED
    code_for(fresh)
    used_code = code_for(used)
    client = app.test_client()
    show(client, used.username, used_code)
    choose(client)
    cases = {
        fresh.username: "ACDEFGHJKM",
        dead.username: "ACDEFGHJKM",
        used.username: used_code,
        closed.username: closed_code,
        "nobody": "ACDEFGHJKM",
        identity_number(77): "ACDEFGHJKM",
    }
    for number in range(7):
        answers = {
            (answer.status_code, said(answer, login, code))
            for login, code in cases.items()
            for answer in [show(app.test_client(), login, code)]
        }
        assert len(answers) == 1, number


def test_a_code_that_was_sent_dies_after_five_wrong_ones(app, client, clock, tasks):
    person = PersonFactory(password=PASSWORD, email="wang@example.org")
    client.post("/reset", data={"login": person.username})
    tasks.run_all()
    code = CODE.search(last_mail(app))[0]
    for _ in range(5):
        guess = show(app.test_client(), person.username, "ACDEFGHJKM", "/reset/code")
        assert guess.status_code == 422
    clock.advance(60)
    assert show(client, person.username, code, "/reset/code").status_code == 422
    assert db.session.scalars(select(OneTimeCode)).one().failures == 5


def test_guessing_a_code_on_paper_gets_a_hundred_tries_a_day(app, clock):
    person = imported()
    code = code_for(person)
    judged = 0
    for _ in range(24 * 12):
        with transaction():
            judged += prove_code(person.username, "ACDEFGHJKM").tried.is_admitted
        clock.advance(minutes=5)
    assert judged <= 105
    clock.advance(hours=1)
    assert show(app.test_client(), person.username, code).status_code == 302


def test_a_code_is_used_once_however_many_try_at_once(app):
    person = imported()
    code = code_for(person)
    login = person.username
    clients = [app.test_client() for _ in range(20)]
    shown = at_once([partial(show, client, login, code) for client in clients])
    assert any(answer.status_code == 302 for answer in shown)
    chosen = at_once([partial(choose, client, f"{NEW} {n}") for n, client in enumerate(clients)])
    assert sum(answer.headers.get("Location") == "/me" for answer in chosen) == 1
    assert count(SignInSession) == 1


def test_one_grant_is_used_once_however_many_try_at_once(app, client):
    person = imported()
    show(client, person.username, code_for(person))
    cookie = client.get_cookie("xueshi").value
    clients = [app.test_client() for _ in range(20)]
    for each in clients:
        each.set_cookie("xueshi", cookie)
    chosen = at_once([partial(choose, each, f"{NEW} {n}") for n, each in enumerate(clients)])
    assert sum(answer.headers.get("Location") == "/me" for answer in chosen) == 1
    assert count(SignInSession) == 1


def test_a_code_is_not_used_again(app, client):
    person = imported()
    code = code_for(person)
    show(client, person.username, code)
    choose(client)
    assert show(app.test_client(), person.username, code).status_code == 422


def test_a_grant_is_good_for_half_an_hour(client, clock):
    person = imported()
    show(client, person.username, code_for(person))
    clock.advance(minutes=30)
    assert choose(client).headers["Location"] == "/activate"
    assert not now(person).is_activated


def test_without_a_grant_there_is_no_password_to_choose(client):
    assert client.get("/activate/password").headers["Location"] == "/activate"
    assert choose(client, address="/reset/password").headers["Location"] == "/reset/code"


def test_an_account_closed_meanwhile_is_not_opened(client):
    person = imported()
    show(client, person.username, code_for(person))
    with transaction():
        person.state = PersonState.MERGED
    assert choose(client).headers["Location"] == "/activate"


def test_a_forgotten_password_is_reset_by_mail(app, client, tasks):
    person = PersonFactory(password=PASSWORD, email="wang@example.org")
    other = sign_in(app.test_client(), person)
    page = client.post("/reset", data={"login": person.username})
    assert (page.status_code, "验证码已经发出" in page.text) == (200, True)
    assert f'value="{person.username}"' in page.text
    tasks.run_all()
    mail = last_mail(app)
    assert mail.startswith("wang@example.org\n")
    code = CODE.search(mail)[0]
    assert (
        show(client, person.username, code, "/reset/code").headers["Location"] == "/reset/password"
    )
    assert choose(client, address="/reset/password").headers["Location"] == "/me"
    assert is_password_right(now(person), NEW)
    assert other.get("/me").status_code != 200
    assert client.get("/me").status_code == 200


def test_a_code_goes_to_the_phone_that_was_typed(app, client, tasks):
    PersonFactory(password=PASSWORD, email="wang@example.org", phone="13800001111")
    client.post("/reset", data={"login": "138 0000 1111"})
    tasks.run_all()
    assert outbox(app, "mail") == []
    text = outbox(app, "sms")[-1].read_text()
    assert text.startswith("13800001111\n")
    assert CODE.search(text)


def test_whoever_is_not_activated_gets_a_code_too(app, client, tasks):
    person = imported(email="wang@example.org")
    client.post("/reset", data={"login": person.username})
    tasks.run_all()
    mail = last_mail(app)
    assert "/activate" in mail
    assert (
        show(client, person.username, CODE.search(mail)[0], "/reset/code").headers["Location"]
        == "/activate/password"
    )


def test_a_code_from_the_unit_resets_too(client):
    person = PersonFactory(unit=make_unit(), password=PASSWORD)
    code = code_for(person)
    assert show(client, person.username, code).headers["Location"] == "/reset/password"


def test_reset_does_not_reveal_accounts(app, tasks, clock):
    mailed = PersonFactory(password=PASSWORD, email="wang@example.org")
    silent = PersonFactory(password=PASSWORD)
    closed = PersonFactory(password=PASSWORD, email="x@example.org", state=PersonState.SUSPENDED)
    logins = (mailed.username, silent.username, closed.username, "nobody", identity_number(88))
    for number in range(3):
        queued = len(tasks.queued)
        answers = set()
        for login in logins:
            answer = app.test_client().post("/reset", data={"login": login})
            answers.add(
                (answer.status_code, answer.headers.get("Retry-After"), said(answer, login))
            )
        assert len(answers) == 1, number
        # It costs the same, too: a row and a task for each, whoever it is.
        assert len(tasks.queued) - queued == (len(logins) if number == 0 else 0)
    assert count(OneTimeCode) == len(logins)
    tasks.run_all()
    assert len(outbox(app, "mail")) == 1


def test_requests_have_to_wait_longer_each_time(app, client, tasks, clock):
    person = PersonFactory(password=PASSWORD, email="wang@example.org")
    sent = 0
    for _ in range(240):
        sent += client.post("/reset", data={"login": person.username}).status_code == 200
        clock.advance(15)
    assert sent <= 8


def test_of_two_sent_codes_the_newer_counts(app, client, tasks, clock):
    person = PersonFactory(password=PASSWORD, email="wang@example.org")
    codes = []
    for _ in range(2):
        client.post("/reset", data={"login": person.username})
        tasks.run_all()
        codes.append(CODE.search(last_mail(app))[0])
        clock.advance(minutes=2)
    assert show(client, person.username, codes[0], "/reset/code").status_code == 422
    assert show(client, person.username, codes[1], "/reset/code").status_code == 302


def test_asking_for_a_reset_leaves_the_code_on_paper_alone(app, client, tasks):
    person = PersonFactory(unit=make_unit(), password=PASSWORD, email="wang@example.org")
    code = code_for(person)
    client.post("/reset", data={"login": person.username})
    tasks.run_all()
    assert show(client, person.username, code, "/reset/code").status_code == 302


def test_no_secret_is_logged_queued_or_kept_in_a_cookie(app, client, tasks, caplog):
    caplog.set_level(logging.DEBUG)
    number = identity_number(7)
    person = imported(identity_number=number, email="wang@example.org")
    client.post("/reset", data={"login": number})
    queued = [args for _work, args in tasks.queued]
    assert [type(value) for args in queued for value in args] == [int]
    tasks.run_all()
    code = CODE.search(last_mail(app))[0]
    show(client, number, "ACDEFGHJKM")
    show(client, number, code)
    with client.session_transaction() as session:
        kept = str(dict(session))
    choose(client)
    assert now(person).is_activated
    for secret in (number, code, code.replace("-", ""), NEW, "wang@example.org"):
        assert secret not in caplog.text
        assert secret not in kept


@pytest.mark.parametrize(("there", "is_own"), [({}, True), ({"phone": "13812345678"}, False)])
def test_a_contact_given_with_the_first_password_is_confirmed_by_it(client, there, is_own):
    person = imported(**there)
    show(client, person.username, code_for(person))
    choose(client, phone="13900000000", email="new@example.org")
    assert (now(person).contact_confirmed_at is not None) is is_own
