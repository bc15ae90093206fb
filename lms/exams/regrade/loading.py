"""Reading what a regrade judges: the cycles of people in a course, as rules see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, select

from lms.core.db import db
from lms.enrollments.models import Cycle, CycleState
from lms.exams.models import Attempt, PaperItem
from lms.exams.regrade.models import RegradedCycle
from lms.exams.regrade.rules import Answered, Sitting, Study
from lms.questions.models import Counting, Question

_PORTION = 1000


@dataclass(frozen=True)
class Learner:
    """One person in the course: all cycles, in order of number."""

    person_id: int
    studies: tuple[Study, ...]


def learners_asked(
    question: Question, person_ids: Sequence[int] | None = None
) -> Iterator[Learner]:
    """Everybody on whose papers the question stood (or those named), by id, with all attempts.

    Rows are read as they are taken: however many there are, one person is held at a time.
    """
    query = _rows(question, person_ids)
    rows = db.session.execute(query.execution_options(yield_per=_PORTION))
    for person_id, own in groupby(rows, key=lambda row: row.person_id):
        studies = tuple(_study(list(of)) for _, of in groupby(own, key=lambda row: row.cycle_id))
        yield Learner(person_id, studies)


def cycles_asked(question_id: int) -> Select[int]:
    """The ids of cycles on whose papers the question stood."""
    query = select(Attempt.cycle_id).join(PaperItem, PaperItem.attempt_id == Attempt.id)
    return query.where(PaperItem.question_id == question_id)


def _rows(question: Question, person_ids: Sequence[int] | None) -> Select[*tuple[Any, ...]]:
    asked = select(Cycle.person_id).where(Cycle.id.in_(cycles_asked(question.id)))
    people: Any = asked if person_ids is None else person_ids
    others = _others(question, person_ids)
    is_here = and_(PaperItem.attempt_id == Attempt.id, PaperItem.question_id == question.id)
    query: Select[*tuple[Any, ...]] = (
        select(
            Cycle.person_id,
            Cycle.id.label("cycle_id"),
            Cycle.number.label("cycle_number"),
            Cycle.state.label("cycle_state"),
            _is_set_aside().label("is_set_aside"),
            Attempt.id.label("attempt_id"),
            Attempt.number.label("attempt_number"),
            Attempt.state.label("attempt_state"),
            Attempt.points.label("attempt_points"),
            Attempt.total_points,
            Attempt.pass_percent,
            Attempt.partial_credit,
            PaperItem.id.label("item_id"),
            PaperItem.chosen,
            PaperItem.points,
            PaperItem.awarded,
            others.c.points.label("other_points"),
            others.c.total.label("other_total"),
        )
        .select_from(Cycle)
        .outerjoin(Attempt, Attempt.cycle_id == Cycle.id)
        .outerjoin(PaperItem, is_here)
        .outerjoin(others, others.c.attempt_id == PaperItem.attempt_id)
        .where(Cycle.course_id == question.course_id, Cycle.person_id.in_(people))
        .order_by(Cycle.person_id, Cycle.number, Attempt.number)
    )
    return query


def _others(question: Question, person_ids: Sequence[int] | None) -> Subquery:
    """Of each paper with the question what its other questions were awarded, and could have been.

    What counts for nobody is in neither sum.
    """
    if person_ids is None:
        papers = select(PaperItem.attempt_id).where(PaperItem.question_id == question.id)
    else:
        # By the few people named, and not by the question, which may be on thousands of papers.
        papers = select(Attempt.id).join(Cycle, Attempt.cycle_id == Cycle.id)
        papers = papers.where(
            Cycle.course_id == question.course_id, Cycle.person_id.in_(person_ids)
        )
    is_counted = and_(PaperItem.question_id != question.id, Question.counting != Counting.VOID)
    query = (
        select(
            PaperItem.attempt_id,
            func.sum(case((is_counted, func.coalesce(PaperItem.awarded, 0)), else_=0)).label(
                "points"
            ),
            func.sum(case((is_counted, PaperItem.points), else_=0)).label("total"),
        )
        .join(Question, PaperItem.question_id == Question.id)
        .where(PaperItem.attempt_id.in_(papers))
        .group_by(PaperItem.attempt_id)
    )
    return query.subquery()


def _is_set_aside() -> ColumnElement[bool]:
    last = (
        select(RegradedCycle.state_after)
        .where(RegradedCycle.cycle_id == Cycle.id)
        .order_by(RegradedCycle.regrade_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(Cycle.state == CycleState.WITHDRAWN, last == CycleState.WITHDRAWN)


def _study(rows: list[Row[Any]]) -> Study:
    first = rows[0]
    sittings = tuple(_sitting(row) for row in rows if row.attempt_id is not None)
    return Study(
        first.cycle_id, first.cycle_number, first.cycle_state, bool(first.is_set_aside), sittings
    )


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(
        row.attempt_id,
        row.attempt_number,
        row.attempt_state,
        row.attempt_points or 0,
        row.total_points,
        row.pass_percent,
        _answered(row) if row.item_id is not None else None,
    )


def _answered(row: Row[Any]) -> Answered:
    return Answered(
        row.item_id,
        row.chosen or [],
        row.points,
        row.awarded or 0,
        row.partial_credit,
        int(row.other_points or 0),
        int(row.other_total or 0),
    )
