"""Answering what a platform sent: one item, or many together."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.hourbank.intake.items import Item, Outcome, read_item
from lms.hourbank.intake.taking import take
from lms.hourbank.ledger import Reporter
from lms.hourbank.models import EntryKind, Platform
from lms.hourbank.sql import Sql
from lms.web.errors import refusal_words

LARGEST_BATCH = 500
# Of requests that race for one key, one wins each time.
_TRIES = 4

# Says who asks, inside the transaction, and uses up the request's nonce.
Asker = Callable[[], Platform]


def answer_one(asker: Asker, item: Item) -> str:
    """The receipt of one item. Raises the refusal if there is none."""
    (outcome,) = _take(asker, [item])
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome.receipt


def answer_batch(asker: Asker, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """An answer for each body, in their order."""
    read = [_read(body) for body in bodies]
    items = [each for each in read if isinstance(each, Item)]
    outcomes = iter(_take(asker, items))
    judged = [next(outcomes) if isinstance(each, Item) else Outcome(refusal=each) for each in read]
    return [_answer(body, outcome) for body, outcome in zip(bodies, judged, strict=True)]


def _take(asker: Asker, items: list[Item]) -> list[Outcome]:
    """Enter the items; of two equal requests that race, the second gets the first one's answer."""
    for _try in range(_TRIES - 1):
        try:
            return _take_once(asker, items)
        except (IntegrityError, OperationalError):
            # A rival was first, or two batches waited for each other: look again.
            continue
    return _take_once(asker, items)


def _take_once(asker: Asker, items: list[Item]) -> list[Outcome]:
    with transaction():
        platform = asker()
        return take(Sql.of_session(), Reporter(platform.id, platform.code), items)


def _read(body: dict[str, Any]) -> Item | DomainError:
    facts = dict(body)
    key, kind = facts.pop("idempotency_key", ""), facts.pop("kind", "")
    try:
        known = EntryKind.find(kind) if isinstance(kind, str) else None
        if known is None:
            raise Invalid(field="kind")
        return read_item(known, key if isinstance(key, str) else "", facts)
    except DomainError as refusal:
        return refusal


def _answer(body: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    key = {"idempotency_key": body.get("idempotency_key")}
    if outcome.refusal is None:
        return {**key, "status": "accepted", "receipt": outcome.receipt}
    status = "conflict" if isinstance(outcome.refusal, Conflict) else "refused"
    return {**key, "status": status, "problem": refusal_words(outcome.refusal)}
