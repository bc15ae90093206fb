"""The page of a year: what is short, every entry, and what would close it."""

import pytest

from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.enrollments.operations import complete_cycle
from lms.enrollments.suggestions import SHOWN, fitting_courses
from lms.hourbank.statements import years
from tests.factories import CourseFactory, CycleFactory, PersonFactory
from tests.hourbank.statements.support import book, take_back, unit, worker
from tests.support import sign_in

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL


@pytest.fixture(autouse=True)
def at_noon(clock):
    """Every test here happens on 2025-06-02."""


def page_of(client, person, year: int = 2025) -> str:
    return sign_in(client, person).get(f"/hourbank/me?year={year}").get_data(as_text=True)


def test_seventy_professional_hours_do_not_make_up_for_public_ones(app):
    person = worker()
    book(person, "28.5")
    book(person, "70", PROFESSIONAL)
    statement = years.state_year(years.account_of(person), years.division_of(person), 2025)
    assert not statement.is_met
    assert [str(part.short) for part in statement.parts] == ["1.5", "0", "0"]


def test_page_tells_what_is_short_by_category(client, app):
    person = worker()
    book(person, "28.5")
    book(person, "70", PROFESSIONAL)
    page = page_of(client, person)
    assert "28.5 / 30 学时" in page
    assert "还差 1.5 学时" in page
    assert "烟台" in page


def test_entry_tells_source_policy_and_refused_tenths(client, app):
    person = worker()
    book(person, "24", PROFESSIONAL, reason="每天不超过 8 学时：6 学时未认定")
    page = page_of(client, person)
    assert "烟台市 2023" in page
    assert "学时申报" in page
    assert "未认定部分：每天不超过 8 学时：6 学时未认定" in page


def test_reversed_entry_stands_with_its_reversal_and_why(client, app):
    person = worker()
    entry = book(person, "10")
    book(person, "5")
    reversal = take_back(entry)
    page = page_of(client, person)
    assert page.index(entry.number) < page.index(reversal.number)
    assert "原因：抽查认定学习不实" in page
    assert "5 / 30 学时" in page


def test_pairs_are_kept_apart_by_their_references(app):
    person = worker()
    first, second = book(person, "10"), book(person, "10")
    take_back(first)
    lines = years.lines_of([first, second])
    assert [line.reversal for line in lines] == [None, None]
    standing = years.standing_entries(years.account_of(person), 2025)
    assert [entry.id for entry in standing] == [second.id]


def test_years_to_choose_are_this_one_those_with_hours_and_the_one_asked_for(client, app):
    person = worker()
    book(person, "1", year=2021)
    page = page_of(client, person, 2019)
    for each in (2025, 2021, 2019):
        assert f"/hourbank/me?year={each}" in page


@pytest.mark.parametrize("asked", ["1066", "99999", "x", "-1"])
def test_year_that_is_none_is_this_one(client, app, asked):
    assert "2025 年还没有入账的学时" in page_of(client, worker(), asked)


def test_courses_that_close_a_category_are_shown_with_their_price(client, app):
    person = worker()
    CourseFactory(title="数据治理专题", category=PROFESSIONAL, hours=Hours(600))
    page = page_of(client, person)
    assert "数据治理专题" in page
    assert "48.00" in page


def test_met_year_suggests_no_course(client, app):
    person = worker()
    CourseFactory(title="公需专题", category=PUBLIC, hours=Hours(20))
    book(person, "30")
    book(person, "60", PROFESSIONAL)
    page = page_of(client, person)
    assert "公需专题" not in page
    assert "领取年度证书" in page


def test_course_that_closes_alone_with_the_least_beyond_comes_first(app):
    person = PersonFactory()
    for hours in (100, 20, 60, 40):
        CourseFactory(title=f"{hours}", category=PUBLIC, hours=Hours(hours))
    found = fitting_courses(person, 2025, PUBLIC, Hours(50))
    assert [course.shown.title for course in found] == ["60", "100", "40", "20"]


def test_course_under_way_comes_before_all_others_and_finished_ones_never(app):
    person = PersonFactory()
    exact = CourseFactory(title="刚好", category=PUBLIC, hours=Hours(50))
    begun = CourseFactory(title="在学", category=PUBLIC, hours=Hours(10))
    done = CourseFactory(title="学完", category=PUBLIC, hours=Hours(50))
    CycleFactory(person=person, course=begun)
    finished = CycleFactory(person=person, course=done)
    with transaction():
        complete_cycle(finished)
    found = fitting_courses(person, 2025, PUBLIC, Hours(50))
    assert [course.id for course in found] == [begun.id, exact.id]


def test_courses_of_other_years_categories_and_more_than_fit_the_page_are_left_out(app):
    person = PersonFactory()
    CourseFactory(category=PUBLIC, hours=Hours(50), year=2024)
    CourseFactory(category=PROFESSIONAL, hours=Hours(50))
    for _number in range(SHOWN + 2):
        CourseFactory(category=PUBLIC, hours=Hours(50))
    assert len(fitting_courses(person, 2025, PUBLIC, Hours(50))) == SHOWN


def test_unit_of_another_city_is_judged_by_that_citys_notice(app):
    person = worker(unit("370800", name="运河设计院"))
    statement = years.state_year(None, years.division_of(person), 2025)
    assert statement.policy.code == "370800-2022"
