"""Fills a new installation for the journeys, through the operations that the pages use.

Run as `python -m tests.journeys.seed` in the installation's environment. It says "ready for parts"
once the tables are there, then waits for the worker to package the films, and publishes.
"""

import sys
import time

from flask_migrate import upgrade
from sqlalchemy import func, select

from lms.accounts.enums import ProfessionSeries
from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.rules import resident_check_character
from lms.catalog.content_operations import add_etextbook, add_lesson, update_lesson
from lms.catalog.models import Course, LessonKind
from lms.catalog.operations import create_course
from lms.catalog.review_operations import submit_course
from lms.catalog.rules import CourseFacts
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.demo import publish_through_review
from lms.demo_people import ENTERPRISE, load_people
from lms.enrollments.models import Cycle, EntryReason
from lms.enrollments.operations import complete_cycle, enrol
from lms.exams.operations import open_attempt, submit_attempt
from lms.exams.restudy_operations import apply_for_restudy
from lms.exams.rules import ExamFacts, Part
from lms.exams.settings_operations import set_exam
from lms.factory import create_app
from lms.hourbank.cli import set_up_local
from lms.organizations.models import Organization
from lms.payments.operations import begin_payment, place_order
from lms.questions.models import QuestionKind
from lms.questions.operations import create_question
from lms.questions.rules import QuestionFacts
from lms.readings.cutting import cut_stretch
from lms.readings.operations import Stretch, set_reading
from lms.readings.rules import usual_seconds
from lms.readings.storage import stored
from lms.videos.models import Video, VideoState
from lms.videos.operations import import_video
from lms.watching.models import WatchedCourse
from tests.journeys import world
from tests.quick_passwords import quick_passwords

LONGEST_PACKAGING_SECONDS = 100


def fill() -> None:
    """Everything, in the order in which a real installation comes about."""
    make_schema()
    with transaction():
        people = load_people()
    sys.stdout.write("ready for parts\n")
    sys.stdout.flush()
    set_up_local()
    with transaction():
        _learners()
    for facts in world.COURSES:
        with transaction():
            _course(people["trainer"], facts)
    with transaction():
        _course_to_read(people["trainer"])
    _wait_for_packaging()
    with transaction():
        for course in db.session.scalars(select(Course)):
            publish_through_review(people, course)
    with transaction():
        _histories(people["learner2"])
    with transaction():
        _in_review(people["trainer"])


def make_schema() -> None:
    """The tables, as an installation gets them."""
    upgrade()


def _learners() -> None:
    unit = db.session.scalars(select(Organization).where(Organization.name == ENTERPRISE)).one()
    for number, learner in enumerate(world.LEARNERS, start=1):
        first_17 = f"37110319820305{number:03d}"
        create_person(
            name=learner.name,
            identity_number=first_17 + resident_check_character(first_17),
            unit=unit,
            username=learner.username,
            password=world.PASSWORD,
            profession=ProfessionSeries.ENGINEERING,
        )


def _course(trainer: Person, facts: world.CourseFacts) -> Course:
    written = CourseFacts(
        title=facts.title,
        category=HourCategory(facts.category),
        hours=Hours.parse(facts.hours),
        year=clock.today().year,
        lecturer_name="宋教授",
        summary="从岗位实际出发，讲清要求、方法和常见问题。",
        requires_exam=facts.requires_exam,
    )
    course = create_course(trainer, trainer.posts[0].organization, written, facts.slug)
    more = world.MORE_QUESTIONS if facts.slug == world.EXAMINED else ()
    for question in (*world.QUESTIONS, *more):
        create_question(trainer, course, _question(question))
    if facts.requires_exam:
        parts = (Part("single", 3, 20), Part("true_false", 1, 40))
        set_exam(trainer, course, ExamFacts(parts, 60, 30))
    if facts.slug == world.FREE:
        with world.TEXTBOOK.open("rb") as file:
            add_etextbook(trainer, course, "学员手册", file)
    for title, film in facts.lessons:
        import_video(trainer, add_lesson(trainer, course, title), film)
    return course


def _course_to_read(trainer: Person) -> None:
    """A course of one lesson that is read, each page for as long as a window of a film lasts."""
    facts = world.CourseFacts(world.READ, world.READ_TITLE, "public", "1", False, ())
    course = _course(trainer, facts)
    with world.TEXTBOOK.open("rb") as file:
        book = add_etextbook(trainer, course, "读本", file)
    lesson = add_lesson(trainer, course, "读本选读", kind=LessonKind.READING)
    stretch = Stretch(*world.READ_PAGES, usual_seconds(is_pdf=True))
    with stored(cut_stretch(book, *world.READ_PAGES)) as pages:
        reading = set_reading(trainer, lesson, book, stretch, pages)
    # No trainer may make a page so short.
    reading.page_seconds = 2


def _histories(failed: Person) -> None:
    """What the walk through all pages needs: a course begun, an exam open, a pass, a failure."""
    reader = _person(world.READER)
    courses = {course.slug: course for course in db.session.scalars(select(Course))}
    enrol(reader, courses[world.FREE])
    open_attempt(reader, _watched(reader, courses[world.EXAMINED]))
    finished = _watched(reader, courses[world.PAID])
    submit_attempt(open_attempt(reader, finished))
    complete_cycle(finished)
    lost = _watched(failed, courses[world.EXAMINED])
    for _ in range(2):
        submit_attempt(open_attempt(failed, lost))
    apply_for_restudy(failed, lost, "工作太忙，没有认真准备，希望重新学习。")
    begin_payment(place_order(failed, courses[world.PAID]), "/orders")
    for seated in (world.SITTING, world.TUNNEL_EXAM, world.POWER_CUT_EXAM):
        _watched(_person(seated), courses[world.EXAMINED])


def _in_review(trainer: Person) -> None:
    """A second version that waits for the base, so that its pages have something to show."""
    course = db.session.scalars(select(Course).filter_by(slug=world.EXAMINED)).one()
    lesson = course.lessons[0]
    update_lesson(trainer, lesson, f"{lesson.title}（修订）", lesson.summary)
    submit_course(trainer, course, "按学员的意见改了课时名称。")


def _person(learner: world.Learner) -> Person:
    return db.session.scalars(select(Person).filter_by(username=learner.username)).one()


def _watched(person: Person, course: Course) -> Cycle:
    cycle = enrol(person, course, EntryReason.ORDER)
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.flush()
    return cycle


def _question(asked: world.Asked) -> QuestionFacts:
    return QuestionFacts(
        kind=QuestionKind(asked.kind),
        text=asked.text,
        options=asked.options,
        answer=asked.answer,
        explanation=f"解析：{'、'.join(asked.right)}。",
        topic="学时要求",
    )


def _wait_for_packaging() -> None:
    deadline = time.monotonic() + LONGEST_PACKAGING_SECONDS
    unfinished = select(func.count()).select_from(Video).where(Video.state != VideoState.READY)
    while db.session.scalar(unfinished):
        db.session.rollback()
        if time.monotonic() > deadline:
            raise SystemExit("the worker did not package the films in time")
        time.sleep(0.2)
    db.session.rollback()


if __name__ == "__main__":
    with create_app().app_context(), quick_passwords():
        fill()
