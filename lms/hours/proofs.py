"""The proof that an entry stands in the bank's log, checked before it is kept.

It ties the receipt's leaf to a head that the bank has signed. Whoever holds the head can later show
that the log was changed, whatever the bank says then.
"""

from typing import Any

from lms.hours.deliveries import is_instant
from lms.hours.merkle import root_of
from lms.hours.models import Delivery, DeliveryProblem
from lms.hours.receipts import BankProblem, words_of

_HEAD = ("size", "root", "signed_at")


def checked_proof(delivery: Delivery, inclusion: Any) -> dict[str, Any]:
    """What is kept of a proof: `position`, `size`, `path`, `root`, `signed_at`, `signature`.

    Raises BankProblem unless it leads from the leaf of this delivery's receipt to a root that the
    bank's pinned key has signed.
    """
    try:
        head = inclusion["head"]
        found = {name: inclusion[name] for name in ("position", "size", "path")}
        leaf = bytes.fromhex((delivery.receipt or {})["leaf_hash"])
        path = [bytes.fromhex(node) for node in found["path"]]
        root = root_of(leaf, int(found["position"]), int(found["size"]), path)
        signed = {name: head[name] for name in (*_HEAD, "signature")}
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong("the proof cannot be read") from error
    _check_head(signed, found["size"])
    if root is None or root.hex() != signed["root"]:
        raise _wrong("the proof does not lead to the signed root")
    return {**found, **signed}


def _check_head(signed: dict[str, Any], size: Any) -> None:
    said = words_of(str(signed["signature"]))
    if any(said.get(name) != signed[name] for name in _HEAD) or signed["size"] != size:
        raise _wrong("the head is not what the bank signed")
    if not is_instant(signed["signed_at"]):
        raise _wrong("the head has no time")


def _wrong(detail: str) -> BankProblem:
    return BankProblem(DeliveryProblem.WRONG_ANSWER, detail)
