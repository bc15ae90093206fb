"""Many items in one request: each is answered for itself, in order, and entered once."""

import secrets
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank import queries
from lms.hourbank.intake import taking
from lms.hourbank.models import BankPerson, LedgerEntry
from lms.hourbank.sql import Sql, Statement
from tests.hourbank.support import at_once, credit_body, log_doubts, person_body


def credit(number: int, person: int = 1, **changes: Any) -> dict[str, Any]:
    """A credit as an item of a batch."""
    names = {"idempotency_key": f"key-of-credit-{number:06d}", "kind": "credit"}
    body = credit_body(reference=f"credit-{number}", person=person_body(person))
    return {**names, **body, **changes}


def reversal(number: int, **changes: Any) -> dict[str, Any]:
    names = {"idempotency_key": f"key-of-reversal-{number:06d}", "kind": "reversal"}
    return {**names, "reference": f"credit-{number}", "reason": "抽查不合格", **changes}


def sent(platform, *items: dict[str, Any]) -> list[dict[str, Any]]:
    response = platform.post("/batches", {"items": list(items)})
    assert response.status_code == 200, response.text
    answers: list[dict[str, Any]] = response.json()["answers"]
    return answers


def entries() -> list[LedgerEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


def test_credits_are_entered_in_order_each_with_a_receipt_of_its_own(platform, settings):
    answers = sent(platform, credit(1), credit(2, person=2), credit(3, hours="4"))
    claims = [platform.claims_of(answer["receipt"]) for answer in answers]
    assert [each["reference"] for each in claims] == ["credit-1", "credit-2", "credit-3"]
    assert [each["entry"] for each in claims] == [entry.number for entry in entries()]
    assert [each["leaf_hash"] for each in claims] == [entry.leaf_hash for entry in entries()]
    # The third is told the sum that it and the first make, the second only its own.
    assert [each["statement"]["public_tenths"] for each in claims] == [25, 25, 65]
    assert log_doubts(settings) == []


def test_items_of_one_batch_may_depend_on_each_other(platform, settings):
    answers = sent(platform, credit(1), reversal(1), credit(2), credit(2), reversal(2), reversal(2))
    assert [answer["status"] for answer in answers] == ["accepted"] * 6
    assert answers[2] == answers[3]
    assert answers[4] == answers[5]
    assert [entry.hours for entry in entries()] == [Hours(25), Hours(-25)] * 2
    assert log_doubts(settings) == []


def test_what_is_wrong_with_one_item_takes_nothing_from_the_others(platform):
    answers = sent(
        platform,
        credit(1, hours="2.55"),
        credit(2),
        reversal(9),
        credit(3, kind="loan"),
        credit(4, idempotency_key="short"),
        credit(5, person=1, surplus=1),
        credit(6, reference="credit-2"),
        credit(2, hours="9"),
    )
    statuses = [answer["status"] for answer in answers]
    assert statuses == ["refused", "accepted", *["refused"] * 4, "conflict", "conflict"]
    problems = [answer.get("problem", {}) for answer in answers]
    fields = [problem.get("field") for problem in problems]
    assert fields == ["hours", None, None, "kind", "Idempotency-Key", "surplus", None, None]
    assert [problem.get("status") for problem in problems] == [422, None, 404, *[422] * 3, 409, 409]
    assert [entry.source_reference for entry in entries()] == ["credit-2"]


def test_batch_that_is_sent_again_gets_the_same_answers_and_enters_nothing(platform):
    items = [credit(number, person=1 + number % 3) for number in range(12)]
    first = sent(platform, *items)
    assert sent(platform, *reversed(items)) == first[::-1]
    assert len(entries()) == 12


def test_item_may_be_repeated_singly_and_the_other_way_round(platform):
    (answer,) = sent(platform, credit(1))
    body = credit_body(reference="credit-1", person=person_body(1))
    again = platform.post("/credits", body, credit(1)["idempotency_key"])
    assert again.json()["receipt"] == answer["receipt"]
    single = platform.post("/credits", credit_body(reference="credit-2"), "key-of-credit-000002")
    assert sent(platform, credit(2))[0]["receipt"] == single.json()["receipt"]


@pytest.mark.parametrize("items", [[], [{}] * 501, ["text"], "text", None])
def test_batch_that_is_none_is_refused_as_a_whole(platform, items):
    response = platform.post("/batches", {"items": items})
    assert (response.status_code, response.json()["field"][:5]) == (422, "items")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "\x00"},
        {"title": "\ud800"},
        {"earned_at": "0001-01-01T00:00:00+14:00"},
        {"person": {**person_body(), "name": "\x07"}},
        {"idempotency_key": "\x00" * 16},
        {"idempotency_key": 7},
        {"kind": ["credit"]},
        {"year": 2**70},
    ],
)
def test_what_no_database_can_hold_is_refused(platform, change):
    (answer,) = sent(platform, {**credit(1), **change})
    assert answer["status"] == "refused"
    assert entries() == []


def test_fifty_parallel_requests_of_one_key_enter_once(app, platform):
    requests = [platform.signed("/credits", credit_body(), "0123456789abcdef") for _n in range(50)]
    answers = at_once(platform, requests)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert len(entries()) == 1


def test_without_looking_at_keys_a_repeat_would_be_a_second_entry(platform, monkeypatch):
    """The control of the test above: only reference and key stand in the way."""
    monkeypatch.setattr(taking, "_answered", lambda *asked: [])
    monkeypatch.setattr(
        taking, "_answer_row", _with_key(taking._answer_row, lambda: secrets.token_hex(16))
    )
    for attempt in range(3):
        platform.post("/credits", credit_body(reference=f"attempt-{attempt}"), "0123456789abcdef")
    assert len(entries()) == 3


def _with_key(row, make_key):
    return lambda *facts: {**row(*facts), "idempotency_key": make_key()}


def test_parallel_batches_in_any_order_enter_each_item_once(app, platform, settings):
    """The same people and credits, forwards, backwards and turned, at the same time."""
    items = [credit(number, person=1 + number % 4) for number in range(20)]
    orders = [items[turn:] + items[:turn] for turn in range(0, 20, 4)]
    orders += [order[::-1] for order in orders]
    requests = [platform.signed("/batches", {"items": order}) for order in orders]
    answers = at_once(platform, requests)
    assert {answer.status_code for answer in answers} == {200}
    receipts: dict[str, set[str]] = {}
    for answer in answers:
        for each in answer.json()["answers"]:
            assert each["status"] == "accepted", each
            receipts.setdefault(each["idempotency_key"], set()).add(each["receipt"])
    assert [len(each) for each in receipts.values()] == [1] * 20
    assert len(entries()) == 20
    assert db.session.scalar(select(func.count(BankPerson.id))) == 4
    assert log_doubts(settings) == []


def test_sums_are_recomputed_for_any_instant(platform, clock):
    sent(platform, credit(1))
    between = clock()
    clock.advance(hours=1)
    sent(platform, credit(2), reversal(1))
    (person,) = db.session.scalars(select(BankPerson))
    public = HourCategory.PUBLIC
    assert queries.sums_at(person, 2025, between)[public] == Hours(25)
    assert queries.sums_at(person, 2025, clock())[public] == Hours(25)
    sent(platform, credit(3))
    assert queries.sums_at(person, 2025, clock()) == queries.sums_of(person, 2025)
    assert queries.sums_at(None, 2025, clock())[public] == Hours(0)


def test_rows_of_a_statement_keep_their_order_and_their_letters(app):
    words = ["乙", "'", "", "甲", '"', "\n"]
    statement = Statement("SELECT word FROM {rows}", word="text")
    found = Sql.of_session().run(statement, [{"word": word} for word in words])
    assert [row[0] for row in found] == words
