"""Reading exams: attempts, what is left, results by topic, applications to decide."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, Post
from lms.accounts.queries import organizations_with
from lms.catalog.models import Course
from lms.catalog.policies import RestudyRule
from lms.catalog.version_models import CourseVersion
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.enrollments.models import Cycle, CycleState
from lms.exams.allowances.queries import allowance_on
from lms.exams.models import (
    Attempt,
    AttemptState,
    ExamSettings,
    PaperItem,
    RestudyApplication,
    VersionExam,
)
from lms.exams.rules import GRACE_SECONDS, attempts_left, minutes_with
from lms.organizations.models import Organization
from lms.questions.kinds import Counting


@dataclass(frozen=True)
class TopicResult:
    """What the questions of a topic earned, and could have earned, in hundredths of a point."""

    topic: str
    asked: int
    awarded: int
    points: int


def exam_settings(course_id: int) -> ExamSettings | None:
    """How the draft of the course is examined, or None if nobody has said yet."""
    return db.session.get(ExamSettings, course_id)


def version_exam(version_id: int) -> VersionExam | None:
    """How the version is examined, or None if it was frozen without an exam."""
    return db.session.get(VersionExam, version_id)


def exam_of(side: Course | CourseVersion) -> ExamSettings | VersionExam | None:
    """How a draft, or a version, is examined."""
    if isinstance(side, CourseVersion):
        return version_exam(side.id)
    return exam_settings(side.id)


def minutes_for(person_id: int, exam: VersionExam) -> int:
    """How many minutes this person has for a paper opened now, extra time on record included."""
    allowance = allowance_on(person_id, clock.today())
    return minutes_with(exam.minutes, allowance.extra_percent if allowance is not None else 0)


def own_attempt(person: Person, attempt_id: int) -> Attempt:
    """The attempt if it is this person's; raises NotFound for anybody else's or none."""
    query = select(Attempt).join(Cycle).where(Attempt.id == attempt_id)
    attempt = db.session.scalar(query.where(Cycle.person_id == person.id))
    if attempt is None:
        raise NotFound()
    return attempt


def items_of(attempt: Attempt) -> list[PaperItem]:
    """The items of a paper in order, with their questions, read at once."""
    query = select(PaperItem).where(PaperItem.attempt_id == attempt.id)
    query = query.options(joinedload(PaperItem.question)).order_by(PaperItem.position)
    return list(db.session.scalars(query))


def attempts_of(cycle_id: int) -> list[Attempt]:
    """The attempts of a cycle in order."""
    query = select(Attempt).where(Attempt.cycle_id == cycle_id).order_by(Attempt.number)
    return list(db.session.scalars(query))


def running_attempt(cycle_id: int) -> Attempt | None:
    """The attempt that is open now, or None."""
    query = select(Attempt).where(Attempt.cycle_id == cycle_id)
    return db.session.scalar(query.where(Attempt.state == AttemptState.RUNNING))


def attempts_left_of(cycle: Cycle) -> int:
    """How many attempts the cycle still has, not counting one that is running."""
    query = select(func.count()).select_from(Attempt).where(Attempt.cycle_id == cycle.id)
    return attempts_left(db.session.scalar(query) or 0)


def seen_question_ids(person_id: int, course_id: int) -> set[int]:
    """The questions this person has met in any exam of the course."""
    query = (
        select(PaperItem.question_id)
        .join(Attempt)
        .join(Cycle)
        .where(Cycle.person_id == person_id, Cycle.course_id == course_id)
    )
    return set(db.session.scalars(query))


def may_see_answers(attempt: Attempt) -> bool:
    """Keys are shown only when no attempt of the cycle is left, or the exam is passed.

    And never if the course does not want it.
    """
    is_over = attempt.cycle.state in (CycleState.COMPLETED, CycleState.FAILED)
    return is_over and shows_answers(attempt.cycle)


def shows_answers(cycle: Cycle) -> bool:
    """Whether the course lets its learners see keys at all."""
    exam = version_exam(cycle.version_id)
    return exam is None or exam.shows_answers


def result_by_topic(items: Sequence[PaperItem]) -> list[TopicResult]:
    """What was earned per topic, in the order of the paper."""
    topics: dict[str, list[PaperItem]] = {}
    for item in items:
        topics.setdefault(item.question.topic, []).append(item)
    return [
        TopicResult(
            topic,
            asked=len(items),
            awarded=sum(item.awarded or 0 for item in items),
            points=sum(
                item.points for item in items if item.question.counting is not Counting.VOID
            ),
        )
        for topic, items in topics.items()
    ]


def overdue_attempt_ids() -> list[int]:
    """Attempts that are still open though their deadline and its grace are over."""
    limit = clock.now() - dt.timedelta(seconds=GRACE_SECONDS)
    query = select(Attempt.id).where(Attempt.state == AttemptState.RUNNING)
    return list(db.session.scalars(query.where(Attempt.deadline_at < limit)))


def application_of(cycle_id: int) -> RestudyApplication | None:
    """The newest application for re-study of this cycle, or None."""
    query = select(RestudyApplication).where(RestudyApplication.cycle_id == cycle_id)
    return db.session.scalar(query.order_by(RestudyApplication.id.desc()).limit(1))


def applications_to_see(actor: Person) -> Select[RestudyApplication]:
    """Applications that `actor` may decide: of their unit's people or their base's courses, as the
    policy says. Those that it approves by itself are seen by both.
    """
    ids = organizations_with(actor, Permission.EXAMS_RESTUDY_DECIDE)
    by_unit = RestudyApplication.rule != RestudyRule.BASE
    # Somebody must decide on whoever belongs to no unit, or decides there and never on themselves.
    by_base = or_(
        RestudyApplication.rule != RestudyRule.UNIT,
        Person.unit_id.is_(None),
        exists().where(
            Post.person_id == Person.id, Post.organization_id == Person.unit_id, Post.is_in_force
        ),
    )
    return (
        select(RestudyApplication)
        .join(Cycle, RestudyApplication.cycle_id == Cycle.id)
        .join(Person, Cycle.person_id == Person.id)
        .join(Course, Cycle.course_id == Course.id)
        .where(or_(by_unit & Person.unit_id.in_(ids), by_base & Course.base_id.in_(ids)))
        .where(Person.id != actor.id)
        .options(joinedload(RestudyApplication.cycle).joinedload(Cycle.person))
        .options(joinedload(RestudyApplication.cycle).joinedload(Cycle.version))
        .options(joinedload(RestudyApplication.decided_by))
    )


def deciders(cycle: Cycle, rule: RestudyRule) -> list[Organization]:
    """Who decides on an application of this learner: one of these; none if the policy does."""
    unit, base = cycle.person.unit, cycle.course.base
    asked: dict[RestudyRule, list[Organization | None]] = {
        RestudyRule.AUTOMATIC: [],
        RestudyRule.BASE: [base],
        RestudyRule.EITHER: [unit, base],
        RestudyRule.UNIT: [unit, base if unit is None or _acts_for_own_unit(cycle) else None],
    }
    return [each for each in asked[rule] if each is not None]


def _acts_for_own_unit(cycle: Cycle) -> bool:
    person = cycle.person
    return any(post.is_in_force and post.organization_id == person.unit_id for post in person.posts)


def application_to_decide(actor: Person, application_id: int) -> RestudyApplication:
    """The application if `actor` may decide it: twin of `applications_to_see`."""
    query = applications_to_see(actor).where(RestudyApplication.id == application_id)
    application = db.session.scalar(query)
    if application is None:
        raise NotFound()
    return application
