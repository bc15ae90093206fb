"""Reading regrades: their record, what a preview would change, and what a learner is told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.core.errors import NotFound
from lms.enrollments.models import Cycle, CycleState
from lms.exams import drawing
from lms.exams.models import Attempt, AttemptState, PaperItem, VersionExam
from lms.exams.regrade.loading import Learner, learners_asked
from lms.exams.regrade.models import Regrade, RegradedAttempt, RegradedCycle, RegradeState
from lms.exams.regrade.rules import CycleMove, Plan, Remark, plan
from lms.exams.regrade.tally import tally
from lms.exams.rules import parts_of
from lms.questions.mending import Key
from lms.questions.models import Counting, Question, QuestionUse
from lms.questions.queries import pool

MOST_SHOWN = 200
"""So many people a preview names, those whose result changes first; of the others it tells how
many there are."""


@dataclass(frozen=True)
class Change:
    """What changes for one person: marks of attempts, and cycles."""

    person_id: int
    name: str
    remarks: tuple[Remark, ...]
    moves: tuple[CycleMove, ...]


@dataclass
class Preview:
    """What a regrade would do. `counts` are those of `tally.tally`."""

    number: int
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    people: int = 0

    @property
    def unnamed(self) -> int:
        """How many people change that are not in the list."""
        return self.people - len(self.changes)


def preview_of(question: Question, key: Key) -> Preview:
    """What marking the question by `key` would do to whom; nothing is written."""
    preview = Preview(next_number(question.id))
    is_open = question.course.is_open
    turned: list[tuple[Learner, Plan]] = []
    others: list[tuple[Learner, Plan]] = []
    for learner in learners_asked(question):
        wanted = plan(learner.studies, question.kind, key, is_open=is_open)
        preview.counts.update(tally(learner, wanted))
        if wanted.remarks:
            preview.people += 1
            _keep(turned if _turns(wanted) else others, learner, wanted)
    shown = (turned + others)[:MOST_SHOWN]
    names = _names(learner.person_id for learner, _ in shown)
    preview.changes = [
        Change(one.person_id, names[one.person_id], wanted.remarks, wanted.moves)
        for one, wanted in shown
    ]
    return preview


def _turns(wanted: Plan) -> bool:
    return bool(wanted.moves) or any(r.state is not r.sitting.state for r in wanted.remarks)


def _keep(kept: list[tuple[Learner, Plan]], learner: Learner, wanted: Plan) -> None:
    if len(kept) < MOST_SHOWN:
        kept.append((learner, wanted))


def _names(ids: Iterable[int]) -> dict[int, str]:
    query = select(Person.id, Person.name).where(Person.id.in_(list(ids)))
    return {row.id: row.name for row in db.session.execute(query)}


def next_number(question_id: int) -> int:
    """Which number a regrade of the question would have now, from 1."""
    query = select(func.coalesce(func.max(Regrade.number), 0) + 1)
    return db.session.scalar(query.where(Regrade.question_id == question_id)) or 1


def running_regrade(course_id: int) -> Regrade | None:
    """The regrade that is not yet through with the course, if there is one."""
    query = select(Regrade).where(
        Regrade.course_id == course_id, Regrade.state == RegradeState.RUNNING
    )
    return db.session.scalar(query)


def regrades_of(course: Course) -> Select[Regrade]:
    """All regrades of the course's questions."""
    options = (joinedload(Regrade.question), joinedload(Regrade.actor))
    return select(Regrade).where(Regrade.course_id == course.id).options(*options)


def get_regrade(course: Course, regrade_id: int) -> Regrade:
    """The regrade if it is of this course; raises NotFound otherwise."""
    found = db.session.scalar(regrades_of(course).where(Regrade.id == regrade_id))
    if found is None:
        raise NotFound()
    return found


def changes_of(regrade: Regrade) -> Select[RegradedAttempt]:
    """The attempts that it changed, with those who sat them."""
    query = select(RegradedAttempt).where(RegradedAttempt.regrade_id == regrade.id)
    cycle = joinedload(RegradedAttempt.attempt).joinedload(Attempt.cycle)
    return query.options(cycle.joinedload(Cycle.person))


def cycle_changes(regrade: Regrade, cycle_ids: Iterable[int]) -> dict[int, RegradedCycle]:
    """What it made of these cycles, by their ids."""
    query = select(RegradedCycle).where(
        RegradedCycle.regrade_id == regrade.id, RegradedCycle.cycle_id.in_(list(cycle_ids))
    )
    return {change.cycle_id: change for change in db.session.scalars(query)}


def regraded_attempts(attempt: Attempt) -> list[tuple[RegradedAttempt, RegradedCycle | None]]:
    """What regrades changed of an attempt, the newest first, and what each made of its cycle."""
    of_cycle = (RegradedCycle.regrade_id == RegradedAttempt.regrade_id) & (
        RegradedCycle.cycle_id == attempt.cycle_id
    )
    query = select(RegradedAttempt, RegradedCycle).outerjoin(RegradedCycle, of_cycle)
    query = query.where(RegradedAttempt.attempt_id == attempt.id)
    query = query.options(joinedload(RegradedAttempt.regrade).joinedload(Regrade.question))
    rows = db.session.execute(query.order_by(RegradedAttempt.regrade_id.desc()))
    return [(change, cycle) for change, cycle in rows]


def mended_since(attempt: Attempt) -> set[int]:
    """The questions of a paper whose key was mended after it was handed in."""
    items = select(PaperItem.question_id).where(PaperItem.attempt_id == attempt.id)
    query = select(Regrade.question_id).where(
        Regrade.question_id.in_(items), Regrade.asked_at >= attempt.submitted_at
    )
    return set(db.session.scalars(query))


def empty_papers(question: Question) -> bool:
    """Whether some paper would count nothing if the question did not count."""
    own = select(PaperItem.attempt_id).where(PaperItem.question_id == question.id)
    counted = exists().where(
        PaperItem.attempt_id == Attempt.id,
        PaperItem.question_id != question.id,
        Question.id == PaperItem.question_id,
        Question.counting != Counting.VOID,
    )
    query = select(Attempt.id).where(Attempt.id.in_(own), ~counted).limit(1)
    return db.session.scalar(query) is not None


def short_versions(question: Question) -> list[int]:
    """The numbers of versions, under way or shown, that have no paper without the question."""
    under_way = select(Cycle.version_id).where(
        Cycle.course_id == question.course_id,
        Cycle.state.in_((CycleState.ACTIVE, CycleState.FAILED)),
    )
    shown = question.course.version
    versions = set(db.session.scalars(under_way.distinct())) | ({shown.id} if shown else set())
    short = [each for each in versions if not _can_draw(question, each)]
    query = select(CourseVersion.number).where(CourseVersion.id.in_(short))
    return list(db.session.scalars(query.order_by(CourseVersion.number)))


def _can_draw(question: Question, version_id: int) -> bool:
    exam = db.session.get(VersionExam, version_id)
    if exam is None:
        return True
    bank = [
        drawing.Candidate(q.id, q.kind.value, q.difficulty, len(q.options), q.topic)
        for q in pool(question.course_id, None, QuestionUse.EXAM, version_id)
        if q.id != question.id
    ]
    return not drawing.shortages(parts_of(exam.parts), bank)


def papers_with(question: Question) -> int:
    """How many papers that were handed in hold the question."""
    query = select(func.count()).select_from(PaperItem).join(PaperItem.attempt)
    query = query.where(PaperItem.question_id == question.id, Attempt.state != AttemptState.RUNNING)
    return db.session.scalar(query) or 0
