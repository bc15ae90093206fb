"""The sections of a paper, as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lms.exams.models import PaperItem


@dataclass(frozen=True)
class Heading:
    """The title of a section and what its questions are worth, in hundredths of a point.

    `awarded` is None as long as the paper is not marked.
    """

    title: str
    count: int
    points: int
    awarded: int | None


@dataclass(frozen=True)
class Section:
    """Questions that stand together, under a heading or (None) under none."""

    heading: Heading | None
    items: list[PaperItem]


def sections_of(items: Sequence[PaperItem]) -> list[Section]:
    """The items of a paper, in order, by section."""
    groups = [(title, list(group)) for title, group in groupby(items, lambda item: item.section)]
    return [Section(_heading(title, group) if title else None, group) for title, group in groups]


def _heading(title: str, items: list[PaperItem]) -> Heading:
    marks = [item.awarded for item in items if item.awarded is not None]
    return Heading(
        title,
        len(items),
        sum(item.points for item in items),
        sum(marks) if len(marks) == len(items) else None,
    )
