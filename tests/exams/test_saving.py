"""Answers saved before the pages' application: what is plainly right, and nothing else."""

import datetime as dt
import json
from functools import partial

import pytest

from lms.accounts.enums import PersonState
from lms.accounts.session_models import SignInSession
from lms.core.db import db
from lms.exams.models import Attempt
from lms.exams.saving import paper_token
from tests.exams.conftest import open_attempt, submit
from tests.factories import PersonFactory
from tests.security.support import at_once
from tests.support import sign_in


class Paper:
    """The page of a paper: it sends its token with every answer."""

    def __init__(self, client, attempt):
        self.client, self.address = client, f"/exams/{attempt.id}"
        page = client.get(self.address).text
        self.token = page.split('data-token="')[1].split('"')[0]

    def answer(self, chosen, serial, position=1, token=None):
        return self.client.put(
            f"{self.address}/answers/{position}",
            json={"chosen": chosen, "serial": serial},
            headers={
                "X-Paper-Token": self.token if token is None else token,
                "Accept": "application/json",
            },
        )


@pytest.fixture
def attempt(clock, cycle):
    return open_attempt(cycle)


@pytest.fixture
def paper(client, cycle, attempt):
    return Paper(sign_in(client, cycle.person), attempt)


@pytest.fixture
def ordinary(app, monkeypatch):
    """The requests that went on to the pages' application."""
    gone_on = []
    dispatch = app.full_dispatch_request

    def note():
        gone_on.append(1)
        return dispatch()

    monkeypatch.setattr(app, "full_dispatch_request", note)
    return gone_on


def kept(attempt):
    db.session.rollback()
    item = db.session.get_one(Attempt, attempt.id).items[0]
    db.session.refresh(item)
    return item.chosen, item.answer_serial


def test_an_answer_is_saved_as_given_without_the_pages(paper, attempt, ordinary, clock):
    assert paper.answer([2], 1).status_code == 204
    assert ordinary == []
    assert kept(attempt) == ([attempt.items[0].option_order[2]], 1)
    assert attempt.items[0].answered_at == clock()
    assert paper.answer([], 2).status_code == 204
    assert kept(attempt) == ([], 2)
    assert ordinary == []


def test_an_older_answer_goes_on_and_is_told_what_stands(paper, attempt, ordinary):
    paper.answer([2], 5)
    assert paper.answer([1], 4).json["serial"] == 5
    assert ordinary == [1]
    assert kept(attempt)[1] == 5


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[", 422),
        (b"{}", 422),
        (b'{"chosen": [4], "serial": 1}', 422),
        (b'{"chosen": [0, 0], "serial": 1}', 422),
        (b'{"chosen": ["0"], "serial": 1}', 422),
        (b'{"chosen": [true], "serial": 1}', 422),
        (b'{"chosen": [0], "serial": 0}', 422),
        (b'{"chosen": [0], "serial": 1, "x": "' + b"x" * 66_000 + b'"}', 204),
    ],
)
def test_what_no_page_would_send_is_answered_by_the_ordinary_route(paper, attempt, body, status):
    sent = paper.client.put(
        f"{paper.address}/answers/1",
        data=body,
        headers={"X-Paper-Token": paper.token, "Accept": "application/json"},
        content_type="application/json",
    )
    assert sent.status_code == status


def test_a_question_that_is_not_on_the_paper_is_not_found(paper):
    assert paper.answer([0], 1, position=9).status_code == 404


def test_grace_and_not_more(paper, attempt, ordinary, clock):
    clock.advance(minutes=30, seconds=5)
    # A page would have noted the session as used meanwhile.
    db.session.query(SignInSession).update({"seen_at": clock()})
    db.session.commit()
    assert paper.answer([1], 1).status_code == 204
    assert ordinary == []
    clock.advance(seconds=1)
    assert paper.answer([2], 2).status_code == 409
    assert kept(attempt)[1] == 1


def test_nothing_is_saved_once_submitted(paper, attempt):
    submit(attempt)
    assert paper.answer([1], 1).status_code == 409
    assert kept(attempt) == ([], 0)


def test_a_token_opens_nothing_once_its_session_is_over(paper, attempt):
    paper.client.post("/sign-out")
    assert paper.answer([1], 1).status_code in (302, 401)
    assert kept(attempt) == ([], 0)


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
        {"began_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
        {"seen_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_sessions_that_are_over_save_nothing(paper, attempt, change):
    db.session.query(SignInSession).update(change)
    db.session.commit()
    assert paper.answer([1], 1).status_code in (302, 401)
    assert kept(attempt) == ([], 0)


def test_a_suspended_person_saves_nothing(paper, attempt, cycle):
    cycle.person.state = PersonState.SUSPENDED
    db.session.commit()
    assert paper.answer([1], 1).status_code in (302, 401)
    assert kept(attempt) == ([], 0)


def test_a_session_not_noted_for_minutes_goes_on_and_is_noted(paper, attempt, ordinary, clock):
    clock.advance(minutes=6)
    assert paper.answer([1], 1).status_code == 204
    assert ordinary == [1]
    assert paper.answer([2], 2).status_code == 204
    assert ordinary == [1]


def test_another_persons_session_or_token_saves_nothing(app, paper, attempt):
    other = sign_in(app.test_client(), PersonFactory())
    session = db.session.query(SignInSession).order_by(SignInSession.id.desc()).first()
    # Even a token that the server never gave: this attempt with their own session.
    for token in (paper_token(attempt.id, session.id), paper_token(attempt.id + 1, session.id)):
        sent = other.put(
            f"{paper.address}/answers/1",
            json={"chosen": [1], "serial": 1},
            headers={"X-Paper-Token": token},
        )
        assert sent.status_code == 404
    assert kept(attempt) == ([], 0)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "中"])
def test_a_forged_token_is_worth_nothing_by_itself(app, paper, attempt, token):
    guest = app.test_client()
    sent = guest.put(
        f"{paper.address}/answers/1",
        data=json.dumps({"chosen": [1], "serial": 1}),
        headers={"X-Paper-Token": token.encode().decode("latin-1")},
        content_type="application/json",
    )
    assert sent.status_code in (302, 401)
    assert kept(attempt) == ([], 0)


def test_a_failure_in_front_leaves_it_to_the_pages(paper, attempt, ordinary, monkeypatch):
    monkeypatch.setattr("lms.exams.saving.read_answer", lambda body: 1 / 0)
    assert paper.answer([1], 1).status_code == 204
    assert ordinary == [1]
    assert kept(attempt)[1] == 1


def test_answers_racing_with_the_submission_are_marked_or_refused(app, paper, attempt):
    sends = [partial(paper.answer, [1], serial) for serial in range(1, 6)]
    submitted = partial(paper.client.post, f"{paper.address}/submit")
    answers = at_once([*sends[:3], submitted, *sends[3:]])
    assert {answer.status_code for answer in answers} <= {200, 204, 302, 409}
    db.session.rollback()
    done = db.session.get_one(Attempt, attempt.id)
    assert done.points == sum(item.awarded for item in done.items)
    [first, *_rest] = done.items
    assert (first.awarded == first.points) is (first.chosen == first.question.answer)
