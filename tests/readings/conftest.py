"""A trainer, a course of their base, and a lesson of it that is to be read."""

import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.catalog.content_operations import add_lesson
from lms.catalog.models import Course, Lesson, LessonKind
from lms.core.db import transaction
from tests.factories import CourseFactory, PostFactory


@pytest.fixture
def trainer(app: Flask) -> Person:
    return PostFactory().person


@pytest.fixture
def course(trainer: Person) -> Course:
    return CourseFactory(base=trainer.posts[0].organization)


@pytest.fixture
def lesson(trainer: Person, course: Course) -> Lesson:
    with transaction():
        return add_lesson(trainer, course, "第一讲", kind=LessonKind.READING)
