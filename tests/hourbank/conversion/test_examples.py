"""What each notice recognises: the worked examples of the rules, and more of every city."""

import datetime as dt

import pytest

from lms.core.types import Hours
from lms.hourbank.conversion.rules import recognize, title_shortfalls, title_years
from lms.hourbank.conversion.types import FactsError, NotClaimable
from lms.hourbank.policies import policy_for, requirement_for
from lms.organizations.enums import UnitNature
from tests.hourbank.conversion.support import (
    HOURS,
    PROFESSIONAL,
    PUBLIC,
    SHARED,
    granted,
    recognize_all,
    refused,
)

JINING = policy_for("370800", 2022)
ZAOZHUANG = policy_for("370400", 2024)
RIZHAO = policy_for("371100", 2024)
YANTAI = policy_for("370600", 2023)
SHANDONG = policy_for("370000", 2025)
IN_TIME, LATE = dt.date(2024, 5, 30), dt.date(2024, 5, 31)
NOTHING: dict[str, str] = {}


def h(text: str) -> dict[str, Hours]:
    return {"hours": HOURS(text)}


@pytest.mark.parametrize(
    ("policy", "kind", "facts", "gives", "lacks"),
    [
        # Jining 2022, 二（二）4.
        (JINING, "training", {"days": 3, **h("30")}, {"professional": "24"}, [("6", "per_day")]),
        (JINING, "training", {"days": 3, **h("24")}, {"professional": "24"}, []),
        (JINING, "training", {"days": 1, **h("2.5")}, {"professional": "2.5"}, []),
        (JINING, "training", {"days": 1, **h("8.1")}, {"professional": "8"}, [("0.1", "per_day")]),
        (JINING, "result", {"items": 4}, {"professional": "30"}, [("10", "cap:result")]),
        (JINING, "result", {"items": 1}, {"professional": "10"}, []),
        (JINING, "competition", {"level": "provincial", "category": PUBLIC}, {"public": "4"}, []),
        (JINING, "competition", {"level": "national", "category": PUBLIC}, {"public": "5"}, []),
        (JINING, "competition", {"level": "city", "category": "public"}, {"public": "3"}, []),
        (JINING, "competition", {"level": "county", "category": "public"}, {"public": "3"}, []),
        (
            JINING,
            "competition",
            {"level": "national", "category": PROFESSIONAL},
            {"professional": "30"},
            [],
        ),
        (
            JINING,
            "competition",
            {"level": "county", "category": PROFESSIONAL},
            {"professional": "5"},
            [],
        ),
        (JINING, "self_study", {**h("12"), "study_file": False}, {}, [("12", "study_file")]),
        (JINING, "self_study", h("12"), {}, [("12", "study_file")]),
        (JINING, "self_study", {**h("12"), "study_file": True}, {"professional": "12"}, []),
        (
            JINING,
            "self_study",
            {**h("41"), "study_file": True},
            {"professional": "40"},
            [("1", "cap:self_study")],
        ),
        (JINING, "exam", {}, {"professional": "16"}, []),
        (
            JINING,
            "expert",
            {"days": 2, **h("20"), "rest_hours": HOURS("5.5")},
            {"professional": "14.5"},
            [("5.5", "rest")],
        ),
        (
            JINING,
            "expert",
            {"days": 1, **h("12"), "rest_hours": HOURS("1")},
            {"professional": "8"},
            [("1", "rest"), ("3", "per_day")],
        ),
        (JINING, "posting", {"months": 12}, {"public": "30", "professional": "60"}, []),
        (JINING, "posting", {"months": 1}, {"public": "2.5", "professional": "5"}, []),
        (JINING, "abroad", {"months": 6}, {}, [("15", "over"), ("30", "over")]),
        (JINING, "abroad", {"months": 7}, {"public": "17.5", "professional": "35"}, []),
        (JINING, "sick_leave", {"months": 6}, {}, [("15", "over"), ("30", "over")]),
        (JINING, "sick_leave", {"months": 8}, {"public": "20", "professional": "40"}, []),
        (JINING, "maternity", {"months": 5}, {"public": "12.5", "professional": "25"}, []),
        (JINING, "public_lecture", h("3"), {"public": "3"}, []),
        # Zaozhuang 2024, 附件.
        (ZAOZHUANG, "training", {"days": 2, **h("20")}, {"professional": "16"}, [("4", "per_day")]),
        (
            ZAOZHUANG,
            "competition",
            {"items": 1, "level": "national"},
            {"professional": "10"},
            [],
        ),
        (
            ZAOZHUANG,
            "competition",
            {"items": 4},
            {"professional": "30"},
            [("10", "cap:competition")],
        ),
        (ZAOZHUANG, "posting", {"months": 7}, {"public": "17.5", "professional": "35"}, []),
        (
            ZAOZHUANG,
            "self_study",
            {**h("9"), "form": "unit", "study_file": False},
            {},
            [("9", "study_file")],
        ),
        (ZAOZHUANG, "self_study", {**h("9"), "form": "exam"}, {"professional": "9"}, []),
        (ZAOZHUANG, "exam", {}, {"professional": "16"}, []),
        (ZAOZHUANG, "result", {"items": 3}, {"professional": "30"}, []),
        (ZAOZHUANG, "other_leave", {"months": 3}, {"public": "7.5", "professional": "15"}, []),
        (ZAOZHUANG, "digital_engineer", h("64"), {"professional": "64"}, []),
        (
            ZAOZHUANG,
            "transfer",
            {"public_hours": HOURS("12.5"), "professional_hours": HOURS("0")},
            {"public": "12.5"},
            [],
        ),
        (
            ZAOZHUANG,
            "transfer",
            {"public_hours": HOURS("30"), "professional_hours": HOURS("61")},
            {"public": "30", "professional": "61"},
            [],
        ),
        # Rizhao 2024, 二（二）.
        (
            RIZHAO,
            "self_study",
            {**h("30"), "filed_on": IN_TIME, "is_handwritten": True, "characters": 5000},
            {"public": "30"},
            [],
        ),
        (
            RIZHAO,
            "self_study",
            {**h("30"), "filed_on": IN_TIME, "is_handwritten": True, "characters": 4999},
            {},
            [("30", "characters")],
        ),
        (
            RIZHAO,
            "self_study",
            {**h("30"), "filed_on": IN_TIME, "is_handwritten": False, "characters": 9000},
            {},
            [("30", "is_handwritten")],
        ),
        (
            RIZHAO,
            "training",
            {"days": 4, **h("30"), "category": PUBLIC, "filed_on": IN_TIME, "is_filed": True},
            {"public": "30"},
            [],
        ),
        (
            RIZHAO,
            "training",
            {"days": 4, **h("30"), "category": PUBLIC, "filed_on": LATE, "is_filed": True},
            {},
            [("30", "filed_on")],
        ),
        (
            RIZHAO,
            "training",
            {"days": 4, **h("30"), "category": PROFESSIONAL, "filed_on": LATE, "is_filed": True},
            {"professional": "30"},
            [],
        ),
        (
            RIZHAO,
            "training",
            {"days": 1, **h("6"), "category": PROFESSIONAL, "is_filed": False},
            {},
            [("6", "is_filed")],
        ),
        (RIZHAO, "digital_engineer", h("64"), {"professional": "64"}, []),
        (RIZHAO, "result", {**h("10"), "form": "paper"}, {"professional": "10"}, []),
        (RIZHAO, "degree", h("20"), {"professional": "20"}, []),
        # Yantai 2023, 二.
        (
            YANTAI,
            "training",
            {"days": 1, **h("7"), "category": PROFESSIONAL, "is_filed": False},
            {},
            [("7", "is_filed")],
        ),
        (
            YANTAI,
            "training",
            {"days": 1, **h("9"), "category": PROFESSIONAL, "is_filed": True},
            {"professional": "8"},
            [("1", "per_day")],
        ),
        (
            YANTAI,
            "training",
            {"days": 1, **h("4"), "category": PUBLIC, "is_passed": True},
            {"public": "4"},
            [],
        ),
        (
            YANTAI,
            "training",
            {"days": 1, **h("4"), "category": PUBLIC, "is_passed": False},
            {},
            [("4", "is_passed")],
        ),
        (YANTAI, "self_study", h("12"), {"professional": "12"}, []),
        # Shandong 2025.
        (SHANDONG, "quality_course", h("2.5"), {"public": "5"}, []),
        (JINING, "quality_course", h("3"), {"public": "6"}, []),
        (SHANDONG, "digital_engineer", h("40"), {"professional": "40"}, []),
    ],
)
def test_what_a_claim_gives_and_lacks(policy, kind, facts, gives, lacks):
    found = recognize(policy, kind, facts, {})
    assert granted(found) == gives
    assert refused(found) == lacks


def test_zaozhuang_degree_study_25_then_unit_study_20_give_40_and_say_why():
    study_file = {"study_file": True}
    (_, first), (_, second) = recognize_all(
        ZAOZHUANG,
        [
            ("self_study", {**h("25"), "form": "degree"}),
            ("self_study", {**h("20"), "form": "unit", **study_file}),
        ],
    )
    assert granted(first) == {"professional": "25"}
    assert granted(second) == {"professional": "15"}
    (lacking,) = second.refused
    assert str(lacking.hours) == "5"
    assert str(lacking.reason) == "学习类每年累计不超过 40 学时，本年此前已认定 25 学时"
    assert lacking.source == "附件 2"


def test_six_of_thirty_hours_are_refused_with_figures_and_clause():
    found = recognize(JINING, "training", {"days": 3, **h("30")}, {})
    (lacking,) = found.refused
    assert str(lacking.reason) == "每天不超过 8 学时，3 天最多 24 学时"
    assert lacking.source == "二（二）4（1）"
    assert str(found.asked) == "30"


def test_postings_and_leaves_share_one_year():
    done = recognize_all(JINING, [("posting", {"months": 7}), ("sick_leave", {"months": 7})])
    assert granted(done[1][1]) == {"public": "12.5", "professional": "25"}
    assert refused(done[1][1]) == [("5", "cap:away_public"), ("10", "cap:away_professional")]


def test_one_cap_for_both_categories_of_a_claim_is_filled_once():
    found = recognize(SHARED, "posting", {"months": 12}, {})
    assert granted(found) == {"public": "20", "professional": "13.3"}
    assert refused(found) == [("36.7", "cap:all")]


def test_a_cap_that_was_passed_elsewhere_refuses_all_and_takes_nothing_back():
    found = recognize(JINING, "result", {"items": 1}, {"result": HOURS("35")})
    assert granted(found) == NOTHING
    assert refused(found) == [("10", "cap:result")]


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (JINING, "other_leave"),
        (JINING, "transfer"),
        (RIZHAO, "posting"),
        (YANTAI, "exam"),
        (SHANDONG, "competition"),
        (SHANDONG, "nonsense"),
    ],
)
def test_what_neither_city_nor_province_names_is_not_claimable(policy, kind):
    with pytest.raises(NotClaimable):
        recognize(policy, kind, {}, {})


@pytest.mark.parametrize(
    ("policy", "kind", "facts", "field"),
    [
        (JINING, "training", {"days": 3}, "hours"),
        (JINING, "training", {"hours": HOURS("3")}, "days"),
        (JINING, "training", {"days": 0, **h("3")}, "days"),
        (JINING, "training", {"days": True, **h("3")}, "days"),
        (JINING, "training", {"days": 367, **h("3")}, "days"),
        (JINING, "training", {"days": 1, "hours": HOURS("0")}, "hours"),
        (JINING, "training", {"days": 1, "hours": 8.0}, "hours"),
        (JINING, "competition", {"level": "provincial"}, "category"),
        (JINING, "competition", {"level": "world", "category": PUBLIC}, "level"),
        (JINING, "posting", {"months": 13}, "months"),
        (JINING, "expert", {"days": 1, **h("3"), "rest_hours": 1}, "rest_hours"),
        (ZAOZHUANG, "transfer", {"public_hours": HOURS("1")}, "professional_hours"),
        (
            ZAOZHUANG,
            "transfer",
            {"public_hours": HOURS("0"), "professional_hours": HOURS("0")},
            "public_hours",
        ),
        (YANTAI, "training", {"days": 1, **h("3")}, "category"),
    ],
)
def test_facts_that_mean_nothing_are_told_at_their_field(policy, kind, facts, field):
    with pytest.raises(FactsError) as wrong:
        recognize(policy, kind, facts, {})
    assert wrong.value.field == field
    assert str(wrong.value.message)


def _met(but: dict[tuple[int, object], str]) -> dict[tuple[int, object], Hours]:
    full = {(year, PUBLIC): HOURS("30") for year in range(2019, 2024)}
    full |= {(year, PROFESSIONAL): HOURS("60") for year in range(2019, 2024)}
    return full | {key: HOURS(text) for key, text in but.items()}


def test_yantai_enterprises_are_not_asked_for_professional_hours_of_2019():
    years = title_years(YANTAI, UnitNature.ENTERPRISE)
    assert [(each.year, each.categories) for each in years] == [
        (2019, (PUBLIC,)),
        *((year, (PUBLIC, PROFESSIONAL)) for year in range(2020, 2024)),
    ]
    assert title_shortfalls(years, _met({(2019, PROFESSIONAL): "0"}), requirement_for) == ()


def test_yantai_institutions_are():
    years = title_years(YANTAI, UnitNature.INSTITUTION)
    (short,) = title_shortfalls(years, _met({(2019, PROFESSIONAL): "0"}), requirement_for)
    assert (short.year, short.category, str(short.hours)) == (2019, PROFESSIONAL, "60")


def test_a_title_review_judges_each_year_and_category_on_its_own():
    years = title_years(YANTAI, UnitNature.INSTITUTION)
    sums = _met({(2020, PUBLIC): "28.5", (2021, PUBLIC): "95", (2023, PROFESSIONAL): "59.9"})
    short = title_shortfalls(years, sums, requirement_for)
    assert [(each.year, each.category, str(each.hours)) for each in short] == [
        (2020, PUBLIC, "1.5"),
        (2023, PROFESSIONAL, "0.1"),
    ]


def test_a_later_review_looks_at_as_many_years_up_to_its_own():
    years = title_years(YANTAI, UnitNature.ENTERPRISE, 2024)
    assert [each.year for each in years] == [2020, 2021, 2022, 2023, 2024]
    assert years[0].categories == (PUBLIC,)


@pytest.mark.parametrize(("policy", "nature"), [(JINING, UnitNature.ENTERPRISE), (YANTAI, None)])
def test_without_a_rule_no_title_review_is_judged(policy, nature):
    assert title_years(policy, nature) == ()
