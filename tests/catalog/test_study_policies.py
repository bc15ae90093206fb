"""Study policies: which one is in force, on which days one studies, and files that are wrong."""

import datetime as dt

import pytest

from lms.catalog.policies import (
    RestudyRule,
    StudyDates,
    dates_on,
    divisions_upwards,
    policy_for,
    policy_of,
    study_dates,
)
from lms.catalog.policy_files import read_policy
from lms.core.enums import HourCategory
from lms.core.toml_files import TomlFileError
from tests.factories import CourseFactory, OrganizationFactory
from tests.factories.organizations import division

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL
DAY = dt.date


def test_a_street_is_below_its_county_its_city_and_its_province():
    assert list(divisions_upwards("371102001")) == ["371102001", "371102", "371100", "370000"]
    assert list(divisions_upwards("370000")) == ["370000"]


@pytest.mark.parametrize(
    ("code", "year", "opens", "closes"),
    [
        ("371100", 2024, DAY(2024, 1, 1), DAY(2024, 8, 31)),
        ("371102001", 2024, DAY(2024, 1, 1), DAY(2024, 8, 31)),
        ("370600", 2023, DAY(2023, 1, 1), DAY(2023, 12, 31)),
        ("370400", 2024, DAY(2024, 1, 1), DAY(2024, 12, 31)),
        ("370800", 2022, DAY(2022, 5, 1), DAY(2022, 12, 31)),
    ],
)
def test_public_courses_are_open_as_the_notice_says(code, year, opens, closes):
    found = study_dates(code, year, PUBLIC)
    assert [(each.opens_on, each.closes_on) for each in found] == [(opens, closes)]


@pytest.mark.parametrize("category", [PUBLIC, PROFESSIONAL])
def test_rizhao_2024_lets_one_make_up_for_2019_to_2023(category):
    for year in range(2019, 2024):
        assert [each.closes_on for each in study_dates("371100", year, category)] == [
            DAY(2024, 8, 31)
        ]
    assert study_dates("371100", 2018, category) == []
    assert study_dates("371100", 2025, category) == []


def test_jining_says_nothing_of_professional_courses():
    assert study_dates("370800", 2022, PROFESSIONAL) == []


def test_days_between_two_stretches_belong_to_the_coming_one():
    first = StudyDates(DAY(2024, 1, 1), DAY(2024, 8, 31))
    second = StudyDates(DAY(2025, 3, 1), DAY(2025, 6, 30), frozenset({2024}))
    known = [first, second]
    assert dates_on(known, DAY(2024, 8, 31)) is first
    assert dates_on(known, DAY(2024, 9, 1)) is second
    assert dates_on(known, DAY(2026, 1, 1)) is second
    assert dates_on([], DAY(2026, 1, 1)) is None


def test_a_rule_without_date_outlives_its_year_and_a_silent_division_follows_the_one_above(
    study_policy,
):
    study_policy("371100-2024", '[restudy]\ndecided_by = "base"\n[exam]\npass_percent = 70\n')
    study_policy("370000-2025", '[restudy]\ndecided_by = "automatic"\n')
    assert policy_for("371102", 2026).pass_percent == 70
    assert policy_for("371102", 2026).restudy is RestudyRule.BASE
    assert policy_for("371100", 2023).restudy is RestudyRule.EITHER
    assert policy_for("370600", 2025).restudy is RestudyRule.AUTOMATIC
    assert policy_for("370600", 2025).pass_percent is None


def test_the_policy_of_a_course_is_that_of_its_base(app, study_policy):
    study_policy("371100-2025", '[restudy]\ndecided_by = "unit"\n')
    assert policy_of(CourseFactory(base=_base("371102"))).restudy is RestudyRule.UNIT
    assert policy_of(CourseFactory(base=_base("370600"))).restudy is RestudyRule.EITHER


def _base(code: str):
    division(code)
    return OrganizationFactory(division_code=code)


def test_a_course_is_open_between_the_days_of_its_policy(app, clock, study_policy):
    study_policy("371100-2025", "[study.public]\nopens_on = 2025-06-02\ncloses_on = 2025-06-30\n")
    course = CourseFactory(base=_base("371100"))
    clock.advance(days=-1)
    assert (course.is_open, course.opens_on) == (False, DAY(2025, 6, 2))
    clock.advance(days=1)
    assert (course.is_open, course.opens_on, course.last_day) == (True, None, DAY(2025, 6, 30))
    clock.advance(days=29)
    assert (course.is_open, course.is_past_closing) == (False, True)


def test_the_earlier_of_the_two_last_days_holds(app, study_policy):
    study_policy("371100-2025", "[study.public]\ncloses_on = 2025-08-31\n")
    base = _base("371100")
    assert CourseFactory(base=base).last_day == DAY(2025, 8, 31)
    assert CourseFactory(base=base, closes_on=DAY(2025, 7, 1)).last_day == DAY(2025, 7, 1)
    assert CourseFactory(base=base, closes_on=DAY(2025, 9, 1)).last_day == DAY(2025, 8, 31)


def test_a_course_of_an_earlier_year_is_open_again_to_make_up(app, clock, study_policy):
    study_policy("371100-2024", "[study.public]\ncloses_on = 2024-08-31\n")
    study_policy("371100-2025", "[study.public]\nmake_up_years = [2024]\n")
    course = CourseFactory(base=_base("371100"), year=2024)
    assert (course.is_open, course.is_make_up) == (True, True)
    assert course.last_day == DAY(2025, 12, 31)
    shut = CourseFactory(base=_base("371100"), year=2024, category=PROFESSIONAL)
    assert shut.is_open is True  # No notice says anything of it.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[study.public]\n\ncloses_on = 1\n", ":3: study.public.closes_on cannot be 1"),
        ("[study.public]\ncloses_on = 2023-12-31\n", ":2: study.public.closes_on is before"),
        ("[study.public]\nmake_up_years = [2024]\n", ":2: study.public.make_up_years must be"),
        ('[study.public]\nmake_up_years = ["x"]\n', ":2: study.public.make_up_years cannot be"),
        ("[study.private]\n", ":1: study.private is not known"),
        ("[exam]\npass_percent = 0\n", ":2: exam.pass_percent cannot be 0"),
        ("[exam]\npass_percent = true\n", ":2: exam.pass_percent cannot be True"),
        ('[restudy]\ndecided_by = "me"\n', ":2: restudy.decided_by cannot be 'me'"),
        ("[restudy]\nwho = 1\n", ":2: restudy.who is not known; known are decided_by"),
        ("exam = 5\n", ":1: exam must be a table"),
        ("[[\n", "at line 1"),
    ],
)
def test_a_wrong_file_is_told_by_file_line_and_key(tmp_path, text, told):
    path = tmp_path / "371100-2024.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TomlFileError) as refused:
        read_policy(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_a_file_must_be_named_by_division_and_year(tmp_path):
    path = tmp_path / "rizhao.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(TomlFileError, match="<division code>-<year>"):
        read_policy(path)
