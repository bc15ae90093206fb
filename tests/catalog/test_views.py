"""The catalogue, the course page, covers and e-textbooks, as guests and staff see them."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import event

from lms.catalog import operations, queries
from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from tests.catalog.test_content_operations import PDF
from tests.factories import CourseFactory, LessonFactory
from tests.factories.catalog import version_as_it_is
from tests.support import sign_in

PROFESSIONAL = HourCategory.PROFESSIONAL


@pytest.fixture
def draft(base):
    return CourseFactory(
        base=base, title="尚未发布的课", state=CourseState.DRAFT, published_at=None
    )


def titles(page: str) -> list[str]:
    return re.findall(r'class="course-title"><a href="/courses/[^"]+">([^<]+)<', page)


def test_catalogue_lists_published_courses_newest_first(client):
    CourseFactory(title="先发布的课")
    CourseFactory(title="后发布的课")
    CourseFactory(title="草稿", state=CourseState.DRAFT, published_at=None)
    CourseFactory(title="下架", state=CourseState.WITHDRAWN)
    assert titles(client.get("/courses").text) == ["后发布的课", "先发布的课"]


def test_catalogue_is_narrowed_by_category_year_and_words(client):
    CourseFactory(title="公需甲", year=2024)
    CourseFactory(title="专业乙", category=PROFESSIONAL, lecturer_name="张老师")
    assert titles(client.get("/courses?category=professional").text) == ["专业乙"]
    assert titles(client.get("/courses?year=2024").text) == ["公需甲"]
    assert titles(client.get("/courses?q=张老师 乙").text) == ["专业乙"]
    assert titles(client.get("/courses?q=%25").text) == []


def test_filter_that_offers_nothing_any_more_is_passed_over(client):
    CourseFactory(title="公需甲")
    answer = client.get("/courses?year=1900&category=nonsense&after=x")
    assert answer.status_code == 200
    assert titles(answer.text) == ["公需甲"]


def test_empty_catalogue_and_empty_search_say_what_to_do(client):
    assert "课程正在准备" in client.get("/courses").text
    CourseFactory()
    assert "没有符合条件的课程" in client.get("/courses?q=无此课程").text


def test_catalogue_goes_on_page_by_page_keeping_its_filter(client):
    for number in range(14):
        CourseFactory(title=f"课{number:02d}")
    first = client.get("/courses?q=课").text
    link = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    assert "q=" in link
    assert titles(first) + titles(client.get(link).text) == [
        f"课{number:02d}" for number in reversed(range(14))
    ]


def test_catalogue_costs_the_same_queries_for_one_course_as_for_twelve(client):
    def count() -> int:
        seen = []
        listen = lambda *_: seen.append(1)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        client.get("/courses")
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    CourseFactory()
    one = count()
    for _ in range(11):
        CourseFactory()
    assert count() == one


def test_course_page_says_what_it_is_and_costs(client):
    course = CourseFactory(
        category=PROFESSIONAL,
        hours=Hours(75),
        closes_on=dt.date(2099, 12, 31),
        lecturer_about="从教二十年",
    )
    LessonFactory(course=course, title="第二讲", position=2)
    LessonFactory(course=course, title="第一讲", position=1)
    page = client.get(f"/courses/{course.slug}").text
    for text in ("专业科目", "7.5", "6.00", "李老师", "从教二十年", "2025", "2099-12-31"):
        assert text in page
    assert page.index("第一讲") < page.index("第二讲")


def test_public_course_is_shown_as_free_and_without_exam_if_it_has_none(client):
    page = client.get(f"/courses/{CourseFactory(requires_exam=False).slug}").text
    assert "免费" in page
    assert "无需考试" in page


def test_text_of_a_course_is_escaped(client):
    course = CourseFactory(title="<script>x</script>", summary='"><img onerror=x>')
    page = client.get(f"/courses/{course.slug}").text
    assert "<script>x" not in page
    assert "<img onerror" not in page


def test_draft_is_seen_by_staff_of_its_base_alone(client, draft, trainer, stranger):
    addresses = (f"/courses/{draft.slug}", f"/courses/{draft.slug}/cover")
    assert [client.get(a).status_code for a in addresses] == [404, 404]
    sign_in(client, stranger)
    assert [client.get(a).status_code for a in addresses] == [404, 404]
    sign_in(client, trainer)
    assert [client.get(a).status_code for a in addresses] == [200, 200]
    assert titles(client.get("/courses").text) == []


def test_check_and_list_filter_are_twins(draft, trainer, stranger):
    CourseFactory()
    CourseFactory(state=CourseState.WITHDRAWN)
    everything = db.session.scalars(db.select(type(draft))).all()
    for person in (None, trainer, stranger):
        listed = set(db.session.scalars(queries.visible_courses(person)))
        assert listed == {course for course in everything if queries.is_visible(course, person)}
    assert draft in set(db.session.scalars(queries.visible_courses(trainer)))


def test_withdrawn_or_closed_course_says_so(client):
    withdrawn = CourseFactory(state=CourseState.WITHDRAWN)
    closed = CourseFactory(closes_on=dt.date(2020, 1, 1))
    assert "本课程已下架" in client.get(f"/courses/{withdrawn.slug}").text
    assert "2020-01-01" in client.get(f"/courses/{closed.slug}").text


def test_etextbook_is_read_in_the_page_under_a_policy_of_its_own(client, trainer, base):
    course = CourseFactory(base=base)
    with transaction():
        book = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    reader = {"X-Etextbook-Reader": "1"}
    address = f"/courses/{course.slug}/etextbook/{book.id}"
    # Until a version names it only the base reads it.
    assert client.get(address, headers=reader).status_code == 404
    version_as_it_is(course)
    answer = client.get(address, headers=reader, buffered=True)
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    part = client.get(answer.request.path, headers={"Range": "bytes=0-4", **reader}, buffered=True)
    assert (part.status_code, part.data) == (206, b"%PDF-")


def test_etextbook_is_found_in_its_own_course_alone(client, trainer, base, draft):
    with transaction():
        book = operations.add_etextbook(trainer, draft, "教材", io.BytesIO(PDF))
    other = CourseFactory(base=base)
    assert client.get(f"/courses/{draft.slug}/etextbook/{book.id}").status_code == 404
    assert client.get(f"/courses/{other.slug}/etextbook/{book.id}").status_code == 404
    sign_in(client, trainer)
    reader = {"X-Etextbook-Reader": "1"}
    address = f"/courses/{draft.slug}/etextbook/{book.id}"
    assert client.get(address, headers=reader, buffered=True).data == PDF


def test_cover_is_kept_by_browsers_only_under_its_present_address(client, draft, trainer):
    course = CourseFactory()
    page = client.get(f"/courses/{course.slug}").text
    address = re.search(r'src="(/courses/[^"]+/cover\?v=[^"]+)"', page).group(1)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get(f"/courses/{course.slug}/cover").headers["Cache-Control"] == "no-store"
    sign_in(client, trainer)
    draft_page = client.get(f"/courses/{draft.slug}").text
    draft_cover = re.search(r'src="(/courses/[^"]+/cover\?v=[^"]+)"', draft_page).group(1)
    assert client.get(draft_cover).headers["Cache-Control"] == "no-store"


def test_front_page_shows_the_newest_courses(client):
    CourseFactory(title="首页上的课")
    assert titles(client.get("/").text) == ["首页上的课"]
