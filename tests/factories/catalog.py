"""Courses and lessons. A published course has a version that holds it as it is."""

from typing import Any

import factory

from lms.catalog.models import Course, CourseState, Lesson
from lms.catalog.version_models import CourseVersion, VersionLesson, VersionState
from lms.catalog.versions import forget_versions, freeze_course
from lms.core import clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from tests.factories.accounts import OrganizationFactory, PersonFactory
from tests.factories.base import CommittedFactory, made_at_once

_VERSION_STATES = {
    CourseState.PUBLISHED: VersionState.PUBLISHED,
    CourseState.WITHDRAWN: VersionState.WITHDRAWN,
}


class CourseFactory(CommittedFactory[Course]):
    """A published public course of 2 hours."""

    class Meta:
        model = Course

    slug = factory.Sequence(lambda n: f"course-{n}")
    title = "专业技术人员继续教育政策与实务"
    summary = "课程简介"
    category = HourCategory.PUBLIC
    hours = Hours(20)
    year = 2025
    lecturer_name = "李老师"
    base = factory.SubFactory(OrganizationFactory)
    created_by = factory.SubFactory(PersonFactory)
    state = CourseState.PUBLISHED
    published_at = factory.LazyFunction(clock.now)
    requires_exam = True
    max_pace_tenths = 10

    @classmethod
    def _create(cls, model_class: type[Course], *args: Any, **kwargs: Any) -> Course:
        course = super()._create(model_class, *args, **kwargs)
        if course.state in _VERSION_STATES:
            version_as_it_is(course)
        return course


def version_as_it_is(course: Course) -> CourseVersion:
    """Put the course as it stands into the catalogue, past everybody who would judge it."""
    with made_at_once():
        if course.version is not None:
            course.version.state = VersionState.REPLACED
            db.session.flush()
        version = freeze_course(course, course.created_by_id)
        version.state = _VERSION_STATES[course.state]
        version.published_at = course.published_at
    forget_versions(course)
    return version


class LessonFactory(CommittedFactory[Lesson]):
    """A lesson of the draft, and of the version in the catalogue if there is one."""

    class Meta:
        model = Lesson

    course = factory.SubFactory(CourseFactory)
    slug = factory.Sequence(lambda n: f"lesson-{n}")
    position = factory.Sequence(int)
    title = "第一讲"

    @classmethod
    def _create(cls, model_class: type[Lesson], *args: Any, **kwargs: Any) -> Lesson:
        lesson = super()._create(model_class, *args, **kwargs)
        version = lesson.course.version
        if version is not None:
            copied = {"title": lesson.title, "summary": lesson.summary}
            version.lessons.append(
                VersionLesson(lesson_id=lesson.id, position=lesson.position, **copied)
            )
        return lesson
