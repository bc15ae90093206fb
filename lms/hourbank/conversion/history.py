"""Claims that were decided, told by the features that keep them, to try other rules on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, current_app

from lms.core.enums import HourCategory
from lms.core.types import Hours


@dataclass(frozen=True)
class DecidedClaim:
    """A claim that was decided: what it stated, and what was granted.

    `person_key` is the same for all claims of a person, `person` what a page calls them (masked).
    `facts` are plain values, as `facts.plain` writes them. A category that was refused wholly may
    be left out of `granted`.
    """

    reference: str
    person_key: str
    person: str
    division_code: str
    year: int
    kind: str
    title: str
    facts: Mapping[str, Any]
    granted: Mapping[HourCategory, Hours]


class Source(Protocol):
    """Whoever keeps decided claims."""

    def __call__(self, division_prefix: str) -> Iterable[DecidedClaim]:
        """The decided claims of units whose division's code begins so.

        All of a person's claims of a year come together, in the order of their decisions.
        """
        ...


def add_source(app: Flask, source: Source) -> None:
    """Let `source` tell of the claims that a feature keeps."""
    app.extensions.setdefault("claim_sources", []).append(source)


def decided_claims(division_prefix: str) -> Iterable[DecidedClaim]:
    """The decided claims of all sources in a division and below."""
    sources: list[Source] = current_app.extensions.get("claim_sources", [])
    for source in sources:
        yield from source(division_prefix)
