"""What the database counts by itself: scores, marks by question, and every different answer."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Double, Integer, Select, String, case, cast, func, select

from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt, AttemptState, PaperItem
from lms.exams.statistics.rules import Cuts, Sums, cuts_of

_PORTION = 1000


@dataclass
class Scores:
    """How often each share of full marks came (hundredths of a per cent), and each result."""

    shares: Counter[int] = field(default_factory=Counter)
    taken: Counter[int] = field(default_factory=Counter)
    passed: Counter[int] = field(default_factory=Counter)

    @property
    def papers(self) -> int:
        return self.shares.total()

    @property
    def cuts(self) -> Cuts:
        return cuts_of(self.shares)


@dataclass
class Marks:
    """A question on papers: sums for its correlation, and its marks in both groups."""

    question_id: int
    sums: Sums
    upper_n: int
    upper: float
    lower_n: int
    lower: float


@dataclass
class Given:
    """An answer as it is kept and in own indexes; how often it came: upper group, between, lower
    group; and how often it earned nothing."""

    text: str
    chosen: list[Any]
    upper: int = 0
    middle: int = 0
    lower: int = 0
    wrong: int = 0

    @property
    def total(self) -> int:
        return self.upper + self.middle + self.lower


def papers_of(course: Course, version_number: int) -> Select[Any]:
    """The attempts of a course that were handed in, of all versions (0) or of one."""
    query = select(Attempt.id).join(Cycle, Attempt.cycle_id == Cycle.id)
    query = query.where(Cycle.course_id == course.id, Attempt.state != AttemptState.RUNNING)
    if version_number:
        query = query.join(CourseVersion, Cycle.version_id == CourseVersion.id)
        query = query.where(CourseVersion.number == version_number)
    return query


def count_papers(course: Course, version_number: int) -> int:
    """How many papers there are to look at."""
    papers = papers_of(course, version_number).subquery()
    return db.session.scalar(select(func.count()).select_from(papers)) or 0


def scores_of(papers: Select[Any]) -> Scores:
    """Shares and results of the papers."""
    query = papers.with_only_columns(
        _share().label("share"), Attempt.number, Attempt.state, func.count()
    )
    scores = Scores()
    for share, number, state, count in db.session.execute(
        query.group_by("share", Attempt.number, Attempt.state)
    ):
        scores.shares[share] += count
        scores.taken[number] += count
        if state is AttemptState.PASSED:
            scores.passed[number] += count
    return scores


def _share() -> ColumnElement[Any]:
    """The share of a paper's full marks in hundredths of a per cent, rounded down."""
    return cast(Attempt.points * 10_000 // func.nullif(Attempt.total_points, 0), Integer)


def marks_of(papers: Select[Any], cuts: Cuts) -> list[Marks]:
    """For each question the sums that its difficulty and discrimination need.

    x is the share of its marks that a paper earned, y that of all other questions of the paper.
    """
    x = cast(PaperItem.awarded, _float()) / PaperItem.points
    rest = Attempt.total_points - PaperItem.points
    y = cast(Attempt.points - PaperItem.awarded, _float()) / func.nullif(rest, 0)
    y = func.coalesce(y, 0.0)
    is_upper, is_lower = _share() >= cuts.upper, _share() <= cuts.lower
    query = papers.join(PaperItem, PaperItem.attempt_id == Attempt.id).with_only_columns(
        PaperItem.question_id,
        func.count(),
        *(func.sum(value) for value in (x, x * x, y, y * y, x * y)),
        func.sum(case((is_upper, 1), else_=0)),
        func.sum(case((is_upper, x), else_=0.0)),
        func.sum(case((is_lower, 1), else_=0)),
        func.sum(case((is_lower, x), else_=0.0)),
    )
    query = query.where(PaperItem.awarded.is_not(None)).group_by(PaperItem.question_id)
    return [
        Marks(
            row[0],
            Sums(row[1], *map(float, row[2:7])),
            int(row[7]),
            float(row[8]),
            int(row[9]),
            float(row[10]),
        )
        for row in db.session.execute(query.order_by(PaperItem.question_id))
    ]


def _float() -> Any:
    return Double()


def answers_of(papers: Select[Any], cuts: Cuts) -> Iterator[tuple[int, list[Given]]]:
    """For each question every different answer and how often it came; one question at a time."""
    chosen = cast(PaperItem.chosen, String)
    upper, lower = _share() >= cuts.upper, _share() <= cuts.lower
    group = case((upper, "upper"), (lower, "lower"), else_="middle")
    is_wrong = case((PaperItem.awarded == 0, 1), else_=0)
    query = papers.join(PaperItem, PaperItem.attempt_id == Attempt.id)
    query = query.with_only_columns(
        PaperItem.question_id,
        chosen.label("given"),
        group.label("side"),
        is_wrong.label("is_wrong"),
        func.count(),
    )
    # By their names: on PostgreSQL two equal expressions with parameters are not the same.
    query = query.group_by(PaperItem.question_id, "given", "side", "is_wrong")
    rows = db.session.execute(
        query.order_by(PaperItem.question_id).execution_options(yield_per=_PORTION)
    )
    for question_id, own in groupby(rows, key=lambda row: row[0]):
        yield question_id, _given(own)


def _given(rows: Iterable[Any]) -> list[Given]:
    given: dict[str, Given] = {}
    for _question_id, text, group, is_wrong, count in rows:
        one = given.setdefault(text, Given(text, json.loads(text) or []))
        setattr(one, group, getattr(one, group) + count)
        one.wrong += count * is_wrong
    return list(given.values())
