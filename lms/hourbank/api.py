"""The intake API: /hourbank/api/v1. Every request is signed; no address holds personal data."""

from typing import Any

from flask import request

from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.hourbank import api_examples as examples
from lms.hourbank import operations, queries
from lms.hourbank.daily import state_day
from lms.hourbank.intake.batches import answer_batch, answer_one
from lms.hourbank.intake.items import check_key, item_of
from lms.hourbank.log.proofs import inclusion_if_signed
from lms.hourbank.models import EntryKind
from lms.hourbank.parsing import ApiBlueprint
from lms.hourbank.schemas import (
    AnswersSchema,
    BatchSchema,
    CreditSchema,
    DayQuery,
    ReceiptSchema,
    ReversalSchema,
    StatementSchema,
    StoredReceiptSchema,
)
from lms.hourbank.signatures import asker, signed_by_platform
from lms.web.auth import token_checked

blueprint = ApiBlueprint(
    "hourbank_api",
    __name__,
    url_prefix="/hourbank/api/v1",
    description="The hour bank's intake, for registered platforms; see docs/hour-bank-client.md.",
)


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    check_key(key)
    return key


def _take(kind: EntryKind, facts: dict[str, Any]) -> dict[str, str]:
    item = item_of(kind, _idempotency_key(), request.get_json(), facts)
    return {"receipt": answer_one(asker, item)}


@blueprint.post("/credits")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED)
@blueprint.arguments(CreditSchema, example=examples.CREDIT)
@blueprint.response(201, ReceiptSchema, example=examples.RECEIPT)
@blueprint.alt_response(409, description="entered before, or another content under the key")
def take_credit(facts: dict[str, Any]) -> dict[str, str]:
    """Enter hours. Repeating a request under its Idempotency-Key gives the same receipt."""
    return _take(EntryKind.CREDIT, facts)


@blueprint.post("/reversals")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED)
@blueprint.arguments(ReversalSchema, example=examples.REVERSAL)
@blueprint.response(201, ReceiptSchema, example=examples.RECEIPT)
@blueprint.alt_response(404, description="this platform never reported the credit")
@blueprint.alt_response(409, description="reversed before, or another content under the key")
def take_reversal(facts: dict[str, Any]) -> dict[str, str]:
    """Take hours back by a second entry; the first stays."""
    return _take(EntryKind.REVERSAL, facts)


@blueprint.post("/batches")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED)
@blueprint.arguments(BatchSchema, example=examples.BATCH)
@blueprint.response(200, AnswersSchema, example=examples.ANSWERS)
def take_batch(body: dict[str, Any]) -> dict[str, Any]:
    """Enter up to 500 credits and reversals, in the order given; each is answered for itself.

    Items carry the fields of a credit or a reversal, their `kind` and an `idempotency_key` each,
    under which they can be repeated singly or in any batch. The header Idempotency-Key names the
    request in its signature and means nothing else here.
    """
    _idempotency_key()
    return {"answers": answer_batch(asker, body["items"])}


@blueprint.post("/statements")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED)
@blueprint.arguments(StatementSchema, example=examples.STATEMENT)
@blueprint.response(200, ReceiptSchema, example=examples.RECEIPT)
def state_year(body: dict[str, Any]) -> dict[str, str]:
    """State a person's year: sums, requirement and what is short."""
    with transaction():
        return {"receipt": operations.state_year(asker(), _idempotency_key(), body)}


@blueprint.get("/entries/<key>")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED_READING)
@blueprint.response(200, StoredReceiptSchema, example=examples.STORED)
@blueprint.alt_response(404, description="nothing was entered under this key")
def get_entry(key: str) -> dict[str, Any]:
    """The receipt that was given under an Idempotency-Key; 404 if there is none.

    With it comes the proof that the entry is in the log, once a signed head covers it.
    """
    with transaction():
        stored = queries.stored_answer(asker().id, key)
        if stored is None:
            raise NotFound()
        inclusion = inclusion_if_signed(stored.entry.number)
        return {"receipt": stored.receipt, "inclusion": inclusion}


@blueprint.get("/daily-statements/<date>")
@token_checked
@signed_by_platform
@blueprint.doc(parameters=examples.SIGNED_READING)
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, ReceiptSchema, example=examples.RECEIPT)
def get_daily_statement(query: dict[str, Any], date: str) -> dict[str, str]:
    """What was entered for the asking platform on a day of Shanghai, to compare with its own books.

    The signed words hold up to 500 `entries`, `next` to ask for more with `?after=`, and `count`
    and `sum_tenths` of the whole day. Order is that of the entries' numbers, which says nothing.
    """
    with transaction():
        return {"receipt": state_day(asker(), date, query.get("after"))}
