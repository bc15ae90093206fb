"""Fills a new installation for one fault: `python -m tests.faults.seed packaging FILM`,
`completion`, `lesson` or `hours COUNT`. It prints what the test needs to know, as JSON.
"""

import json
import sys
from pathlib import Path

from flask import current_app

from lms.accounts.models import Person
from lms.catalog.content_operations import add_lesson
from lms.catalog.models import Course
from lms.catalog.operations import create_course
from lms.catalog.rules import CourseFacts
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.demo import publish_through_review
from lms.demo_people import load_people
from lms.enrollments.operations import enrol
from lms.exams.rules import ExamFacts, Part
from lms.exams.settings_operations import set_exam
from lms.factory import create_app
from lms.hourbank.cli import set_up_local
from lms.hours.operations import reverse_credit, write_credit
from lms.questions.models import QuestionKind
from lms.questions.operations import create_question
from lms.questions.rules import QuestionFacts
from lms.videos.models import Video, VideoState
from lms.videos.operations import import_video
from lms.watching.models import WatchedCourse
from tests.factories import CourseFactory, CycleFactory, PersonFactory
from tests.journeys.seed import make_schema
from tests.quick_passwords import quick_passwords
from tests.watching.support import make_video


def _course(trainer: Person) -> Course:
    facts = CourseFacts(
        title="岗位安全操作",
        category=HourCategory.PUBLIC,
        hours=Hours.parse("2.5"),
        year=clock.today().year,
        lecturer_name="宋教授",
    )
    return create_course(trainer, trainer.posts[0].organization, facts, "safe-work")


def packaging(film: str) -> dict[str, object]:
    """A lesson whose film waits for the worker."""
    with transaction():
        trainer = load_people()["trainer"]
        lesson = add_lesson(trainer, _course(trainer), "安全操作")
        video = import_video(trainer, lesson, Path(film))
    return {"video_id": video.id, "public_id": video.public_id}


def lesson() -> dict[str, object]:
    """A lesson without a film."""
    with transaction():
        trainer = load_people()["trainer"]
        made = add_lesson(trainer, _course(trainer), "安全操作")
    return {"lesson_id": made.id}


def completion() -> dict[str, object]:
    """A learner who has watched everything and has only the exam before them."""
    if current_app.extensions["settings"].runs_bank:
        set_up_local()
    with transaction():
        people = load_people()
        trainer = people["trainer"]
        course = _course(trainer)
        lesson = add_lesson(trainer, course, "安全操作")
        for number in range(3):
            create_question(trainer, course, _question(number))
        set_exam(trainer, course, ExamFacts((Part("single", 3, 10),), 60, 30))
    make_video(lesson)
    with transaction():
        publish_through_review(people, course)
        cycle = enrol(people["learner"], course)
        db.session.add(WatchedCourse(cycle_id=cycle.id))
    assert db.session.query(Video).one().state is VideoState.READY
    return {"cycle_id": cycle.id, "username": "learner"}


def hours(count: str) -> dict[str, object]:
    """So many credits of as many people, each of another sum; every sixth is taken back at once."""
    course = CourseFactory()
    credits = []
    for number in range(int(count)):
        cycle = CycleFactory(course=course, person=PersonFactory())
        with transaction():
            credit = write_credit(cycle, f"证{number:06d}")
            credit.hours = Hours(number + 1)
        if number % 6 == 5:
            with transaction():
                reverse_credit(cycle.id, "抽查不合格")
        credits.append(credit.id)
    return {"credits": credits}


def _question(number: int) -> QuestionFacts:
    return QuestionFacts(
        kind=QuestionKind.SINGLE,
        text=f"操作前先做什么？（{number}）",
        options=("断电挂牌", "直接开机", "离开现场"),
        answer=(0,),
    )


if __name__ == "__main__":
    with create_app().app_context(), quick_passwords():
        make_schema()
        with transaction():
            load_people()
        parts = {
            "packaging": packaging,
            "completion": completion,
            "lesson": lesson,
            "hours": hours,
        }
        made = parts[sys.argv[1]](*sys.argv[2:])
        sys.stdout.write(json.dumps(made) + "\n")
