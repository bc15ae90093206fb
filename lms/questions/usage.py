"""Where a question was asked and how it was answered, as the features that ask it tell.

Pop-ups and exams stand above the bank: each adds a source in its register(). Who answered what is
nobody's business here; only numbers come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question
from lms.questions.rules import is_right

# So many answers that were typed are shown, the most frequent first.
_MOST_TYPED = 10


@dataclass(frozen=True)
class VersionUse:
    """In which version of the course it was asked, how often, and how many learners met it."""

    number: int
    asked: int
    learners: int


@dataclass(frozen=True)
class Given:
    """An answer in own indexes (empty: none was given), and how often it was given."""

    chosen: list[Any]
    count: int


@dataclass(frozen=True)
class Usage:
    """What one feature tells: its name, the versions, and every different answer."""

    label: Any
    versions: list[VersionUse]
    given: list[Given]


@dataclass(frozen=True)
class Share:
    """A line of a distribution: an option or an answer, how often it came, of how many."""

    text: str
    count: int
    percent: int
    is_key: bool


@dataclass(frozen=True)
class Statistics:
    """How often a question was put, answered, and answered right, and what was answered."""

    label: Any
    versions: list[VersionUse]
    asked: int
    answered: int
    right: int
    shares: list[Share]

    @property
    def right_percent(self) -> int:
        """Whole percent of the answers that were right; 0 before there is any."""
        return percent(self.right, self.answered)


UsageSource = Callable[[Question], Usage]


def add_usage_source(app: Flask, source: UsageSource) -> None:
    """Let `source(question)` tell where a feature above has asked it."""
    app.extensions.setdefault("question_usage", []).append(source)


def statistics_of(question: Question) -> list[Statistics]:
    """What every feature tells of the question."""
    sources: list[UsageSource] = current_app.extensions.get("question_usage", [])
    return [summed(question, source(question)) for source in sources]


def summed(question: Question, usage: Usage) -> Statistics:
    """The numbers of one feature, graded as the answers were."""
    answered = [given for given in usage.given if given.chosen]
    right = [given for given in answered if is_right(question.kind, question.answer, given.chosen)]
    count = sum(given.count for given in answered)
    return Statistics(
        usage.label,
        usage.versions,
        asked=sum(version.asked for version in usage.versions),
        answered=count,
        right=sum(given.count for given in right),
        shares=_shares(question, answered, count),
    )


def _shares(question: Question, answered: Sequence[Given], count: int) -> list[Share]:
    shape = behaviour_of(question.kind).shape
    if shape == "choice":
        return [
            _share(str(text), _chosen(answered, index), count, index in question.answer)
            for index, text in enumerate(question.options)
        ]
    if shape == "blanks":
        often = sorted(answered, key=lambda given: -given.count)[:_MOST_TYPED]
        return [
            _share(
                " / ".join(map(str, given.chosen)),
                given.count,
                count,
                is_right(question.kind, question.answer, given.chosen),
            )
            for given in often
        ]
    return []


def _chosen(answered: Sequence[Given], index: int) -> int:
    return sum(given.count for given in answered if index in given.chosen)


def _share(text: str, part: int, whole: int, is_key: bool) -> Share:
    return Share(text, part, percent(part, whole), is_key)


def percent(part: int, whole: int) -> int:
    """Whole percent, rounded half up; 0 of nothing."""
    return (part * 200 + whole) // (whole * 2) if whole else 0
