import json
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.hours import deliveries, operations
from lms.hours.models import Delivery, DeliveryKind, DeliveryProblem, DeliveryState
from lms.hours.tasks import deliver_due
from tests.hours.support import Misdeed, answer, earn, lose

ACKNOWLEDGED, PENDING, REFUSED = (
    DeliveryState.ACKNOWLEDGED,
    DeliveryState.PENDING,
    DeliveryState.REFUSED,
)


def states() -> list[DeliveryState]:
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def earn_many(tasks, count: int) -> list[Delivery]:
    credits = [earn(hours=Hours(n + 1)) for n in range(count)]
    tasks.queued.clear()
    return [credit.deliveries[0] for credit in credits]


def changed(change) -> Misdeed:
    """The answers of a batch, changed on their way."""

    def misdeed(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        answers = change(response.json()["answers"])
        return httpx.Response(200, json={"answers": answers})

    return misdeed


def test_all_that_is_due_goes_in_one_request_each_under_its_own_key(line, stand_in, tasks):
    many = earn_many(tasks, 5)
    deliver_due.run()
    assert stand_in.requests == ["batches"]
    items = json.loads(line.requests[0].content)["items"]
    assert [item["idempotency_key"] for item in items] == [d.idempotency_key for d in many]
    assert states() == [ACKNOWLEDGED] * 5
    entries = {entry["reference"]: entry["entry"] for entry in stand_in.entries}
    assert [d.entry_number for d in many] == [entries[d.credit.reference] for d in many]


def test_no_request_is_larger_than_the_setting(line, stand_in, tasks, monkeypatch, app):
    smaller = replace(app.extensions["settings"], delivery_batch=2)
    monkeypatch.setitem(app.extensions, "settings", smaller)
    earn_many(tasks, 5)
    deliver_due.run()
    sizes = [len(json.loads(r.content)["items"]) for r in line.requests if "batches" in str(r.url)]
    assert sizes == [2, 2]
    assert stand_in.requests == ["batches", "batches", "credits"]
    assert states() == [ACKNOWLEDGED] * 5


def test_one_that_is_refused_touches_nobody_else(line, stand_in, tasks):
    many = earn_many(tasks, 3)
    stand_in.refuses[many[1].credit.reference] = "年度已关闭"
    deliver_due.run()
    assert states() == [ACKNOWLEDGED, REFUSED, ACKNOWLEDGED]
    assert (many[1].problem, many[1].last_error) == (DeliveryProblem.REFUSED, "年度已关闭")


@pytest.mark.parametrize(
    "spoil",
    [lose, answer(500, "oops"), answer(503, "later"), answer(200, "<h1>hello</h1>")],
)
def test_answers_that_got_lost_are_asked_for_again_and_nothing_is_doubled(
    line, stand_in, tasks, clock, spoil
):
    earn_many(tasks, 3)
    line.misdeeds = [spoil] * 4
    deliver_due.run()
    assert ACKNOWLEDGED not in states()
    line.misdeeds = []
    clock.advance(60)
    deliver_due.run()
    assert states() == [ACKNOWLEDGED] * 3
    assert len(stand_in.entries) == 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda answers: answers[::-1], [ACKNOWLEDGED] * 3),
        (lambda answers: [*answers, *answers], [ACKNOWLEDGED] * 3),
        (lambda answers: answers[1:], [PENDING, ACKNOWLEDGED, ACKNOWLEDGED]),
        (lambda answers: [None, "x", {}, *answers[2:]], [PENDING, PENDING, ACKNOWLEDGED]),
        (
            lambda answers: [{**answers[0], "receipt": answers[1]["receipt"]}, *answers[1:]],
            [PENDING, ACKNOWLEDGED, ACKNOWLEDGED],
        ),
        (
            lambda answers: [{**answers[0], "status": "perhaps"}, *answers[1:]],
            [PENDING, ACKNOWLEDGED, ACKNOWLEDGED],
        ),
        (
            lambda answers: [
                {**answers[0], "status": "refused", "problem": {"status": 503, "detail": "later"}},
                *answers[1:],
            ],
            [PENDING, ACKNOWLEDGED, ACKNOWLEDGED],
        ),
    ],
)
def test_each_answer_counts_for_its_own_item_whatever_the_others_are(
    line, stand_in, tasks, clock, change, expected
):
    earn_many(tasks, 3)
    line.misdeeds = [changed(change)]
    deliver_due.run()
    assert states() == expected
    clock.advance(60)
    deliver_due.run()
    assert states() == [ACKNOWLEDGED] * 3
    assert len(stand_in.entries) == 3


def test_bank_that_knows_no_batches_gets_them_one_by_one(line, stand_in, tasks):
    stand_in.takes_batches = False
    earn_many(tasks, 3)
    deliver_due.run()
    assert stand_in.requests == ["batches", "credits", "credits", "credits"]
    assert states() == [ACKNOWLEDGED] * 3


def test_batch_refused_as_a_whole_keeps_nobody_back(line, stand_in, tasks):
    line.misdeeds = [answer(422, '{"detail": "字段有误"}', "application/problem+json")]
    many = earn_many(tasks, 3)
    stand_in.refuses[many[0].credit.reference] = "证件号码不正确"
    deliver_due.run()
    assert states() == [REFUSED, ACKNOWLEDGED, ACKNOWLEDGED]


def test_person_renamed_after_the_answer_got_lost_is_credited_and_not_refused(
    line, stand_in, tasks, clock
):
    (delivery, _other) = earn_many(tasks, 2)
    line.misdeeds = [lose]
    deliver_due.run()
    with transaction():
        db.session.get_one(Person, delivery.credit.person_id).name = "王晓明"
    clock.advance(60)
    deliver_due.run()
    assert states() == [ACKNOWLEDGED] * 2
    assert len(stand_in.entries) == 2
    assert f"entries/{delivery.idempotency_key}" in stand_in.requests


def test_conflict_about_which_the_bank_has_no_receipt_stays_refused(line, stand_in, tasks):
    many = earn_many(tasks, 2)
    conflict = {"status": "conflict", "problem": {"status": 409, "detail": "这条学时已经入账。"}}
    line.misdeeds = [changed(lambda answers: [{**answers[0], **conflict}, answers[1]])]
    stand_in._answers.clear()
    key = many[0].idempotency_key

    def forget(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        stand_in._answers.pop(key, None)
        return httpx.Response(404, json={"detail": "没有"}, headers=_PROBLEM)

    line.misdeeds.append(forget)
    deliver_due.run()
    assert states() == [REFUSED, ACKNOWLEDGED]
    assert many[0].last_error == "这条学时已经入账。"


_PROBLEM = {"content-type": "application/problem+json"}


def test_reversal_follows_its_credit_in_the_same_sweep(line, stand_in, tasks):
    line.is_away = True
    credit = earn(hours=Hours(20))
    earn()
    with transaction():
        operations.reverse_credit(credit.cycle_id, "抽查不合格")
    tasks.queued.clear()
    line.is_away = False
    deliver_due.run()
    assert [each["kind"] for each in stand_in.entries] == ["credit", "credit", "reversal"]
    assert credit.delivery(DeliveryKind.REVERSAL).state is ACKNOWLEDGED


def test_two_senders_never_hold_the_same_delivery(line, tasks, clock):
    earn_many(tasks, 3)
    with transaction():
        first = deliveries.claim_due(2)
    with transaction():
        second = deliveries.claim_due(10)
    assert len(first) == 2
    assert len(second) == 1
    assert set(first).isdisjoint(second)
    clock.advance(minutes=2)
    with transaction():
        assert len(deliveries.claim_due(10)) == 3


def test_late_answer_after_another_brought_the_receipt_changes_nothing(line, stand_in, tasks):
    (delivery,) = earn_many(tasks, 1)
    deliver_due.run()
    receipt = delivery.receipt
    late = deliveries.BankProblem(DeliveryProblem.REFUSED, "年度已关闭")
    with transaction():
        (held,) = deliveries.held([delivery.id])
        deliveries.settle(held, late)
    assert (delivery.state, delivery.receipt) == (ACKNOWLEDGED, receipt)


@pytest.mark.parametrize("missing", ["entry", "entered_at", "statement", "hours_tenths"])
def test_receipt_that_leaves_something_out_is_none(line, stand_in, tasks, monkeypatch, missing):
    sign = stand_in.sign

    def leave_out(claims: dict) -> str:
        return sign({name: value for name, value in claims.items() if name != missing})

    monkeypatch.setattr(stand_in, "sign", leave_out)
    earn_many(tasks, 2)
    deliver_due.run()
    assert states() == [PENDING, PENDING]
    problems = set(db.session.scalars(select(Delivery.problem)))
    assert problems == {DeliveryProblem.WRONG_ANSWER}
