"""Lessons and e-textbooks of a course."""

import io

import pytest

from lms.catalog import operations
from lms.catalog.models import CourseState
from lms.catalog.rules import ETEXTBOOK_MAX_BYTES
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from tests.factories import CourseFactory, LessonFactory, QuestionFactory

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def course(base, trainer):
    return CourseFactory(base=base, state=CourseState.DRAFT, published_at=None)


def titles(course):
    db.session.expire_all()
    return [lesson.title for lesson in course.lessons]


@pytest.fixture
def lessons(course, trainer):
    with transaction():
        return [operations.add_lesson(trainer, course, title) for title in ("一", "二", "三")]


def test_lessons_stand_in_the_order_they_were_added(course, lessons):
    assert titles(course) == ["一", "二", "三"]
    assert [lesson.slug for lesson in lessons] == ["lesson-1", "lesson-2", "lesson-3"]


def test_given_lesson_slug_is_kept_and_not_taken_twice(trainer, course):
    with transaction():
        assert operations.add_lesson(trainer, course, "开篇", slug="opening").slug == "opening"
    with pytest.raises(Invalid) as refusal, transaction():
        operations.add_lesson(trainer, course, "又一讲", slug="opening")
    assert refusal.value.field == "slug"


@pytest.mark.parametrize("title", ["", "   ", "长" * 121])
def test_lesson_needs_a_title(trainer, course, title):
    with pytest.raises(Invalid) as refusal, transaction():
        operations.add_lesson(trainer, course, title)
    assert refusal.value.field == "title"


@pytest.mark.parametrize(
    ("place", "places", "expected"),
    [
        (0, 1, "二一三"),
        (2, -1, "一三二"),
        (0, -1, "一二三"),
        (2, 1, "一二三"),
        (0, 9, "二三一"),
    ],
)
def test_lesson_moves_up_and_down_and_stops_at_the_ends(
    trainer, course, lessons, place, places, expected
):
    with transaction():
        operations.move_lesson(trainer, lessons[place], places)
    assert "".join(titles(course)) == expected
    assert [lesson.position for lesson in course.lessons] == [1, 2, 3]


def test_lesson_is_renamed(trainer, lessons):
    with transaction():
        operations.update_lesson(trainer, lessons[0], " 新名 ", " 简介 ")
    assert (lessons[0].title, lessons[0].summary) == ("新名", "简介")


def test_empty_lesson_of_a_draft_is_removed(trainer, course, lessons):
    with transaction():
        operations.remove_lesson(trainer, lessons[1])
    assert titles(course) == ["一", "三"]


def test_lesson_of_a_course_once_published_stays(trainer, base):
    lesson = LessonFactory(course=CourseFactory(base=base))
    with pytest.raises(Conflict), transaction():
        operations.remove_lesson(trainer, lesson)


def test_lesson_with_questions_stays(trainer, course, lessons):
    QuestionFactory(course=course, lesson=lessons[0])
    with pytest.raises(Conflict), transaction():
        operations.remove_lesson(trainer, lessons[0])
    assert titles(course) == ["一", "二", "三"]


def test_etextbook_is_kept_under_a_random_name(trainer, course, settings):
    with transaction():
        etextbook = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    kept = settings.media_path / etextbook.path
    assert kept.read_bytes() == PDF
    assert etextbook.path.startswith("originals/etextbooks/")
    assert etextbook.size_bytes == len(PDF)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"<html>" + PDF,
        PDF[:-7],
        PDF[:9] + b"0" * (ETEXTBOOK_MAX_BYTES - len(PDF) + 1) + PDF[9:],
    ],
    ids=["empty", "zip", "html", "cut short", "too large"],
)
def test_what_is_no_usable_pdf_is_refused_and_leaves_nothing(trainer, course, settings, content):
    with pytest.raises(Invalid) as refusal, transaction():
        operations.add_etextbook(trainer, course, "教材", io.BytesIO(content))
    assert refusal.value.field == "file"
    assert [path for path in settings.media_path.rglob("*") if path.is_file()] == []
    assert course.etextbooks == []


def test_etextbook_of_the_largest_size_is_taken(trainer, course):
    content = PDF[:9] + b"0" * (ETEXTBOOK_MAX_BYTES - len(PDF)) + PDF[9:]
    with transaction():
        etextbook = operations.add_etextbook(trainer, course, "教材", io.BytesIO(content))
    assert etextbook.size_bytes == ETEXTBOOK_MAX_BYTES


def test_removed_etextbook_takes_its_file_along(trainer, course, settings):
    with transaction():
        etextbook = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    kept = settings.media_path / etextbook.path
    with transaction():
        operations.remove_etextbook(trainer, etextbook)
    assert course.etextbooks == []
    assert not kept.exists()


def test_file_stays_if_its_removal_is_rolled_back(trainer, course, settings):
    with transaction():
        etextbook = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    kept = settings.media_path / etextbook.path

    def remove_and_break():
        with transaction():
            operations.remove_etextbook(trainer, etextbook)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        remove_and_break()
    assert kept.exists()


def test_stranger_touches_no_lesson_and_no_etextbook(stranger, course, lessons, trainer):
    with transaction():
        etextbook = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    attempts = (
        lambda: operations.add_lesson(stranger, course, "四"),
        lambda: operations.update_lesson(stranger, lessons[0], "四"),
        lambda: operations.move_lesson(stranger, lessons[0], 1),
        lambda: operations.remove_lesson(stranger, lessons[0]),
        lambda: operations.add_etextbook(stranger, course, "教材", io.BytesIO(PDF)),
        lambda: operations.remove_etextbook(stranger, etextbook),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed), transaction():
            attempt()
    assert titles(course) == ["一", "二", "三"]
