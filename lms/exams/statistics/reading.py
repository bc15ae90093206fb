"""Reading papers one after the other: how long questions took, and what is unusual.

Papers come by unit and time of opening, in portions; at any time a portion is held, and of the
papers opened shortly before as much as a comparison needs.
"""

import datetime as dt
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Result, Row, Select, String, cast, select

from lms.accounts.models import Person
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt, PaperItem
from lms.exams.statistics.rules import is_burst, is_fast, resembles, seconds_between

_PORTION = 500
# Two papers are compared if the second was opened while the first was under way, and at most so
# many that are: a hall full of people who began together is still read in reasonable time.
_MOST_COMPARED = 300
# So many of each kind are listed; more would not be looked at by anybody.
MOST_LISTED = 100


@dataclass
class Paper:
    """One attempt that was handed in: instants as seconds since 1970, wrong answers by question."""

    attempt_id: int
    person_id: int
    unit_id: int | None
    opened: float
    submitted: float
    was_overdue: bool
    answered: list[tuple[float, int]] = field(default_factory=list)
    wrong: dict[int, str] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        return max(0, round(self.submitted - self.opened))

    @property
    def instants(self) -> list[float]:
        """When each answer that stands was saved, in order."""
        return [instant for instant, _question_id in self.answered]


@dataclass
class Pattern:
    """Something for a human to look at: its kind, the papers, and figures of it by name."""

    kind: str
    attempt_ids: list[int]
    figures: dict[str, int]


@dataclass
class Readings:
    """What reading all papers gave: seconds of each question and paper by how often, patterns."""

    seconds: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    durations: Counter[int] = field(default_factory=Counter)
    patterns: list[Pattern] = field(default_factory=list)


def read_durations(papers: Select[Any]) -> Counter[int]:
    """The seconds that papers took which were handed in by the learner, by how often."""
    query = papers.with_only_columns(Attempt.opened_at, Attempt.submitted_at)
    query = query.where(Attempt.was_overdue.is_(False)).execution_options(yield_per=_PORTION)
    return Counter(_seconds(opened, submitted) for opened, submitted in db.session.execute(query))


def _seconds(opened: dt.datetime, submitted: dt.datetime | None) -> int:
    # An attempt that was handed in has both instants.
    assert submitted is not None
    return max(0, round((submitted - opened).total_seconds()))


def read_papers(
    papers: Select[Any], wrong: Mapping[int, Counter[str]], median_seconds: int
) -> Readings:
    """Read every paper once. `wrong` tells how often each wrong answer came."""
    found, listed = Readings(), Counter[str]()
    before: deque[Paper] = deque(maxlen=_MOST_COMPARED)
    for paper in _papers(papers):
        _time(found, paper)
        if before and before[-1].unit_id != paper.unit_id:
            before.clear()
        for pattern in (*_alone(paper, median_seconds), *_beside(paper, before, wrong)):
            listed[pattern.kind] += 1
            if listed[pattern.kind] <= MOST_LISTED:
                found.patterns.append(pattern)
        if paper.unit_id is not None:
            before.append(paper)
    return found


def _time(found: Readings, paper: Paper) -> None:
    spent = seconds_between(paper.opened, paper.instants)
    for (_instant, question_id), seconds in zip(paper.answered, spent, strict=True):
        found.seconds[question_id][seconds] += 1


def _alone(paper: Paper, median_seconds: int) -> Iterator[Pattern]:
    answers = len(paper.answered)
    if not paper.was_overdue and is_fast(paper.seconds, median_seconds, answers):
        figures = {"seconds": paper.seconds, "median": median_seconds, "answers": answers}
        yield Pattern("fast", [paper.attempt_id], figures)
    if is_burst(paper.instants):
        span = round(paper.instants[-1] - paper.instants[0])
        yield Pattern("burst", [paper.attempt_id], {"seconds": span, "answers": answers})


def _beside(
    paper: Paper, before: Sequence[Paper], wrong: Mapping[int, Counter[str]]
) -> Iterator[Pattern]:
    for other in before:
        if other.submitted <= paper.opened or other.person_id == paper.person_id:
            continue
        same = resembles(other.wrong, paper.wrong, wrong)
        if same is not None:
            figures = {"same": same, "one": len(other.wrong), "other": len(paper.wrong)}
            yield Pattern("alike", [other.attempt_id, paper.attempt_id], figures)


def _papers(papers: Select[Any]) -> Iterator[Paper]:
    query = papers.join(Person, Cycle.person_id == Person.id).with_only_columns(
        Attempt.id,
        Cycle.person_id,
        Person.unit_id,
        Attempt.opened_at,
        Attempt.submitted_at,
        Attempt.was_overdue,
    )
    query = query.order_by(Person.unit_id, Attempt.opened_at, Attempt.id)
    rows: Result[Any] = db.session.execute(query.execution_options(yield_per=_PORTION))
    for portion in rows.partitions():
        yield from _with_answers([_paper(row) for row in portion])


def _paper(row: Row[Any]) -> Paper:
    instants = (row.opened_at.timestamp(), row.submitted_at.timestamp())
    return Paper(row.id, row.person_id, row.unit_id, *instants, row.was_overdue)


def _with_answers(papers: list[Paper]) -> list[Paper]:
    by_id = {paper.attempt_id: paper for paper in papers}
    query = select(
        PaperItem.attempt_id,
        PaperItem.question_id,
        PaperItem.answered_at,
        PaperItem.awarded,
        cast(PaperItem.chosen, String),
    ).where(PaperItem.attempt_id.in_(by_id), PaperItem.answered_at.is_not(None))
    query = query.order_by(PaperItem.attempt_id, PaperItem.answered_at, PaperItem.position)
    for attempt_id, rows in groupby(db.session.execute(query), key=lambda row: row[0]):
        paper = by_id[attempt_id]
        for _attempt_id, question_id, answered_at, awarded, chosen in rows:
            assert answered_at is not None
            paper.answered.append((answered_at.timestamp(), question_id))
            if awarded == 0 and chosen != "[]":
                paper.wrong[question_id] = chosen
    return papers
