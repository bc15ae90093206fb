"""Subjects: the tree, what a course is given, and the catalogue narrowed by them."""

import re

import pytest
from sqlalchemy import event

from lms.accounts.enums import ProfessionSeries
from lms.catalog.models import CourseState
from lms.catalog.subject_operations import set_subjects, subjects_of
from lms.catalog.subject_tree import SUBJECTS, with_those_below
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Invalid, NotAllowed
from tests.catalog.test_views import titles
from tests.factories import CourseFactory, OrganizationFactory
from tests.support import sign_in


@pytest.fixture
def course(base):
    return CourseFactory(base=base, title="智能制造导论", category=HourCategory.PROFESSIONAL)


def give(trainer, course, *codes):
    with transaction():
        set_subjects(trainer, course, codes)


def test_every_series_of_titles_is_a_subject():
    assert {series.value for series in ProfessionSeries} <= SUBJECTS.keys()


def test_every_subject_stands_below_one_of_the_first_level_or_is_one():
    for subject in SUBJECTS.values():
        if subject.parent is not None:
            assert SUBJECTS[subject.parent].parent is None
            assert subject.code.startswith(f"{subject.parent}/")


def test_subject_takes_in_those_below_it():
    assert "engineering/ai" in with_those_below("engineering")
    assert with_those_below("engineering/ai") == ["engineering/ai"]


def test_trainer_gives_a_course_its_subjects(trainer, course):
    give(trainer, course, "engineering/ai", "engineering")
    give(trainer, course, "engineering/data", "engineering")
    assert [each.code for each in subjects_of(course)] == ["engineering", "engineering/data"]


@pytest.mark.parametrize("codes", [["nonsense"], list(SUBJECTS)[:6]])
def test_unknown_or_too_many_subjects_are_refused(trainer, course, codes):
    with pytest.raises(Invalid):
        give(trainer, course, *codes)
    assert subjects_of(course) == []


def test_stranger_gives_no_subjects(stranger, course):
    with pytest.raises(NotAllowed):
        give(stranger, course, "engineering")


def test_page_of_subjects_shows_saves_and_refuses(client, trainer, course):
    desk = sign_in(client, trainer)
    address = f"/manage/courses/{course.slug}/subjects"
    assert desk.post(address, data={"codes": ["engineering/ai"]}).status_code == 302
    assert re.search(r'value="engineering/ai" checked', desk.get(address).text)
    answer = desk.post(address, data={"codes": list(SUBJECTS)[:6]})
    assert answer.status_code == 422
    assert "最多选 5 个" in answer.text
    desk.post(address, data={})
    assert " checked" not in desk.get(address).text


def test_catalogue_is_narrowed_by_subject_and_base(client, trainer, course):
    give(trainer, course, "engineering/ai")
    other = CourseFactory(title="另一门课", base=OrganizationFactory(name="另一基地"))
    assert titles(client.get("/courses?subject=engineering").text) == ["智能制造导论"]
    assert titles(client.get("/courses?subject=engineering/data").text) == []
    assert titles(client.get(f"/courses?base={other.base_id}").text) == ["另一门课"]
    assert titles(client.get("/courses?subject=nonsense&base=x").text) == [
        "另一门课",
        "智能制造导论",
    ]


def test_base_without_published_courses_is_not_offered(client, trainer, base):
    CourseFactory(base=base, state=CourseState.DRAFT, published_at=None)
    CourseFactory(), CourseFactory()
    assert base.name not in client.get("/courses").text


def test_paging_keeps_every_filter(client, trainer, base):
    for number in range(14):
        give(trainer, CourseFactory(base=base, title=f"课{number:02d}"), "public/safety")
    address = f"/courses?q=课&category=public&year=2025&subject=public&base={base.id}"
    first = client.get(address).text
    link = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    for part in ("q=", "category=public", "year=2025", "subject=public", f"base={base.id}"):
        assert part in link
    assert len(titles(first) + titles(client.get(link).text)) == 14


def test_empty_search_says_what_to_do(client, course):
    page = client.get("/courses?subject=health").text
    assert "没有符合条件的课程" in page
    assert 'href="/courses"' in page


def test_course_page_leads_to_its_subjects(client, trainer, course):
    give(trainer, course, "engineering/ai")
    assert "/courses?subject=engineering/ai" in client.get(f"/courses/{course.slug}").text


def test_filters_cost_the_same_queries_for_many_courses(client, trainer, base):
    def count() -> int:
        seen = []
        listen = lambda *_: seen.append(1)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        client.get("/courses?subject=engineering")
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    give(trainer, CourseFactory(base=base), "engineering")
    one = count()
    for _ in range(11):
        give(trainer, CourseFactory(base=base), "engineering/ai")
    assert count() == one
