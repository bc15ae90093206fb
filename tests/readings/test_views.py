"""The trainer's pages of a lesson that is read."""

import pytest

from lms.catalog.models import LessonKind
from lms.readings.queries import current_reading
from tests.factories import LessonFactory, PostFactory
from tests.readings.support import add_book, chapter, epub, pdf
from tests.support import sign_in


@pytest.fixture
def staff(client, trainer):
    return sign_in(client, trainer)


def address(lesson):
    return f"/manage/courses/{lesson.course.slug}/lessons/{lesson.id}/reading"


def test_lesson_to_read_is_added_in_the_list(staff, course):
    page = f"/manage/courses/{course.slug}/lessons"
    sent = {"lesson-new-title": "导读", "lesson-new-kind": "reading"}
    assert staff.post(page, data=sent).status_code == 302
    assert course.lessons[-1].kind is LessonKind.READING
    assert "没有阅读内容" in staff.get(page).text
    part = staff.get(f"{page}/{course.lessons[-1].id}").text
    assert "选择阅读内容" in part
    assert "data-video-panel" not in part


def test_without_a_book_it_says_what_to_do(staff, lesson):
    text = staff.get(address(lesson)).text
    assert "这门课程还没有电子教材" in text
    assert f"/manage/courses/{lesson.course.slug}/etextbooks" in text


def test_estimate_tells_pages_time_and_hours_and_keeps_nothing(staff, trainer, lesson):
    book = add_book(trainer, lesson.course, epub(chapter(1, 800), chapter(2, 20)))
    sent = {"book": book.id, "first": 0, "last": 0, "page_seconds": 180, "estimate": 1}
    text = staff.post(address(lesson), data=sent).text
    # 800 sentences of 16 characters and a heading, at 1,200 a page.
    assert "共 11 页，至少需要 33:00，按每学时 45 分钟计算约合 0.7 学时。" in text
    assert current_reading(lesson.id) is None


def test_saved_stretch_is_shown_in_the_list(staff, trainer, lesson):
    book = add_book(trainer, lesson.course, pdf(4))
    sent = {"book": book.id, "first": 2, "last": 4, "page_seconds": 60}
    assert staff.post(address(lesson), data=sent).status_code == 302
    reading = current_reading(lesson.id)
    assert (reading.page_count, reading.book_title) == (3, "教材")
    part = staff.get(f"/manage/courses/{lesson.course.slug}/lessons/{lesson.id}").text
    assert "第 2–4 页" in part
    assert "3 页 × 60 秒 = 3:00" in part


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"first": 9}, "起点不在这本教材里"),
        ({"last": 1}, "并且不早于起点"),
        ({"page_seconds": 5}, "每页请用 30 到 120 秒。"),
        ({"page_seconds": ""}, "请填写秒数。"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(staff, trainer, lesson, changed, told):
    book = add_book(trainer, lesson.course, pdf(4))
    sent = {"book": book.id, "first": 2, "last": 4, "page_seconds": 60, **changed}
    answer = staff.post(address(lesson), data=sent)
    assert answer.status_code == 422
    assert told in answer.text


def test_damaged_pdf_is_told_of_and_hides_no_other_book(staff, trainer, lesson):
    book = add_book(trainer, lesson.course, b"%PDF-1.7\n%%EOF\n", "坏书")
    text = staff.get(f"{address(lesson)}?book={book.id}").text
    assert "无法按页拆分" in text
    assert "坏书" in text


def test_film_lessons_and_other_bases_have_no_such_page(app, staff, lesson):
    film = LessonFactory(course=lesson.course)
    assert staff.get(address(film)).status_code == 404
    stranger = sign_in(app.test_client(), PostFactory().person)
    assert stranger.get(address(lesson)).status_code in (403, 404)


def test_hint_of_hours_counts_pages_with_films(staff, trainer, lesson):
    book = add_book(trainer, lesson.course, epub(chapter(1, 800)))
    sent = {"book": book.id, "first": 0, "last": 0, "page_seconds": 180}
    staff.post(address(lesson), data=sent)
    text = staff.get(f"/manage/courses/{lesson.course.slug}/edit").text
    assert "教材阅读 33:00" in text
    assert 'data-value="0.7"' in text
