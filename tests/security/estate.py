"""One learner and one course with a record of every kind, to see who else can reach them.

`values` gives, for each argument that a route may take, the value that leads to this estate. A
route with an argument that is not named here makes the tests fail: whoever adds it adds it here.
"""

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.content_operations import add_etextbook
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Fen, Hours
from lms.enrollments.models import Cycle, EntryReason
from lms.enrollments.operations import complete_cycle, fail_cycle
from lms.exams.models import Attempt
from lms.exams.operations import open_attempt
from lms.exams.regrade.operations import begin_regrade
from lms.exams.regrade.tasks import run_regrade
from lms.exams.restudy_operations import apply_for_restudy
from lms.notices.models import Notice, NoticeKind
from lms.notices.operations import tell
from lms.notices.writing import Told
from lms.organizations.models import Organization
from lms.payments.models import Order, OrderState
from lms.questions.mending import Key
from lms.questions.models import Counting
from lms.questions.pictures import add_picture
from lms.videos.models import Language, Subtitle, Upload
from lms.watching.models import WatchedCourse
from tests.factories import (
    CourseFactory,
    CycleFactory,
    LessonFactory,
    PersonFactory,
    PostFactory,
    QuestionFactory,
)
from tests.factories.catalog import version_as_it_is
from tests.factories.exams import ExamSettingsFactory
from tests.factories.questions import drawing
from tests.watching.support import make_video


@dataclass
class Estate:
    """Whose it is, who manages it, and the values that lead to it."""

    owner: Person
    manager: Person
    values: dict[str, Any] = field(default_factory=dict)


def build_estate(
    app: Flask,
    base: Organization | None = None,
    manager: Person | None = None,
    owner: Person | None = None,
) -> Estate:
    """Make it all, through the operations where there are any."""
    if base is None or manager is None:
        post = PostFactory(role=Role.BASE_MANAGER)
        base, manager = post.organization, post.person
    owner = owner or PersonFactory(name="陈静怡")
    estate = Estate(owner, manager)
    course = _course(estate, base)
    running = CycleFactory(course=course, person=owner, reason=EntryReason.ORDER)
    _sitting(estate, running)
    _regraded(estate)
    _finished(estate, base)
    _failed(estate, base)
    estate.values["number"] = _order(owner, course).number
    estate.values["notice_id"] = _notice(owner).id
    return estate


def _course(estate: Estate, base: Any) -> Any:
    course = CourseFactory(base=base, category=HourCategory.PROFESSIONAL, hours=Hours(75))
    lesson = LessonFactory(course=course)
    questions = QuestionFactory.create_batch(6, course=course)
    ExamSettingsFactory(course_id=course.id)
    video = make_video(lesson)
    with transaction():
        book = add_etextbook(estate.manager, course, "教材", io.BytesIO(b"%PDF-1.7\n%%EOF\n"))
        picture = add_picture(estate.manager, course, drawing(), "图")
        subtitle = Subtitle(
            lesson=lesson, language=Language.CHINESE, label="中文", path="subtitles/x.vtt"
        )
        upload = Upload(
            public_id="0123456789abcdef0123456789abcdef",
            owner_id=estate.manager.id,
            lesson=lesson,
            original_name="film.mp4",
            size_bytes=10,
            expires_at=clock.now() + dt.timedelta(days=1),
        )
        db.session.add_all([subtitle, upload])
    # Anew, so that everybody may read the e-textbook.
    version = version_as_it_is(course)
    estate.values.update(
        slug=course.slug,
        version_id=version.id,
        lesson_id=lesson.id,
        question_id=questions[0].id,
        picture_id=picture.public_id,
        etextbook_id=book.id,
        video_id=video.id,
        subtitle_id=subtitle.id,
        public_id=upload.public_id,
    )
    return course


def _sitting(estate: Estate, cycle: Cycle) -> None:
    with transaction():
        db.session.add(WatchedCourse(cycle_id=cycle.id))
        db.session.flush()
        attempt = open_attempt(estate.owner, cycle)
    estate.values.update(cycle_id=cycle.id, attempt_id=attempt.id, position=1)


def _regraded(estate: Estate) -> None:
    """A question of the paper whose key was mended."""
    with transaction():
        attempt = db.session.get_one(Attempt, estate.values["attempt_id"])
        question = attempt.items[0].question
        key = Key(Counting.EVERYBODY, list(question.answer))
        begun = begin_regrade(estate.manager, question, key, "题干有歧义", number=1)
    run_regrade.run(begun.id)
    estate.values["regrade_id"] = begun.id


def _finished(estate: Estate, base: Any) -> None:
    cycle = CycleFactory(person=estate.owner, course=CourseFactory(base=base))
    with transaction():
        complete_cycle(cycle)
    tables = db.metadata.tables
    for name, table in (
        ("certificate_id", "certificates"),
        ("credit_id", "credits"),
        ("delivery_id", "deliveries"),
    ):
        estate.values[name] = db.session.execute(tables[table].select()).first().id
    estate.values["finished_cycle_id"] = cycle.id


def _failed(estate: Estate, base: Any) -> None:
    cycle = CycleFactory(person=estate.owner, course=CourseFactory(base=base))
    with transaction():
        fail_cycle(cycle)
        application = apply_for_restudy(estate.owner, cycle, "两次都没有准备好，希望重新学习。")
    estate.values["application_id"] = application.id


def _order(owner: Person, course: Any) -> Order:
    order = Order(
        number="20250602-ESTATE00",
        person=owner,
        course=course,
        amount_fen=Fen(600),
        hours=course.hours,
        state=OrderState.PENDING,
        expires_at=clock.now() + dt.timedelta(minutes=30),
    )
    with transaction():
        db.session.add(order)
    return order


def _notice(owner: Person) -> Notice:
    with transaction():
        told = Told(owner.id, "cycle:0", {"course": "课", "cycle_id": 0, "closes_on": None})
        tell(NoticeKind.ENROLLED, told)
    return db.session.scalars(select(Notice).where(Notice.about == "cycle:0")).one()
