"""Receipts: what the bank says, proved by its pinned key, and what stands in place of one.

A receipt is a JWS by the bank's key. An answer without a good one counts as none.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from lms.config import Settings
from lms.hours.models import DeliveryProblem


class BankProblem(Exception):
    """No receipt. `problem` says why in words, `detail` what the bank or the network said.

    `is_conflict`: the bank knows the key or the reference already; it may have a receipt for it.
    """

    def __init__(self, problem: DeliveryProblem, detail: str, *, is_conflict: bool = False) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail[:500]
        self.is_conflict = is_conflict


@dataclass(frozen=True)
class Answer:
    """What the bank answered: the signed words, checked, the JWS that proves them, and what stood
    beside it in the answer."""

    claims: dict[str, Any]
    token: str
    beside: dict[str, Any] = field(default_factory=dict)


def bank_key_path(settings: Settings) -> Path:
    """Where the bank's public key is pinned."""
    return settings.var_path / "keys" / "bank-ed25519.pub.pem"


def proved(body: dict[str, Any] | None) -> Answer:
    """The receipt in `body`; raises BankProblem if there is none that the pinned key has signed."""
    beside = dict(body or {})
    token = beside.pop("receipt", None)
    if not isinstance(token, str):
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "no receipt in the answer")
    return Answer(words_of(token), token, beside)


def words_of(token: str) -> dict[str, Any]:
    """What a JWS of the bank says; raises BankProblem unless the pinned key has signed it."""
    path = bank_key_path(current_app.extensions["settings"])
    if not path.exists():
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the bank's public key is not pinned")
    try:
        key = OKPKey.import_key(path.read_bytes())
        claims = json.loads(jws.deserialize_compact(token, key, algorithms=["Ed25519"]).payload)
    except (JoseError, ValueError) as error:
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt is not genuine") from error
    if not isinstance(claims, dict):
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt says nothing")
    return claims
