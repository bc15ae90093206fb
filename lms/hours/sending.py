"""One attempt for deliveries that were claimed: one alone, or many in one request.

Nothing is open while the bank is waited for. Whoever dies between the answer and its noting leaves
the claims to run out; the same keys then bring the same receipts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core import clock
from lms.core.db import transaction
from lms.hours import deliveries
from lms.hours.bank import Outcome, ask, ask_many, receipt_of
from lms.hours.messages import ADDRESSES, delivery_body
from lms.hours.models import Delivery, DeliveryKind, DeliveryProblem, DeliveryState
from lms.hours.receipts import BankProblem

# The bank could not do anything with the request as a whole; it may with each item alone.
_NOT_AS_A_BATCH = frozenset({DeliveryProblem.REFUSED, DeliveryProblem.WRONG_ANSWER})


@dataclass(frozen=True)
class Item:
    """A delivery as it is sent. Its body holds name and identity number: it is never kept."""

    delivery_id: int
    kind: DeliveryKind
    key: str
    body: dict[str, Any]


def send(ids: Sequence[int]) -> bool:
    """Make one attempt for each; False if the bank could not be reached or understood."""
    items = _prepared(ids)
    if len(items) < 2:
        return all(_send_alone(item) for item in items)
    try:
        outcomes = ask_many([_in_batch(item) for item in items])
    except BankProblem as problem:
        if problem.problem in _NOT_AS_A_BATCH:
            return all(_send_alone(item) for item in items)
        return _note(dict.fromkeys(ids, problem))
    return _note({item.delivery_id: _second_look(item, outcomes[item.key]) for item in items})


def _prepared(ids: Sequence[int]) -> list[Item]:
    """What is to be sent. A reversal goes back to waiting while its credit is not entered."""
    items = []
    # Reading the identity number is recorded, and the wait for the bank holds no transaction open.
    with transaction():
        for delivery in deliveries.held(ids):
            if delivery.state is not DeliveryState.PENDING:
                continue
            if deliveries.waits_for_credit(delivery):
                deliveries.put_off(delivery)
            else:
                body = delivery_body(delivery)
                items.append(Item(delivery.id, delivery.kind, delivery.idempotency_key, body))
    return items


def _in_batch(item: Item) -> dict[str, Any]:
    return {**item.body, "kind": item.kind.value, "idempotency_key": item.key}


def _send_alone(item: Item) -> bool:
    try:
        outcome: Outcome = ask(ADDRESSES[item.kind], item.body, item.key)
    except BankProblem as problem:
        outcome = problem
    return _note({item.delivery_id: _second_look(item, outcome)})


def _second_look(item: Item, outcome: Outcome) -> Outcome:
    """Of a conflict: the receipt that the bank gave under the same key, if it did.

    An answer may have been lost, and the person's name or number mended since: then the bank is
    told other words under a key that it knows, and the hours are entered all the same.
    """
    if not (isinstance(outcome, BankProblem) and outcome.is_conflict):
        return outcome
    try:
        return receipt_of(item.key)
    except BankProblem as problem:
        return outcome if problem.problem is DeliveryProblem.REFUSED else problem


def _note(outcomes: Mapping[int, Outcome]) -> bool:
    """Write down what came of each; whether the bank gave an answer to any."""
    with transaction():
        for delivery in deliveries.held(list(outcomes)):
            deliveries.settle(delivery, outcomes[delivery.id])
            _let_reversal_follow(delivery)
    return any(_is_answer(outcome) for outcome in outcomes.values())


def _is_answer(outcome: Outcome) -> bool:
    return not isinstance(outcome, BankProblem) or outcome.problem is DeliveryProblem.REFUSED


def _let_reversal_follow(delivery: Delivery) -> None:
    """The reversal of hours that have just been entered has waited long enough."""
    reversal = deliveries.reversal_of(delivery.credit)
    is_entered = delivery.state is DeliveryState.ACKNOWLEDGED
    if is_entered and reversal is not None and reversal.id != delivery.id:
        reversal.next_try_at = clock.now()
