"""The demonstration: courses, lectures and questions of media/samples, loaded once.

Every piece is looked up before it is made, so a load that was interrupted goes on where it was.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.models import Course, CourseState, Lesson, LessonKind
from lms.catalog.operations import (
    add_etextbook,
    add_lesson,
    create_course,
    set_cover,
)
from lms.catalog.review_operations import approve_version, publish_version, submit_course
from lms.catalog.rules import CourseFacts
from lms.config import ROOT
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.demo_claims import load_claims
from lms.demo_people import load_people
from lms.demo_schemes import load_scheme, load_subjects
from lms.exams.rules import ExamFacts, Part
from lms.exams.settings_operations import set_exam
from lms.hourbank.cli import set_up_local
from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.operations import create_question
from lms.questions.rules import QuestionFacts
from lms.readings.cutting import cut_stretch
from lms.readings.operations import Stretch, set_reading
from lms.readings.queries import current_reading
from lms.readings.storage import stored
from lms.videos.models import Language, Video
from lms.videos.operations import import_video, set_subtitle
from lms.videos.tasks import package_video_now

SAMPLES = ROOT / "media" / "samples"
POINTS = 10
Say = Callable[[str], None]


def load_demo(say: Say) -> None:
    """Load what is missing of the demonstration, telling each step with `say`."""
    with transaction():
        load_people()
    # Here the bank is a neighbour: it knows this platform's key, and the platform knows the bank's.
    set_up_local()
    for folder in sorted(path.parent for path in SAMPLES.glob("*/course.toml")):
        _load_course(folder, say)
    with transaction():
        people = load_people()
        load_subjects(people["trainer"])
        load_scheme(people["department"])
        load_claims(people)


def _load_course(folder: Path, say: Say) -> None:
    data = tomllib.loads((folder / "course.toml").read_text(encoding="utf-8"))
    with transaction():
        people = load_people()
        trainer = people["trainer"]
        course = _course(folder, data, trainer)
        lessons = {entry["slug"]: _lesson(course, entry, trainer) for entry in data["lesson"]}
        for entry in data.get("reading", []):
            lessons[entry["slug"]] = _reading(course, entry, trainer)
        _questions(folder, course, lessons, trainer)
        if data["requires_exam"]:
            _exam(course, data["exam"], trainer)
    for entry in data["lesson"]:
        _lecture(folder, course, entry, say)
    _publish(course)


def _course(folder: Path, data: dict[str, Any], trainer: Person) -> Course:
    found = db.session.scalar(select(Course).where(Course.slug == data["slug"]))
    if found is not None:
        return found
    course = create_course(trainer, trainer.posts[0].organization, _facts(data), data["slug"])
    title = f"《{data['title']}》电子教材"
    with (
        (folder / data["cover"]).open("rb") as cover,
        (folder / data["textbook"]).open("rb") as pdf,
    ):
        set_cover(trainer, course, cover)
        add_etextbook(trainer, course, title, pdf, may_download=True)
    return course


def _facts(data: dict[str, Any]) -> CourseFacts:
    return CourseFacts(
        title=data["title"],
        summary=data["summary"],
        category=HourCategory(data["category"]),
        hours=Hours.parse(data["hours"]),
        year=data["year"],
        lecturer_name=data["lecturer"]["name"],
        lecturer_title=data["lecturer"]["title"],
        lecturer_about=data["lecturer"]["introduction"],
        requires_exam=data["requires_exam"],
    )


def _reading(course: Course, entry: dict[str, Any], trainer: Person) -> Lesson:
    """A lesson to read, with its pages of the course's e-textbook."""
    lesson = _lesson(course, entry, trainer, LessonKind.READING)
    if current_reading(lesson.id) is None:
        book = course.etextbooks[0]
        stretch = Stretch(entry["first"], entry["last"], entry["page_seconds"])
        with stored(cut_stretch(book, stretch.first, stretch.last)) as pages:
            set_reading(trainer, lesson, book, stretch, pages)
    return lesson


def _lesson(
    course: Course, entry: dict[str, Any], trainer: Person, kind: LessonKind = LessonKind.FILM
) -> Lesson:
    query = select(Lesson).where(Lesson.course_id == course.id, Lesson.slug == entry["slug"])
    found = db.session.scalar(query)
    if found is not None:
        return found
    return add_lesson(trainer, course, entry["title"], entry["summary"], entry["slug"], kind)


def _questions(folder: Path, course: Course, lessons: dict[str, Lesson], trainer: Person) -> None:
    if db.session.scalar(select(Question.id).where(Question.course_id == course.id).limit(1)):
        return
    data = tomllib.loads((folder / "questions.toml").read_text(encoding="utf-8"))
    for entry in data["question"]:
        facts = QuestionFacts(
            kind=QuestionKind(entry["kind"]),
            use=QuestionUse(entry["use"]),
            text=entry["text"],
            options=tuple(entry["options"]),
            answer=tuple(entry["answer"]),
            explanation=f"{entry['explanation']}（{entry['source']}）",
            difficulty=entry["difficulty"],
            topic=entry["topic"],
        )
        create_question(trainer, course, facts, lessons.get(entry.get("lesson", "")))


def _exam(course: Course, exam: dict[str, Any], trainer: Person) -> None:
    parts = tuple(Part(kind, count, POINTS) for kind, count in exam["blueprint"].items())
    facts = ExamFacts(parts, exam["pass_mark"], exam["time_limit_minutes"])
    set_exam(trainer, course, facts)


def _lecture(folder: Path, course: Course, entry: dict[str, Any], say: Say) -> None:
    with transaction():
        trainer = load_people()["trainer"]
        query = select(Lesson).where(Lesson.course_id == course.id, Lesson.slug == entry["slug"])
        lesson = db.session.scalars(query).one()
        video = db.session.scalar(select(Video).where(Video.lesson_id == lesson.id).limit(1))
        if video is None:
            video = import_video(trainer, lesson, folder / entry["video"], entry["video"])
            subtitles = (folder / entry["subtitles"]).read_bytes()
            set_subtitle(trainer, lesson, Language.CHINESE, subtitles)
    say(f"  {course.title} · {lesson.title}")
    package_video_now(video.id)


def _publish(course: Course) -> None:
    with transaction():
        if course.state is CourseState.DRAFT:
            publish_through_review(load_people(), course)


def publish_through_review(people: dict[str, Person], course: Course) -> None:
    """Submit, judge and publish a course, each step by whose it is."""
    version = submit_course(people["trainer"], course)
    approve_version(people["base"], version)
    if course.category is HourCategory.PUBLIC:
        approve_version(people["bureau"], version)
    publish_version(people["trainer"], version)
