"""The hour bank as the platform sees it: signed requests over HTTP, receipts checked by its key.

Requests carry an HTTP message signature (RFC 9421) over method, host, path, key and the digest of
the body. A receipt is a JWS by the bank's pinned key; an answer without a good one counts as none.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from flask import current_app
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from lms.config import Settings
from lms.core import clock
from lms.core.keys import load_or_create_key, public_pem
from lms.hours.models import DeliveryProblem

API = "/hourbank/api/v1"
TAG = "xueshi-bank"
COVERED = ("@method", "@authority", "@path", "content-type", "idempotency-key")
# Not the bank's decision about these hours, but a state of things that somebody will mend.
_NOT_ADMITTED = frozenset({401, 403})
_OVERLOADED = frozenset({408, 425, 429})
# What the bank answers when it has judged a credit: unknown, in conflict, or not well formed.
_DECISIONS = {400, 404, 409, 422}

ClientFactory = Callable[[], httpx.Client]


class BankProblem(Exception):
    """No receipt. `problem` says why in words, `detail` what the bank or the network said."""

    def __init__(self, problem: DeliveryProblem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail[:500]


@dataclass(frozen=True)
class Answer:
    """What the bank answered: the signed words, checked, and the JWS that proves them."""

    claims: dict[str, Any]
    token: str


def platform_key_path(settings: Settings) -> Path:
    return settings.var_path / "keys" / "platform-ed25519.pem"


def bank_key_path(settings: Settings) -> Path:
    return settings.var_path / "keys" / "bank-ed25519.pub.pem"


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
    if not response.is_success:
        raise _refusal(response)
    answer = _checked(response)
    if answer.claims.get("idempotency_key") != idempotency_key:
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt belongs to another request")
    return answer


def _post(address: str, body: dict[str, Any], idempotency_key: str) -> httpx.Response:
    settings: Settings = current_app.extensions["settings"]
    content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    url = settings.bank_url.rstrip("/") + API + address
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
    request = httpx.Request("POST", url, content=content, headers=headers)
    sign(request, content, settings)
    factory: ClientFactory = current_app.extensions["bank_client"]
    try:
        with factory() as client:
            return client.send(request)
    except httpx.HTTPError as error:
        raise BankProblem(DeliveryProblem.NO_ANSWER, type(error).__name__) from error


def sign(request: httpx.Request, content: bytes, settings: Settings) -> None:
    """Add digest and signature of this platform to a request."""
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
        covered_component_ids=COVERED,
        body=content,
    )


def _refusal(response: httpx.Response) -> BankProblem:
    detail = f"HTTP {response.status_code}"
    reason = _reason(response)
    if response.status_code in _NOT_ADMITTED:
        return BankProblem(DeliveryProblem.NOT_ADMITTED, reason or detail)
    if response.status_code in _OVERLOADED or response.is_server_error:
        return BankProblem(DeliveryProblem.OVERLOADED, detail)
    if response.status_code in _DECISIONS and reason and not _is_web_servers(response):
        return BankProblem(DeliveryProblem.REFUSED, reason)
    return BankProblem(DeliveryProblem.WRONG_ANSWER, detail)


def _is_web_servers(response: httpx.Response) -> bool:
    """Whether the address itself was wrong: the answer is of a web server and not of the bank."""
    body = _object(response)
    return body is not None and str(body.get("code", "")).startswith("http-")


def _reason(response: httpx.Response) -> str:
    """The bank's own sentence; a page from some proxy on the way has none."""
    if response.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        return ""
    body = _object(response)
    return str(body.get("detail", "")) if body else ""


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _checked(response: httpx.Response) -> Answer:
    token = (_object(response) or {}).get("receipt")
    if not isinstance(token, str):
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "no receipt in the answer")
    path = bank_key_path(current_app.extensions["settings"])
    if not path.exists():
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the bank's public key is not pinned")
    try:
        proved = jws.deserialize_compact(
            token, OKPKey.import_key(path.read_bytes()), algorithms=["Ed25519"]
        )
        claims = json.loads(proved.payload)
    except (JoseError, ValueError) as error:
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt is not genuine") from error
    return Answer(claims, token)
