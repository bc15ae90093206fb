"""How a course is examined: set by its trainer, checked against the bank."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.permissions import Permission
from lms.exams.models import ExamSettings, VersionExam
from lms.exams.queries import exam_of, exam_settings
from lms.exams.rules import Part
from lms.questions.models import QuestionKind, QuestionUse
from lms.questions.queries import count_pool

_FACTS = (
    "parts",
    "pass_percent",
    "minutes",
    "partial_credit",
    "shuffles_questions",
    "shuffles_options",
    "shows_answers",
)


def set_exam(
    actor: Person, course: Course, parts: Sequence[Part], pass_percent: int, minutes: int
) -> ExamSettings:
    """Set the blueprint, pass mark (per cent) and time (minutes). Versions keep theirs.

    Raises NotAllowed, or Invalid for an empty blueprint.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    if not any(part.count for part in parts):
        raise Invalid(_l("请至少为一种题型设置题数。"), field="parts")
    settings = exam_settings(course.id) or ExamSettings(course_id=course.id)
    settings.parts = [
        {"kind": p.kind, "difficulty": p.difficulty, "count": p.count, "points": p.points}
        for p in parts
        if p.count
    ]
    settings.pass_percent = pass_percent
    settings.minutes = minutes
    db.session.add(settings)
    db.session.flush()
    record(
        AuditTag.CATALOG_COURSE_UPDATE,
        actor.id,
        f"course:{course.id}",
        organization_id=course.base_id,
        exam=settings.parts,
        pass_percent=pass_percent,
        minutes=minutes,
    )
    return settings


def copy_exam(copied: Course, source: Course, lessons: object, actor: Person) -> None:
    """Handler of events.course_copied: the copy is examined like its source."""
    settings = exam_settings(source.id)
    if settings is not None:
        parts = [Part(**part) for part in settings.parts]
        set_exam(actor, copied, parts, settings.pass_percent, settings.minutes)


def freeze_exam(version: CourseVersion) -> None:
    """Handler of events.course_frozen: the version is examined as its draft is set now."""
    settings = exam_settings(version.course_id)
    if settings is not None:
        kept = {name: getattr(settings, name) for name in _FACTS}
        db.session.add(VersionExam(version_id=version.id, **kept))


def exam_differences(old: Course | CourseVersion, new: Course | CourseVersion) -> list[str]:
    """Whether `new` is examined otherwise than `old`, in words."""
    before, after = (
        {name: getattr(exam, name, None) for name in _FACTS} for exam in map(exam_of, (old, new))
    )
    return [] if before == after or not new.requires_exam else [_("考试设置有修改")]


def exam_problems(course: Course) -> list[str]:
    """What keeps the course's exam from being held, in words; empty if nothing does."""
    if not course.requires_exam:
        return []
    settings = exam_settings(course.id)
    if settings is None:
        return [_("还没有设置考试：请填写各题型的题数、及格线和时间。")]
    problems = []
    counts = count_pool(course.id, QuestionUse.EXAM)
    for part in settings.parts:
        available = _available(counts, part)
        if available < part["count"]:
            label = QuestionKind(part["kind"]).label
            problems.append(
                _(
                    "考试需要 %(count)d 道%(kind)s，题库中只有 %(available)d 道。",
                    count=part["count"],
                    kind=label,
                    available=available,
                )
            )
    return problems


def _available(counts: dict[tuple[QuestionKind, int], int], part: dict[str, object]) -> int:
    return sum(
        count
        for (kind, difficulty), count in counts.items()
        if kind.value == part["kind"] and part["difficulty"] in (None, difficulty)
    )
