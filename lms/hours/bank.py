"""The hour bank as the platform sees it: signed requests over HTTP, receipts checked by its key.

Requests carry an HTTP message signature (RFC 9421) over method, host, path, and the digest of the
body and the key, or the query.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from flask import current_app
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from lms.config import Settings
from lms.core import clock
from lms.core.keys import load_or_create_key, public_pem
from lms.hours import refusals
from lms.hours.models import DeliveryProblem
from lms.hours.receipts import Answer, BankProblem, proved

API = "/hourbank/api/v1"
TAG = "xueshi-bank"
COVERED = ("@method", "@authority", "@path", "content-type", "idempotency-key")
COVERED_READING = ("@method", "@authority", "@path", "@query")

ClientFactory = Callable[[], httpx.Client]
Outcome = Answer | BankProblem


def platform_key_path(settings: Settings) -> Path:
    return settings.var_path / "keys" / "platform-ed25519.pem"


@cache
def _platform_key(path: Path) -> Any:
    return load_or_create_key(path)


def platform_public_pem(settings: Settings) -> str:
    """The public key that the bank must know this platform by; the pair is made at first use."""
    return public_pem(_platform_key(platform_key_path(settings)))


def new_client() -> httpx.Client:
    """A client for the bank; tests put another factory in app.extensions["bank_client"]."""
    settings: Settings = current_app.extensions["settings"]
    return httpx.Client(timeout=settings.bank_timeout)


def ask(address: str, body: dict[str, Any], idempotency_key: str) -> Answer:
    """POST `body` to the bank and return its checked answer.

    Raises BankProblem for anything else than a receipt: no answer, an error, a refusal, a body
    that is no JSON, a receipt that the pinned key did not sign or that belongs to another request.
    """
    response = _post(address, body, idempotency_key)
    return _of_request(proved(refusals.object_in(response)), idempotency_key)


def ask_many(items: Sequence[Mapping[str, Any]]) -> dict[str, Outcome]:
    """POST a batch, and return for each item by its key the receipt, or why there is none.

    An item is the body of its own request, with `kind` and `idempotency_key`. The order of the
    answers means nothing, and one that is missing is none. Raises BankProblem if the bank
    answered for none of them.
    """
    response = _post("/batches", {"items": list(items)}, secrets.token_hex(16))
    body = refusals.object_in(response) or {}
    answers = body.get("answers")
    if not isinstance(answers, list):
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "no answers in the answer")
    by_key = {each.get("idempotency_key"): each for each in answers if isinstance(each, dict)}
    keys = [str(item["idempotency_key"]) for item in items]
    return {key: _outcome(by_key.get(key), key) for key in keys}


def fetch(address: str, **parameters: str) -> Answer:
    """GET what the bank has at `address` and return its checked answer; raises BankProblem."""
    settings: Settings = current_app.extensions["settings"]
    url = httpx.URL(settings.bank_url.rstrip("/") + API + address, params=parameters or None)
    request = httpx.Request("GET", url)
    sign(request, b"", settings, COVERED_READING)
    return proved(refusals.object_in(_send(request)))


def receipt_of(idempotency_key: str) -> Answer:
    """The receipt that the bank gave under the key; raises BankProblem if it has none."""
    return _of_request(fetch(f"/entries/{idempotency_key}"), idempotency_key)


def _of_request(answer: Answer, idempotency_key: str) -> Answer:
    if answer.claims.get("idempotency_key") != idempotency_key:
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt belongs to another request")
    return answer


def _outcome(answer: dict[str, Any] | None, idempotency_key: str) -> Outcome:
    """What one answer of a batch means for its item."""
    if answer is None:
        return BankProblem(DeliveryProblem.WRONG_ANSWER, "no answer for this item")
    if answer.get("status") != "accepted":
        return refusals.of_item(answer)
    try:
        return _of_request(proved(answer), idempotency_key)
    except BankProblem as problem:
        return problem


def _post(address: str, body: dict[str, Any], idempotency_key: str) -> httpx.Response:
    settings: Settings = current_app.extensions["settings"]
    content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    url = settings.bank_url.rstrip("/") + API + address
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
    request = httpx.Request("POST", url, content=content, headers=headers)
    sign(request, content, settings)
    return _send(request)


def _send(request: httpx.Request) -> httpx.Response:
    """The bank's answer. Raises BankProblem if there is none, or if it is a refusal."""
    factory: ClientFactory = current_app.extensions["bank_client"]
    try:
        with factory() as client:
            response = client.send(request)
    except httpx.HTTPError as error:
        raise BankProblem(DeliveryProblem.NO_ANSWER, type(error).__name__) from error
    if not response.is_success:
        raise refusals.of_response(response)
    return response


def sign(
    request: httpx.Request,
    content: bytes,
    settings: Settings,
    covered: Sequence[str] = COVERED,
) -> None:
    """Add the signature of this platform to a request, and the digest of a body."""
    key = _platform_key(platform_key_path(settings))
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={settings.platform_code: key}),
    )
    signer.sign(
        request,
        key_id=settings.platform_code,
        created=clock.now(),
        nonce=secrets.token_urlsafe(16),
        tag=TAG,
        covered_component_ids=covered,
        body=content,
    )
