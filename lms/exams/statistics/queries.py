"""What the pages of statistics show: figures with their questions, patterns with their papers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.core.permissions import Permission
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt
from lms.exams.statistics.figures import Figures, compute
from lms.exams.statistics.gathering import count_papers
from lms.exams.statistics.models import ExamStatistics
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Counting, Question
from lms.questions.rules import LETTERS
from lms.questions.usage import percent

MOST_AT_ONCE = 500
"""Up to so many papers are computed as the page is asked for; more in the background."""

LOW_DISCRIMINATION = 0.2
"""A question below this hardly tells who knows from who does not (Ebel 1979)."""


@dataclass(frozen=True)
class Standing:
    """The figures, if there are any; the papers there are now; and what is kept."""

    papers: int
    figures: Figures | None
    kept: ExamStatistics | None

    @property
    def is_live(self) -> bool:
        """Whether the figures are of this moment."""
        return self.kept is None and self.figures is not None

    @property
    def newer(self) -> int:
        """How many papers have come since the figures were computed."""
        return self.papers - self.figures["papers"] if self.figures else 0


@dataclass(frozen=True)
class Line:
    """A question with its figures."""

    question: Question
    figures: dict[str, Any]

    @property
    def is_void(self) -> bool:
        return self.question.counting is Counting.VOID

    @property
    def is_weak(self) -> bool:
        """Whether somebody should look at the question and its key."""
        value = self.figures["discrimination"]
        return value is not None and value < LOW_DISCRIMINATION


@dataclass(frozen=True)
class Answer:
    """An answer of a question: how often in both groups and in all, in whole per cent."""

    text: str
    is_key: bool
    total: int
    percent: int
    upper_percent: int
    lower_percent: int


def standing_of(course: Course, version_number: int) -> Standing:
    """The figures: computed now where papers are few, else as they were last computed."""
    papers = count_papers(course, version_number)
    if papers <= MOST_AT_ONCE:
        return Standing(papers, compute(course, version_number), None)
    kept = db.session.get(ExamStatistics, (course.id, version_number))
    return Standing(papers, kept.figures if kept else None, kept)


def version_numbers(course: Course) -> list[int]:
    """The versions in which somebody has studied the course, the newest first."""
    studied = select(Cycle.version_id).where(Cycle.course_id == course.id)
    query = select(CourseVersion.number).where(CourseVersion.id.in_(studied))
    return list(db.session.scalars(query.order_by(CourseVersion.number.desc())))


def lines_of(figures: Figures) -> list[Line]:
    """The questions with their figures, by their number."""
    rows = {row["id"]: row for row in figures["questions"]}
    query = select(Question).where(Question.id.in_(rows)).order_by(Question.id)
    return [Line(question, rows[question.id]) for question in db.session.scalars(query)]


def line_of(figures: Figures, question: Question) -> Line | None:
    """The question with its figures; None if it was on no paper that was handed in."""
    found = next((row for row in figures["questions"] if row["id"] == question.id), None)
    return None if found is None else Line(question, found)


def answers_of(line: Line) -> list[Answer]:
    """What was answered: each option of a choice, or of other kinds the most frequent answers."""
    upper, lower = line.figures["upper_papers"], line.figures["lower_papers"]
    return [
        Answer(
            _answer_text(line.question, given),
            _is_key(line.question, given),
            high + middle + low,
            percent(high + middle + low, line.figures["papers"]),
            percent(high, upper),
            percent(low, lower),
        )
        for given, high, middle, low in line.figures["answers"]
    ]


def _answer_text(question: Question, given: Any) -> str:
    if given is None or given == []:
        return ""
    if isinstance(given, int):
        return f"{LETTERS[given]}. {question.options[given]}"
    shape = behaviour_of(question.kind).shape
    if shape == "order":
        return " → ".join(str(question.options[own]) for own in given)
    if shape == "pairs":
        rights = [question.options[own][1] if own is not None else "—" for own in given]
        return " / ".join(rights)
    return " / ".join(map(str, given))


def _is_key(question: Question, given: Any) -> bool:
    if isinstance(given, int):
        return given in question.answer
    return bool(given) and behaviour_of(question.kind).is_right(question.answer, given)


def may_see_names(actor: Person, course: Course) -> bool:
    """Whether `actor` sees who sat the papers: those who answer for results at the base."""
    return is_allowed(actor, Permission.EXAMS_REGRADE_APPLY, course.base_id)


def papers_named(figures: Figures) -> dict[int, Attempt]:
    """The papers that patterns name, with those who sat them, by their ids."""
    ids = {number for pattern in figures["patterns"] for number in pattern["attempt_ids"]}
    cycle = joinedload(Attempt.cycle)
    query = select(Attempt).where(Attempt.id.in_(ids))
    query = query.options(cycle.joinedload(Cycle.person).joinedload(Person.unit))
    return {attempt.id: attempt for attempt in db.session.scalars(query)}
