"""Courses and lessons."""

import factory

from lms.catalog.models import Course, CourseState, Lesson
from lms.core import clock
from lms.core.enums import HourCategory
from lms.core.types import Hours
from tests.factories.accounts import OrganizationFactory, PersonFactory
from tests.factories.base import CommittedFactory


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


class LessonFactory(CommittedFactory[Lesson]):
    class Meta:
        model = Lesson

    course = factory.SubFactory(CourseFactory)
    slug = factory.Sequence(lambda n: f"lesson-{n}")
    position = factory.Sequence(int)
    title = "第一讲"
