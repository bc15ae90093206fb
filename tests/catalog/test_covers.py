"""The drawn cover of a course without a picture."""

from xml.etree import ElementTree

import pytest

from lms.catalog.covers import cover_version, wrap_title
from lms.catalog.models import CourseState
from lms.core.enums import HourCategory
from tests.factories import CourseFactory


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("职业道德", ["职业道德"]),
        ("数据安全与个人信息保护", ["数据安全与个", "人信息保护"]),
        ("Python 3 数据分析入门", ["Python 3 数", "据分析入门"]),
        ("一二三四五六，七八九十", ["一二三四五", "六，七八九十"]),
        ("新时代，新技术，新职业规范", ["新时代，新技", "术，新职业规范"]),
    ],
)
def test_title_is_wrapped_in_even_lines(title, lines):
    assert wrap_title(title) == lines


@pytest.mark.parametrize("title", ["长" * 120, "word " * 24, "x" * 120, "，" * 50])
def test_longest_titles_take_three_lines_at_most(title):
    assert 1 <= len(wrap_title(title)) <= 3


def test_cut_title_ends_in_an_ellipsis():
    assert wrap_title("长" * 120)[-1].endswith("…")


def test_cover_has_a_new_address_when_it_changes(app):
    course = CourseFactory(state=CourseState.DRAFT, published_at=None)
    first = cover_version(course)
    assert cover_version(course) == first
    course.title = "别的名称"
    second = cover_version(course)
    course.category = HourCategory.PROFESSIONAL
    third = cover_version(course)
    course.cover_path = "covers/x.webp"
    assert len({first, second, third, cover_version(course)}) == 4


def test_drawn_cover_is_well_formed_and_escapes_the_title(client):
    course = CourseFactory(title="<b>A&B</b>")
    answer = client.get(f"/courses/{course.slug}/cover")
    assert answer.mimetype == "image/svg+xml"
    texts = [node.text for node in ElementTree.fromstring(answer.text).iter() if node.text]
    assert "<b>A&B</b>" in "".join(texts).replace(" ", "")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
