"""The intake API: /hourbank/api/v1. Every request is signed; no address holds personal data."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.vault import vault
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.hourbank import operations, queries
from lms.hourbank.log.proofs import inclusion_if_signed
from lms.hourbank.models import Platform
from lms.hourbank.parsing import ApiBlueprint
from lms.hourbank.schemas import (
    CreditSchema,
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
    description="The hour bank's intake, for registered platforms.",
)

Intake = Callable[[Platform, str, str, dict[str, Any]], str]


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 16 <= len(key) <= 128:
        raise Invalid(
            _l("缺少 Idempotency-Key，或长度不在 16 到 128 之间。"), field="Idempotency-Key"
        )
    return key


def _take(intake: Intake, body: dict[str, Any]) -> dict[str, str]:
    """Run an intake; of two equal requests that race, the second gets the first one's answer."""
    try:
        return _take_once(intake, body)
    except IntegrityError:
        return _take_once(intake, body)


def _take_once(intake: Intake, body: dict[str, Any]) -> dict[str, str]:
    key = _idempotency_key()
    fingerprint = vault().lookup_hash(f"{request.path} {request.get_data(as_text=True)}")
    with transaction():
        return {"receipt": intake(asker(), key, fingerprint, body)}


@blueprint.post("/credits")
@token_checked
@signed_by_platform
@blueprint.arguments(CreditSchema)
@blueprint.response(201, ReceiptSchema)
def take_credit(body: dict[str, Any]) -> dict[str, str]:
    """Enter hours. Repeating a request under its Idempotency-Key gives the same receipt."""
    return _take(operations.take_credit, body)


@blueprint.post("/reversals")
@token_checked
@signed_by_platform
@blueprint.arguments(ReversalSchema)
@blueprint.response(201, ReceiptSchema)
def take_reversal(body: dict[str, Any]) -> dict[str, str]:
    """Take hours back by a second entry; the first stays."""
    return _take(operations.take_reversal, body)


@blueprint.post("/statements")
@token_checked
@signed_by_platform
@blueprint.arguments(StatementSchema)
@blueprint.response(200, ReceiptSchema)
def state_year(body: dict[str, Any]) -> dict[str, str]:
    """State a person's year: sums, requirement and what is short."""
    with transaction():
        return {"receipt": operations.state_year(asker(), _idempotency_key(), body)}


@blueprint.get("/entries/<key>")
@token_checked
@signed_by_platform
@blueprint.response(200, StoredReceiptSchema)
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
