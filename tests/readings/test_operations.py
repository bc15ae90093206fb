"""Choosing what a lesson gives to read, its versions and its copy."""

import pytest

from lms.catalog.content_operations import add_lesson, remove_etextbook
from lms.catalog.copying import copy_to_next_year
from lms.catalog.differences import differences
from lms.catalog.models import LessonKind
from lms.catalog.queries import publish_problems
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.files import files
from lms.readings import operations
from lms.readings.cutting import cut_stretch
from lms.readings.models import Reading
from lms.readings.operations import Stretch
from lms.readings.queries import current_reading, total_duration_ms
from lms.readings.storage import page_content, stored
from lms.readings.versions import bound_reading
from lms.videos.operations import import_video
from lms.videos.quotas import rooms
from tests.factories import CourseFactory, PersonFactory
from tests.factories.catalog import version_as_it_is
from tests.readings.support import add_book, chapter, epub, pdf


@pytest.fixture
def book(trainer, course):
    return add_book(trainer, course, epub(chapter(1, 200), chapter(2, 90), chapter(3, 20)))


def give(trainer, lesson, book, first=0, last=0, seconds=180):
    stretch = Stretch(first, last, seconds)
    with stored(cut_stretch(book, first, last)) as pages, transaction():
        return operations.set_reading(trainer, lesson, book, stretch, pages)


def test_pages_and_their_time_are_kept(trainer, lesson, book):
    reading = give(trainer, lesson, book)
    assert (reading.page_count, reading.duration_ms) == (3, 540_000)
    assert (reading.first_title, reading.last_title) == ("第1章", "第1章")
    assert "第1章" in page_content(reading, 0).decode()
    assert total_duration_ms(lesson.course) == 540_000


def test_course_without_the_pages_cannot_be_submitted(trainer, lesson, book):
    told = "课时“第一讲”还没有选定要阅读的教材内容。"
    assert told in publish_problems(lesson.course)
    give(trainer, lesson, book)
    # Nor does anybody ask for a film.
    assert not any("第一讲" in problem for problem in publish_problems(lesson.course))


@pytest.mark.parametrize("seconds", [0, 89, 361])
def test_time_of_a_page_has_its_limits(trainer, lesson, book, seconds):
    with pytest.raises(Invalid) as refused:
        give(trainer, lesson, book, seconds=seconds)
    assert refused.value.field == "page_seconds"
    assert files().names("readings") == []


def test_page_of_a_pdf_may_be_read_faster(trainer, lesson, course):
    assert give(trainer, lesson, add_book(trainer, course, pdf()), 1, 3, 30).page_count == 3


def test_pages_replaced_before_any_version_go(trainer, lesson, book):
    former = give(trainer, lesson, book).path
    reading = give(trainer, lesson, book, 1, 1)
    assert current_reading(lesson.id).id == reading.id
    assert db.session.query(Reading).count() == 1
    assert list(files().walk(former)) == []


def test_version_keeps_its_pages_when_the_draft_has_others_and_the_book_is_gone(
    trainer, lesson, book
):
    first = give(trainer, lesson, book)
    version = version_as_it_is(lesson.course)
    give(trainer, lesson, book, 1, 1)
    with transaction():
        remove_etextbook(trainer, book)
    held = bound_reading(version.id, lesson.id)
    assert held.id == first.id
    assert "第1章" in page_content(held, 0).decode()
    assert current_reading(lesson.id).id != first.id


def test_draft_keeps_its_pages_when_its_book_is_taken_out(trainer, lesson, book):
    reading = give(trainer, lesson, book)
    with transaction():
        remove_etextbook(trainer, book)
    db.session.refresh(reading)
    assert reading.etextbook_id is None
    assert page_content(reading, 1)


def test_review_is_told_of_other_pages_and_of_another_pace(trainer, lesson, book):
    give(trainer, lesson, book)
    version = version_as_it_is(lesson.course)
    assert differences(version, lesson.course) == []
    give(trainer, lesson, book, seconds=200)
    assert differences(version, lesson.course) == ["课时“第一讲”的阅读内容已更换"]


def test_copy_of_the_next_year_has_the_pages_under_another_name(trainer, lesson, book):
    reading = give(trainer, lesson, book)
    with transaction():
        copied = copy_to_next_year(trainer, lesson.course)
    (new,) = [each for each in copied.lessons if each.title == "第一讲"]
    own = current_reading(new.id)
    assert new.kind is LessonKind.READING
    assert own.public_id != reading.public_id
    assert own.etextbook_id == copied.etextbooks[0].id
    assert page_content(own, 0) == page_content(reading, 0)
    # What the source gives up stays for the copy.
    give(trainer, lesson, book, 1, 1)
    assert page_content(own, 0)


def test_pages_count_for_the_base_once_however_many_courses_name_them(trainer, lesson, book):
    base_id = lesson.course.base_id
    before = rooms([base_id])[base_id].used_bytes
    reading = give(trainer, lesson, book)
    assert rooms([base_id])[base_id].used_bytes == before + reading.size_bytes
    with transaction():
        copied = copy_to_next_year(trainer, lesson.course)
    after = before + reading.size_bytes + copied.etextbooks[0].size_bytes
    assert rooms([base_id])[base_id].used_bytes == after


def test_only_lessons_of_the_kind_and_books_of_the_course(trainer, course, lesson, book):
    with transaction():
        film = add_lesson(trainer, course, "第二讲")
    with pytest.raises(Conflict):
        give(trainer, film, book)
    other = add_book(trainer, CourseFactory(base=course.base), pdf())
    with pytest.raises(Invalid) as refused:
        give(trainer, lesson, other, 1, 1, 60)
    assert refused.value.field == "book"
    with pytest.raises(NotAllowed):
        give(PersonFactory(), lesson, book)


def test_lesson_that_is_read_takes_no_film(trainer, lesson, tmp_path):
    with pytest.raises(Invalid, match="阅读课时"):
        import_video(trainer, lesson, tmp_path / "film.mp4")
