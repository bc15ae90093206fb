"""The steps of one delivery: claimed, then acknowledged, refused or put off."""

import datetime as dt
import secrets
from typing import Any

from flask import current_app
from sqlalchemy import CursorResult, select, update

from lms.core import clock
from lms.core.db import db
from lms.core.events import hours_refused
from lms.core.states import move
from lms.core.types import Hours
from lms.hours.bank import Answer, BankProblem
from lms.hours.models import (
    BankStatement,
    Credit,
    Delivery,
    DeliveryKind,
    DeliveryProblem,
    DeliveryState,
)
from lms.hours.rules import wait_seconds
from lms.hours.states import DELIVERY_MOVES

# The figures of a statement, each in tenths of an hour.
STATED = (
    "public",
    "professional",
    "required_public",
    "required_professional",
    "required_total",
    "short_public",
    "short_professional",
    "short_total",
)


def due_ids(limit: int = 50) -> list[int]:
    """Deliveries whose time has come, longest overdue first."""
    query = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.PENDING, Delivery.next_try_at <= clock.now())
        .order_by(Delivery.next_try_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def claim(delivery_id: int) -> bool:
    """Take a due delivery for one attempt; False if another worker has it or it is settled.

    The claim runs out by itself: whoever dies with it in hand leaves it to the next sweep.
    """
    now = clock.now()
    timeout: int = current_app.extensions["settings"].bank_timeout
    claimed = db.session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.state == DeliveryState.PENDING,
            Delivery.next_try_at <= now,
        )
        .values(
            attempts=Delivery.attempts + 1,
            last_tried_at=now,
            next_try_at=now + dt.timedelta(seconds=3 * timeout + 5),
        )
        .execution_options(synchronize_session=False)
    )
    assert isinstance(claimed, CursorResult)
    return claimed.rowcount == 1


def waits_for_credit(delivery: Delivery) -> bool:
    """Whether it takes back hours that the bank has not yet entered."""
    if delivery.kind is not DeliveryKind.REVERSAL:
        return False
    first = delivery.credit.delivery(DeliveryKind.CREDIT)
    return first is not None and first.state is not DeliveryState.ACKNOWLEDGED


def put_off(delivery: Delivery, problem: BankProblem | None = None) -> None:
    """No receipt yet: try again later, and say why."""
    if delivery.state is not DeliveryState.PENDING:
        return
    chance = secrets.randbelow(1000) / 1000
    wait = wait_seconds(max(delivery.attempts, 1), chance)
    delivery.next_try_at = clock.now() + dt.timedelta(seconds=wait)
    if problem is not None:
        delivery.problem, delivery.last_error = problem.problem, problem.detail


def refuse(delivery: Delivery, problem: BankProblem) -> None:
    """The bank said no, with a reason; it stays visible until somebody sends it again."""
    if delivery.state is not DeliveryState.PENDING:
        return
    move(delivery, DeliveryState.REFUSED, DELIVERY_MOVES)
    delivery.problem, delivery.last_error = DeliveryProblem.REFUSED, problem.detail
    hours_refused.send(delivery)


def acknowledge(delivery: Delivery, answer: Answer) -> None:
    """Keep the receipt. A second receipt for the same delivery changes nothing."""
    if delivery.state is DeliveryState.ACKNOWLEDGED:
        return
    if delivery.state is DeliveryState.REFUSED:
        move(delivery, DeliveryState.PENDING, DELIVERY_MOVES)
    move(delivery, DeliveryState.ACKNOWLEDGED, DELIVERY_MOVES)
    delivery.acknowledged_at = clock.now()
    delivery.problem, delivery.last_error = None, ""
    delivery.receipt = {"token": answer.token, **answer.claims}
    keep_statement(delivery.credit.person_id, answer.claims["statement"])


def is_receipt_for(delivery: Delivery, answer: Answer) -> bool:
    """Whether a genuine receipt is really about this credit and these hours."""
    credit = delivery.credit
    sign = -1 if delivery.kind is DeliveryKind.REVERSAL else 1
    expected = {
        "reference": credit.reference,
        "kind": delivery.kind.value,
        "year": credit.year,
        "category": credit.category.value,
        "hours_tenths": sign * credit.hours.tenths,
    }
    is_whole = isinstance(answer.claims.get("statement"), dict) and "entry" in answer.claims
    return is_whole and all(answer.claims.get(name) == value for name, value in expected.items())


def keep_statement(person_id: int, words: dict[str, Any]) -> None:
    """Remember what the bank said of a year, unless something newer is known."""
    as_of = dt.datetime.fromisoformat(words["as_of"])
    key = (BankStatement.person_id == person_id, BankStatement.year == words["year"])
    known = db.session.scalar(select(BankStatement).where(*key).with_for_update())
    if known is not None and known.as_of > as_of:
        return
    if known is None:
        known = BankStatement(person_id=person_id, year=words["year"])
        db.session.add(known)
    for name in STATED:
        setattr(known, name, Hours(words[f"{name}_tenths"]))
    known.as_of = as_of


def reversal_of(credit: Credit) -> Delivery | None:
    """The pending reversal that may go once its credit is in the bank."""
    found = credit.delivery(DeliveryKind.REVERSAL)
    return found if found is not None and found.state is DeliveryState.PENDING else None
