"""Sessions: how long they live, what the page shows of them, how they are ended."""

import pytest
from sqlalchemy import select

from lms.accounts.agents import describe_agent
from lms.accounts.enums import PersonState
from lms.accounts.session_models import SignInSession
from lms.accounts.sessions import begin_session, load_session_person
from lms.accounts.tasks import sweep_sign_ins
from lms.core.db import db, transaction
from tests.factories import PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD
from tests.security.support import count
from tests.support import sign_in

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 MicroMessenger/8.0.49"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Safari/537.36 Edg/124.0"
)


def is_in(client):
    return client.get("/me").status_code == 200


def seen_at():
    db.session.rollback()
    return db.session.scalars(select(SignInSession)).one().seen_at


def test_a_learners_session_ends_after_twelve_idle_hours(app, client, clock):
    sign_in(client, PersonFactory())
    clock.advance(hours=11, minutes=59)
    assert is_in(client)
    clock.advance(hours=11, minutes=59)
    assert is_in(client)
    clock.advance(hours=12)
    assert not is_in(client)


def test_a_session_of_staff_ends_after_thirty_idle_minutes(app, client, clock):
    sign_in(client, PostFactory().person)
    for _ in range(3):
        clock.advance(minutes=29)
        assert is_in(client)
    clock.advance(minutes=30)
    assert not is_in(client)


def test_no_session_lives_longer_than_a_week(app, client, clock):
    sign_in(client, PersonFactory())
    for _ in range(14):
        assert is_in(client)
        clock.advance(hours=11, minutes=59)
    clock.advance(hours=1)
    assert not is_in(client)


def test_use_is_noted_every_five_minutes_and_the_cookie_made_anew(app, client, clock):
    sign_in(client, PersonFactory()).get("/me")
    began = seen_at()
    clock.advance(minutes=4, seconds=59)
    assert "Set-Cookie" not in client.get("/me").headers
    assert seen_at() == began
    clock.advance(1)
    assert "xueshi=" in client.get("/me").headers["Set-Cookie"]
    assert seen_at() == clock.present


@pytest.mark.parametrize("state", [PersonState.SUSPENDED, PersonState.MERGED])
def test_a_closed_account_is_out_at_once(app, client, state):
    person = PersonFactory()
    sign_in(client, person)
    with transaction():
        person.state = state
    assert not is_in(client)


def test_the_page_lists_devices_in_words_and_marks_this_one(app, client, clock):
    person = PersonFactory(password=PASSWORD)
    with transaction():
        begin_session(person, "10.1.2.3", WECHAT)
    sign_in(client, person)
    page = client.get("/me/security").text
    assert "iPhone，微信" in page
    assert "10.1.2.3" in page
    assert page.count("这台设备") >= 1
    assert "在其他设备上退出" in page


def test_one_other_session_is_ended(app, client):
    person = PersonFactory()
    other = sign_in(app.test_client(), person)
    ids = list(db.session.scalars(select(SignInSession.id)))
    sign_in(client, person)
    answer = client.post(f"/me/security/sessions/{ids[0]}/end")
    assert answer.status_code == 302
    assert not is_in(other)
    assert is_in(client)
    assert client.post(f"/me/security/sessions/{ids[0]}/end").status_code == 404


def test_anothers_session_is_not_found(app, client):
    victim = sign_in(app.test_client(), PersonFactory())
    session_id = db.session.scalars(select(SignInSession.id)).one()
    sign_in(client, PersonFactory())
    assert client.post(f"/me/security/sessions/{session_id}/end").status_code == 404
    assert is_in(victim)


def test_all_others_are_ended_and_this_one_stays(app, client):
    person = PersonFactory()
    others = [sign_in(app.test_client(), person) for _ in range(3)]
    sign_in(client, person)
    client.post("/me/security/sessions/end-others")
    assert [is_in(each) for each in others] == [False] * 3
    assert is_in(client)


def test_sessions_that_are_over_are_swept(app, clock):
    person = PersonFactory()
    with transaction():
        begin_session(person)
    clock.advance(hours=11)
    with transaction():
        token = begin_session(person)
    clock.advance(hours=1, seconds=1)
    sweep_sign_ins.run()
    assert count(SignInSession) == 1
    assert load_session_person(token) is not None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WECHAT, "iPhone，微信"),
        (EDGE, "Windows 电脑，Edge"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
            "Linux 电脑，Firefox",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; V2309A) Chrome/104 Mobile Safari/537.36",
            "安卓设备，Chrome",
        ),
        ("curl/8.0", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_agents_are_told_in_words(app, agent, words):
    assert describe_agent(agent) == words
