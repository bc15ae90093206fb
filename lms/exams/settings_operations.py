"""How a course is examined: set by its trainer, checked against the notice and the bank."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.policies import policy_of
from lms.catalog.version_models import CourseVersion
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.permissions import Permission
from lms.exams.blueprint import blueprint_problems
from lms.exams.models import ExamSettings, VersionExam
from lms.exams.queries import exam_of, exam_settings
from lms.exams.rules import MOST_LINES, MOST_QUESTIONS, ExamFacts, parts_of
from lms.organizations.models import Division

_FACTS = tuple(ExamFacts.__dataclass_fields__)


def set_exam(actor: Person, course: Course, facts: ExamFacts) -> ExamSettings:
    """Set how the draft of a course is examined. Versions keep theirs.

    Raises NotAllowed, or Invalid for an empty or too long blueprint and for a pass mark below that
    of the notice.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    if not any(part.count for part in facts.parts):
        raise Invalid(_l("请至少填写一行题目。"), field="lines")
    if len(facts.parts) > MOST_LINES or sum(part.count for part in facts.parts) > MOST_QUESTIONS:
        raise Invalid(_l("一份试卷最多 40 行、200 道题。"), field="lines")
    problem = _pass_mark_problem(course, facts.pass_percent)
    if problem is not None:
        raise Invalid(problem, field="pass_percent")
    return _keep(actor, course, facts)


def _keep(actor: Person, course: Course, facts: ExamFacts) -> ExamSettings:
    settings = exam_settings(course.id) or ExamSettings(course_id=course.id)
    for name in _FACTS:
        setattr(settings, name, getattr(facts, name))
    settings.parts = [part.kept() for part in facts.parts if part.count]
    db.session.add(settings)
    db.session.flush()
    record(
        AuditTag.CATALOG_COURSE_UPDATE,
        actor.id,
        f"course:{course.id}",
        organization_id=course.base_id,
        exam=settings.parts,
        pass_percent=facts.pass_percent,
        minutes=facts.minutes,
        partial_credit=facts.partial_credit.value,
        shuffles_questions=facts.shuffles_questions,
        shuffles_options=facts.shuffles_options,
        shows_answers=facts.shows_answers,
    )
    return settings


def facts_of(settings: ExamSettings | VersionExam) -> ExamFacts:
    """What is set, as a value."""
    kept = {name: getattr(settings, name) for name in _FACTS}
    return ExamFacts(**{**kept, "parts": parts_of(settings.parts)})


def copy_exam(copied: Course, source: Course, lessons: object, actor: Person) -> None:
    """Handler of events.course_copied: the copy is examined like its source.

    A pass mark that a newer notice does not allow is copied, too: publishing asks for it.
    """
    settings = exam_settings(source.id)
    if settings is not None:
        require(actor, Permission.CATALOG_COURSE_EDIT, copied.base_id)
        _keep(actor, copied, facts_of(settings))


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
        return [_("还没有设置考试：请填写试卷结构、及格线和时间。")]
    problem = _pass_mark_problem(course, settings.pass_percent)
    found = [] if problem is None else [problem]
    return found + blueprint_problems(course, parts_of(settings.parts))


def _pass_mark_problem(course: Course, pass_percent: int) -> Any | None:
    """What the notice of the base's division says against a pass mark, or None."""
    policy = policy_of(course)
    if policy.pass_percent is None or pass_percent >= policy.pass_percent:
        return None
    division = db.session.get(Division, policy.division_code)
    return _(
        "%(division)s %(year)d 年继续教育通知要求及格线不低于 %(percent)d%%。",
        division=division.name if division is not None else policy.division_code,
        year=policy.year,
        percent=policy.pass_percent,
    )
