"""Prices, addresses and what may be written in a course."""

import pytest

from lms.catalog.rules import (
    CourseFacts,
    course_price,
    first_problem,
    free_lesson_slug,
    frozen_changes,
    is_slug,
    latin_slug,
    suggested_hours,
)
from lms.core.enums import HourCategory
from lms.core.types import Hours


def facts(**given):
    values = {
        "title": "数据安全与个人信息保护",
        "category": HourCategory.PROFESSIONAL,
        "hours": Hours.parse("7.5"),
        "year": 2025,
        "lecturer_name": "李老师",
    }
    return CourseFacts(**{**values, **given})


@pytest.mark.parametrize(
    ("hours", "fen"), [("7.5", 600), ("0.1", 8), ("2", 160), ("30", 2400), ("60", 4800)]
)
def test_professional_course_costs_eighty_fen_an_hour(hours, fen):
    assert course_price(facts(hours=Hours.parse(hours)), 80) == fen


def test_price_is_rounded_half_up_to_a_fen():
    assert course_price(facts(hours=Hours.parse("0.5")), 81) == 41


def test_public_course_is_free():
    assert course_price(facts(category=HourCategory.PUBLIC), 80) == 0


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Python 3 数据分析", "python-3"),
        ("数据分析", ""),
        ("  A--B  ", "a-b"),
        ("x" * 99, "x" * 60),
    ],
)
def test_slug_holds_the_latin_words_of_a_title(title, slug):
    assert latin_slug(title) == slug


@pytest.mark.parametrize(
    ("slug", "fits"),
    [
        ("data-safety", True),
        ("a1", True),
        ("a", False),
        ("A1", False),
        ("a--b", False),
        ("-a", False),
        ("a_b", False),
        ("课程", False),
        ("new", False),
        ("a" * 61, False),
        ("ok\n", False),
    ],
)
def test_slug_is_lower_case_words_joined_by_hyphens(slug, fits):
    assert is_slug(slug) is fits


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "短"),
        ("title", "长" * 121),
        ("hours", Hours(0)),
        ("hours", Hours(9001)),
        ("year", 1999),
        ("year", 20250),
        ("lecturer_name", ""),
        ("lecturer_title", "长" * 65),
        ("max_pace_tenths", 9),
        ("max_pace_tenths", 21),
    ],
)
def test_wrong_value_names_its_field(field, value):
    problem = first_problem(facts(**{field: value}))
    assert problem is not None
    assert problem[0] == field


def test_sound_course_has_no_problem():
    assert first_problem(facts()) is None


def test_only_category_hours_and_year_are_frozen():
    changed = facts(title="另一个名称", year=2024, hours=Hours(10))
    assert frozen_changes(facts(), changed) == ["hours", "year"]
    assert frozen_changes(facts(), facts(category=HourCategory.PUBLIC)) == ["category"]


def test_next_lesson_slug_skips_those_taken():
    assert free_lesson_slug([]) == "lesson-1"
    assert free_lesson_slug(["lesson-1"]) == "lesson-2"
    assert free_lesson_slug(["lesson-2"]) == "lesson-3"


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(0, 0), (4.49, 0), (4.5, 1), (44.9, 9), (45, 10), (112.4, 24), (112.5, 25)],
)
def test_forty_five_minutes_of_film_suggest_an_hour_in_tenths_rounded_down(minutes, hours):
    assert suggested_hours(int(minutes * 60_000)) == Hours(hours)
