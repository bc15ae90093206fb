"""Telling whether a number is registered: to whoever looks for an account, not through lists.

Whether a number is registered is told to whoever asks, because people must find their way to sign
in; but not so often that somebody could go through lists of numbers. A whole school behind one
address meets this only if more than so many of it are registered already.
"""

from flask import g

from lms.accounts.operations import NumberTaken
from lms.core.errors import DomainError
from lms.web.limits import limiter

MOST_TOLD = "120/hour"


def note_if_taken(refusal: DomainError) -> None:
    """Remember for the rest of the request that it told of a number that it is registered."""
    g.number_was_taken = isinstance(refusal, NumberTaken)


def was_taken() -> bool:
    """Whether this request told so: its page then shows the ways to the account."""
    return bool(g.get("number_was_taken", False))


def _counts(_response: object) -> bool:
    return was_taken()


def _most_told() -> str:
    return MOST_TOLD


# One budget for every form that tells.
told_taken_limit = limiter.shared_limit(
    _most_told, scope="number taken", methods=["POST"], deduct_when=_counts
)
