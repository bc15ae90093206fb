"""Signed tree heads: by each the bank vouches that the log only ever grew up to here."""

import datetime as dt
import json
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.exceptions import InvalidSignature

from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.keys import load_or_create_key
from lms.hourbank.log.merkle import Tree, is_consistent
from lms.hourbank.log.models import TreeHead
from lms.hourbank.log.reading import newest_head, tree
from lms.hourbank.receipts import HEAD, bank_key_path, sign_claims

_SAID = ("size", "root", "signed_at")


class LogForked(Exception):
    """The log as it stands does not begin with what the bank signed before."""


def sign_head() -> TreeHead | None:
    """Sign the root over the whole log; None if there is nothing new since the last head.

    Raises LogForked if what was signed last is not the beginning of what stands there now: the
    bank does not vouch for a history that was rewritten.
    """
    before, now = newest_head(), tree()
    if now.size == (before.size if before else 0):
        return None
    root = now.root()
    if before is not None and not _goes_on(before, now, root):
        raise LogForked(f"the log does not begin with the head over {before.size} entries")
    signed_at = clock.now()
    head = TreeHead(size=now.size, root=root.hex(), signed_at=signed_at)
    head.signature = sign_claims(_claims(head), HEAD)
    db.session.add(head)
    db.session.flush()
    return head


def _goes_on(before: TreeHead, now: Tree, root: bytes) -> bool:
    if now.size < before.size:
        return False
    path = now.consistency(before.size, now.size)
    return is_consistent(before.size, now.size, bytes.fromhex(before.root), root, path)


def _claims(head: TreeHead) -> dict[str, Any]:
    return {"size": head.size, "root": head.root, "signed_at": head.signed_at.isoformat()}


def head_words(head: TreeHead) -> dict[str, Any]:
    """A head as the API and the file outside of the database write it."""
    return {**_claims(head), "signature": head.signature}


def is_signed(settings: Settings, words: dict[str, Any]) -> bool:
    """Whether the bank's key signed exactly these words of a head."""
    try:
        signed, _, signature = str(words["signature"]).rpartition(".")
        header, _, payload = signed.partition(".")
        key = load_or_create_key(bank_key_path(settings)).public_key()
        key.verify(_bytes(signature), signed.encode())
        said = json.loads(_bytes(payload))
        kind = json.loads(_bytes(header)).get("typ")
        return bool(kind == HEAD and said == {name: words[name] for name in _SAID})
    except (InvalidSignature, ValueError, KeyError, AttributeError):
        return False


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def next_head_at(settings: Settings) -> dt.datetime:
    """When the next head is due."""
    before = newest_head()
    since = before.signed_at if before else clock.now()
    return since + dt.timedelta(seconds=settings.bank_head_every)
