"""The list of lessons: its order saved at once, and five hundred of them without delay."""

import pytest
from sqlalchemy import event, insert

from lms.catalog import operations
from lms.catalog.models import CourseState, Lesson
from lms.catalog.rules import lesson_title
from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotAllowed
from tests.factories import CourseFactory, LessonFactory
from tests.support import sign_in


@pytest.fixture
def course(base):
    return CourseFactory(base=base, state=CourseState.DRAFT, published_at=None, slug="draft")


@pytest.fixture
def lessons(course):
    return [
        LessonFactory(course=course, title=title, position=n)
        for n, title in enumerate("一二三四", 1)
    ]


def titles(course) -> str:
    db.session.expire_all()
    return "".join(lesson.title for lesson in course.lessons)


def ids(lessons, order: str) -> list[int]:
    return [lessons[int(number) - 1].id for number in order]


def test_whole_order_is_saved_at_once(trainer, course, lessons):
    with transaction():
        operations.order_lessons(trainer, course, ids(lessons, "3142"))
    assert titles(course) == "三一四二"
    assert [lesson.position for lesson in course.lessons] == [1, 2, 3, 4]


@pytest.mark.parametrize("order", ["", "123", "12344", "1233", "1235"])
def test_order_of_other_lessons_than_these_is_a_conflict(trainer, course, lessons, order):
    lessons.append(LessonFactory())
    with pytest.raises(Conflict), transaction():
        operations.order_lessons(trainer, course, ids(lessons, order))
    assert titles(course) == "一二三四"


def test_stranger_orders_nothing(stranger, course, lessons):
    with pytest.raises(NotAllowed), transaction():
        operations.order_lessons(stranger, course, ids(lessons, "4321"))


def test_order_comes_in_one_request(client, trainer, course, lessons):
    sign_in(client, trainer)
    order = ",".join(map(str, ids(lessons, "2341")))
    address = "/manage/courses/draft/lessons/order"
    assert client.post(address, data={"order": order}).status_code == 204
    assert titles(course) == "二三四一"
    for wrong, status in (("1,x", 422), ("", 422), ("9" * 20, 422), ("1", 409)):
        answer = client.post(address, data={"order": wrong}, headers={"Accept": "application/json"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("第一讲 导论.mp4", "第一讲 导论"),
        ("C:\\films\\a.b.mov", "a.b"),
        ("../../x.mp4", "x"),
        ("noending", "noending"),
        (".mp4", ".mp4"),
        ("长" * 200 + ".mp4", "长" * 120),
        ("a\x00\u202eb.mp4", "ab"),
    ],
)
def test_lesson_is_called_after_its_file(name, title):
    assert lesson_title(name) == title


def test_dropped_file_makes_a_lesson_and_its_row(client, trainer, course):
    sign_in(client, trainer)
    answer = client.post("/manage/courses/draft/lessons/named", data={"file_name": "第一讲<b>.mp4"})
    assert titles(course) == "第一讲<b>"
    assert f'data-lesson="{course.lessons[0].id}"' in answer.text
    assert "第一讲&lt;b&gt;" in answer.text
    client.post("/manage/courses/draft/lessons/named", data={"file_name": " "})
    assert titles(course).endswith("未命名课时")


def test_what_a_lesson_holds_comes_as_a_part_and_as_a_page(client, trainer, course, lessons):
    sign_in(client, trainer)
    address = f"/manage/courses/draft/lessons/{lessons[1].id}"
    part = client.get(address, headers={"HX-Request": "true"}).text
    page = client.get(address).text
    for text in (part, page):
        assert 'value="二"' in text
        assert "data-video-panel" in text
    assert "<html" not in part
    assert "<html" in page


@pytest.mark.parametrize("page", ["/manage/courses/draft/lessons", "/courses/draft"])
def test_five_hundred_lessons_are_asked_for_at_once(client, trainer, course, page):
    rows = [
        {
            "course_id": course.id,
            "slug": f"l-{n}",
            "position": n,
            "title": f"第{n}讲",
            "summary": "",
        }
        for n in range(500)
    ]
    with transaction():
        db.session.execute(insert(Lesson), rows)
    sign_in(client, trainer)
    statements = []
    client.get(page)

    def note(_connection, _cursor, statement, *_more) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    answer = client.get(page)
    event.remove(db.engine, "before_cursor_execute", note)
    assert answer.text.count("第499讲") >= 1
    assert len(statements) < 25, statements
