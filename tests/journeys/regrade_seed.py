"""Adds a course whose exam two learners are about to sit, and one question of which is wrong.

Run as `python -m tests.journeys.regrade_seed` in the environment of a filled installation.
"""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.rules import resident_check_character
from lms.core import clock
from lms.core.db import db, transaction
from lms.factory import create_app
from lms.watching.models import WatchedCourse
from tests.factories import CourseFactory, CycleFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory
from tests.journeys.test_regrade import LEARNERS, QUESTIONS, SLUG, TITLE
from tests.journeys.world import PASSWORD
from tests.quick_passwords import quick_passwords


def fill() -> None:
    manager = db.session.scalars(select(Person).where(Person.username == "base")).one()
    base = manager.posts[0].organization
    facts = {"slug": SLUG, "title": TITLE, "year": clock.today().year}
    course = CourseFactory(base=base, created_by=manager, **facts)
    for text, options in QUESTIONS.items():
        QuestionFactory(course=course, text=text, options=list(options), answer=[0])
    parts = [{"kind": "single", "difficulty": None, "count": len(QUESTIONS), "points": 25}]
    ExamSettingsFactory(course_id=course.id, parts=parts)
    for number, (username, name) in enumerate(LEARNERS.items(), start=1):
        with transaction():
            first_17 = f"37110319820306{number:03d}"
            person = create_person(
                name=name,
                unit=None,
                identity_number=first_17 + resident_check_character(first_17),
                username=username,
                password=PASSWORD,
            )
        cycle = CycleFactory(course=course, person=person)
        with transaction():
            db.session.add(WatchedCourse(cycle_id=cycle.id))


if __name__ == "__main__":
    with create_app().app_context(), quick_passwords():
        fill()
