"""The steps of one delivery: claimed, then acknowledged, refused or put off."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from lms.core import clock
from lms.core.db import db
from lms.core.events import hours_refused
from lms.core.states import move
from lms.core.types import Hours
from lms.hours.models import (
    BankStatement,
    Credit,
    Delivery,
    DeliveryKind,
    DeliveryProblem,
    DeliveryState,
)
from lms.hours.receipts import Answer, BankProblem
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


def claim_due(limit: int) -> list[int]:
    """Take the deliveries whose time has come, longest overdue first, for one attempt.

    A claim runs out by itself: whoever dies with it in hand leaves it to the next sweep.
    """
    due = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.PENDING, Delivery.next_try_at <= clock.now())
        .order_by(Delivery.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return claim(list(db.session.scalars(due)))


def claim(ids: Sequence[int]) -> list[int]:
    """Those of `ids` that are due, taken for one attempt; another worker has or had the rest."""
    now = clock.now()
    timeout: int = current_app.extensions["settings"].bank_timeout
    claimed = db.session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_(ids),
            Delivery.state == DeliveryState.PENDING,
            Delivery.next_try_at <= now,
        )
        .values(
            attempts=Delivery.attempts + 1,
            last_tried_at=now,
            next_try_at=now + dt.timedelta(seconds=3 * timeout + 5),
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed.scalars())


def held(ids: Sequence[int]) -> list[Delivery]:
    """The deliveries with these ids, read anew and held until the transaction ends."""
    query = (
        select(Delivery)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.id)
        .options(selectinload(Delivery.credit).selectinload(Credit.deliveries))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def settle(delivery: Delivery, outcome: Answer | BankProblem) -> None:
    """Note what came of an attempt: the receipt, the refusal, or that it is to be tried again."""
    if isinstance(outcome, Answer) and not is_receipt_for(delivery, outcome):
        outcome = BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt is about other hours")
    if isinstance(outcome, Answer):
        acknowledge(delivery, outcome)
    elif outcome.problem is DeliveryProblem.REFUSED:
        refuse(delivery, outcome)
    else:
        put_off(delivery, outcome)


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
    delivery.entry_number = str(answer.claims["entry"])
    delivery.entered_at = dt.datetime.fromisoformat(answer.claims["entered_at"])
    keep_statement(delivery.credit.person_id, answer.claims["statement"])


def is_receipt_for(delivery: Delivery, answer: Answer) -> bool:
    """Whether a genuine receipt is really about this credit and these hours."""
    credit, words = delivery.credit, answer.claims
    expected = {
        "reference": credit.reference,
        "kind": delivery.kind.value,
        "year": credit.year,
        "category": credit.category.value,
        "hours_tenths": delivery.hours.tenths,
    }
    return _is_whole(words) and all(words.get(name) == value for name, value in expected.items())


def _is_whole(words: dict[str, Any]) -> bool:
    """Whether a receipt says all that is kept of it."""
    statement = words.get("statement")
    return (
        isinstance(words.get("entry"), str)
        and is_instant(words.get("entered_at"))
        and isinstance(statement, dict)
        and is_instant(statement.get("as_of"))
        and isinstance(statement.get("year"), int)
        and all(isinstance(statement.get(f"{name}_tenths"), int) for name in STATED)
    )


def is_instant(text: Any) -> bool:
    """Whether this is an instant with its time zone, as ISO 8601 writes it."""
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except (TypeError, ValueError):
        return False


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
