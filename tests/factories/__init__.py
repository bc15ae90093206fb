"""Factories of real records, one module per feature. Records are committed."""

from tests.factories.accounts import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.catalog import CourseFactory, LessonFactory
from tests.factories.enrollments import CycleFactory
from tests.factories.questions import QuestionFactory

__all__ = [
    "CourseFactory",
    "CycleFactory",
    "LessonFactory",
    "OrganizationFactory",
    "PersonFactory",
    "PostFactory",
    "QuestionFactory",
]
