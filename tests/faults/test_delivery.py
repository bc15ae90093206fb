"""What is left of hours when answers get lost, the bank breaks, or a process dies on the way."""

import random
import secrets
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.types import Hours
from lms.hourbank.intake import taking
from lms.hourbank.models import LedgerEntry
from lms.hours import deliveries, messages
from lms.hours.models import Delivery, DeliveryState
from lms.hours.tasks import deliver, deliver_due
from tests.hourbank.support import log_doubts
from tests.hours.support import ScriptedBank, answer, earn, lose

pytestmark = pytest.mark.fault


@pytest.fixture
def bank(app, clock) -> ScriptedBank:
    return ScriptedBank(app)


def unsettled() -> int:
    query = select(func.count(Delivery.id)).where(Delivery.state != DeliveryState.ACKNOWLEDGED)
    return db.session.scalar(query) or 0


def entries() -> int:
    return db.session.scalar(select(func.count(LedgerEntry.id))) or 0


def deliver_until_done(clock, sweeps: int = 200) -> None:
    for _sweep in range(sweeps):
        if not unsettled():
            return
        deliver_due.run()
        clock.advance(minutes=2)
    pytest.fail(f"{unsettled()} deliveries are still open after {sweeps} sweeps")


class FlakyBank:
    """Spoils about a third of the answers, always after the bank has done its work."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.spoilt = 0
        self.ways = [lose, answer(500, "oops"), answer(200, "<h1>hello</h1>"), answer(200, "{}")]

    def __call__(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if self.chance.random() > 0.35:
            return response
        self.spoilt += 1
        return self.chance.choice(self.ways)(request, response)


def flaky(bank: ScriptedBank, seed: int = 7) -> FlakyBank:
    misdeed = FlakyBank(seed)
    bank.misdeeds = [misdeed] * 10_000
    return misdeed


def test_each_credit_is_entered_once_though_a_third_of_the_answers_is_lost(bank, clock, settings):
    credits = [earn(hours=Hours(n + 1)) for n in range(25)]
    misdeed = flaky(bank)
    deliver_until_done(clock)
    assert misdeed.spoilt > 5
    assert entries() == len(credits)
    total = db.session.scalar(select(func.sum(LedgerEntry.hours)))
    assert total == Hours(sum(range(1, 26)))
    assert log_doubts(settings) == []


def test_a_bank_that_ignored_the_keys_would_enter_hours_twice(bank, clock, monkeypatch):
    """The control of the test above: without the keys, the same losses do double hours."""
    row = taking._answer_row
    monkeypatch.setattr(taking, "_answered", lambda *request: [])
    monkeypatch.setattr(taking, "_answer_row", lambda *facts: _under_another_key(row(*facts)))
    references = iter(range(10_000))
    body = messages.delivery_body
    monkeypatch.setattr("lms.hours.tasks.delivery_body", lambda d: _renamed(body(d), references))
    monkeypatch.setattr(deliveries, "is_receipt_for", lambda delivery, receipt: True)
    for _credit in range(25):
        earn()
    flaky(bank)
    deliver_until_done(clock)
    assert entries() > 25


def _renamed(body: dict[str, object], references: object) -> dict[str, object]:
    return {**body, "reference": f"attempt-{next(references)}"}  # type: ignore[call-overload]


def _under_another_key(row: dict[str, object]) -> dict[str, object]:
    return {**row, "idempotency_key": secrets.token_hex(16)}


def test_crash_between_completion_and_push_is_found_by_the_sweep(bank, tasks):
    earn()
    tasks.queued.clear()
    deliver_due.run()
    assert (unsettled(), entries()) == (0, 1)


class Killed(BaseException):
    """The process is gone; nothing in it may catch this."""


@pytest.mark.parametrize("moment", ["before the request", "after the answer"])
def test_worker_killed_with_a_delivery_in_hand_leaves_it_to_the_next(
    bank, clock, tasks, monkeypatch, moment
):
    earn()
    delivery_id = db.session.scalars(select(Delivery.id)).one()
    die_at(moment, monkeypatch)
    with pytest.raises(Killed):
        deliver.run(delivery_id)
    monkeypatch.undo()
    db.session.rollback()
    deliver_due.run()
    assert unsettled() == 1
    clock.advance(minutes=2)
    deliver_due.run()
    assert (unsettled(), entries()) == (0, 1)


def die_at(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object) -> None:
        raise Killed

    place: Callable[..., object] = die
    if moment == "before the request":
        monkeypatch.setattr("lms.hours.tasks.ask", place)
    else:
        monkeypatch.setattr(deliveries, "acknowledge", place)


def test_bank_away_for_a_day_costs_nothing_but_time(bank, clock, tasks):
    bank.is_away = True
    for _credit in range(5):
        earn()
    tasks.run_all()
    for _hour in range(24):
        clock.advance(hours=1)
        deliver_due.run()
    assert entries() == 0
    bank.is_away = False
    deliver_until_done(clock)
    assert entries() == 5


def test_bank_that_dies_before_it_commits_has_entered_nothing(
    bank, clock, tasks, monkeypatch, settings
):
    def die(*claims: object) -> str:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(taking, "sign_claims", die)
    earn()
    tasks.run_all()
    assert (unsettled(), entries()) == (1, 0)
    monkeypatch.undo()
    clock.advance(minutes=1)
    deliver_due.run()
    assert (unsettled(), entries()) == (0, 1)
    assert log_doubts(settings) == []
