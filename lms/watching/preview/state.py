"""What a preview remembers: it travels with the page, sealed, so that no table ever knows of it."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app

from lms.core import clock
from lms.core.crypto import Vault, derive_key

_LASTS_MS = 12 * 3_600_000
# So many questions are remembered as asked; a header holds no more.
_MOST_REMEMBERED = 60


@dataclass(frozen=True)
class Open:
    """The question that was asked and not yet answered. `order` is as of Popup.option_order."""

    nonce: str
    gate: int
    question_id: int
    order: list[int]


@dataclass(frozen=True)
class PreviewState:
    """Where pop-ups stand, which questions were asked, how many wrong ones in a row, what is open.

    It is sealed, not only signed: an option's own place may tell the right answer.
    """

    gates: list[int]
    asked: list[int] = field(default_factory=list)
    wrong_in_a_row: int = 0
    open: Open | None = None
    expires_at_ms: int = 0

    def begun(self) -> "PreviewState":
        """The same, good for as long as a page may stand open."""
        return replace(self, expires_at_ms=clock.now_ms() + _LASTS_MS)

    def asking(self, question: Open) -> "PreviewState":
        """With this question put to the visitor."""
        asked = [*self.asked, question.question_id][-_MOST_REMEMBERED:]
        return replace(self, open=question, asked=asked)

    def answered(self, *, is_right: bool) -> "PreviewState":
        """With no question open, and one more wrong answer in a row or none."""
        return replace(self, open=None, wrong_in_a_row=0 if is_right else self.wrong_in_a_row + 1)

    def seal(self, whose: str) -> str:
        """The state as text, readable here alone and only under the same `whose`."""
        cell = _vault().encrypt(json.dumps(asdict(self)), f"preview:{whose}")
        return base64.urlsafe_b64encode(cell).decode()


def _vault() -> Vault:
    # A key of its own: that of identity numbers is for nothing else.
    secret_key: str = current_app.extensions["settings"].secret_key
    return Vault(derive_key(secret_key.encode(), "lesson preview"))


def unseal(token: str, whose: str) -> PreviewState | None:
    """The state, or None if it is forged, somebody else's, of another lesson, or too old."""
    try:
        cell = base64.b64decode(token, b"-_", validate=True)
        values: dict[str, Any] = json.loads(_vault().decrypt_bytes(cell, f"preview:{whose}"))
    except (binascii.Error, InvalidTag, ValueError):
        return None
    opened = values.pop("open")
    state = PreviewState(**values, open=Open(**opened) if opened else None)
    return state if state.expires_at_ms > clock.now_ms() else None
