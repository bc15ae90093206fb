"""Which policy is in force, what it takes from the province, and that a notice is one file."""

import pytest

from lms.core.toml_files import TomlFileError
from lms.core.types import Hours
from lms.factory import create_app
from lms.hourbank import policies
from lms.hourbank.conversion.rules import recognize
from lms.hourbank.conversion.types import DeclaredBy
from lms.hourbank.policies import policy_for, requirement_for
from lms.hourbank.rules import Requirement
from tests.hourbank.conversion.support import HOURS, granted

MINIMAL = """
[notice]
title = "某市通知"
file = "notice.txt"
[year]
public = { hours = "24", source = "一" }
professional = { hours = "48", source = "一" }
total = { hours = "72", source = "一" }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of policies beside the province's; `write(name, text)` adds one."""
    province = policies.FOLDER / "370000-2025.toml"
    (tmp_path / province.name).write_text(province.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    policies.forget()

    def write(name: str, text: str) -> None:
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        policies.forget()

    yield write
    monkeypatch.undo()
    policies.forget()


@pytest.mark.parametrize(
    ("division", "year", "code"),
    [
        ("371100", 2024, "371100-2024"),
        ("371102001", 2024, "371100-2024"),
        ("371102", 2026, "371100-2024"),
        ("371100", 2023, "371100-2024"),
        ("370600", 2023, "370600-2023"),
        ("370481", 2024, "370400-2024"),
        ("370800", 2022, "370800-2022"),
        ("370100", 2025, "370000-2025"),
        ("370100", 2019, "370000-2025"),
        ("110000", 2025, "370000-2025"),
    ],
)
def test_the_policy_is_the_units_divisions_or_that_of_one_above(division, year, code):
    assert policy_for(division, year).code == code


@pytest.mark.parametrize("division", ["370000", "370400", "370600", "370800", "371100"])
def test_every_notice_asks_for_30_60_and_90(division):
    assert requirement_for(2024, division) == Requirement(Hours(300), Hours(600), Hours(900))


def test_a_city_takes_from_the_province_what_it_is_silent_on(folder):
    folder("371300-2025", MINIMAL)
    policy = policy_for("371302", 2025)
    assert [(kind.code, kind.policy) for kind in policy.kinds] == [
        ("training", "370000-2025"),
        ("digital_engineer", "370000-2025"),
    ]
    assert policy.deciding.steps == ("unit", "department", "bureau")
    assert granted(recognize(policy, "quality_course", {"hours": HOURS("2")}, {})) == {
        "public": "4"
    }
    assert requirement_for(2025, "371300") == Requirement(Hours(240), Hours(480), Hours(720))


def test_a_new_notice_costs_one_file_and_a_kind_nobody_had_before_works(folder):
    folder(
        "371300-2025",
        MINIMAL
        + """
[caps.open_day]
label = "科普开放日"
hours = "6"
source = "五"
[kinds.open_day]
label = "科普开放日"
help = "接待公众。"
source = "五"
measure = "items"
categories = ["public"]
each = { hours = "2.5", source = "五" }
cap = "open_day"
""",
    )
    found = recognize(policy_for("371300", 2025), "open_day", {"items": 3}, {})
    assert granted(found) == {"public": "6"}
    assert [str(each.reason) for each in found.refused] == [
        "科普开放日每年累计不超过 6 学时，本年此前已认定 0 学时"
    ]


def test_the_newest_earlier_year_holds_and_the_oldest_before_all(folder):
    folder("371300-2022", MINIMAL)
    folder("371300-2024", MINIMAL)
    years = {year: policy_for("371300", year).year for year in (2020, 2022, 2023, 2024, 2027)}
    assert years == {2020: 2022, 2022: 2022, 2023: 2022, 2024: 2024, 2027: 2024}


def test_what_is_reported_by_others_is_no_form_of_a_claim():
    jining = policy_for("370800", 2022)
    assert {kind.code: kind.declared_by for kind in jining.reported} == {
        "public_lecture": DeclaredBy.ORGANIZER,
        "quality_course": DeclaredBy.PLATFORM,
    }
    assert all(kind.declared_by is DeclaredBy.PERSON for kind in jining.kinds)


@pytest.mark.parametrize("policy", policies.policies().values(), ids=lambda policy: policy.code)
def test_every_claim_of_every_policy_needs_evidence_and_names_its_clause(policy):
    for kind in policy.kinds:
        assert any(evidence.required for evidence in kind.evidence), kind.code
        assert kind.source
        assert all(cap.source for cap in kind.caps.values())


def test_a_wrong_file_stops_the_start_by_file_line_and_key(folder, tmp_path):
    folder("371300-2025", MINIMAL + '[caps.result]\nlabel = "成果"\nhours = "-3"\nsource = "二"\n')
    with pytest.raises(TomlFileError) as wrong:
        policies.policies()
    assert str(wrong.value).startswith(
        f"{tmp_path / '371300-2025.toml'}:11: caps.result.hours cannot be '-3'"
    )


def test_the_application_does_not_start_with_a_wrong_file(folder, settings):
    folder("371300-2025", MINIMAL.replace('"24"', "24"))
    with pytest.raises(TomlFileError, match=r"371300-2025\.toml:6: year\.public"):
        create_app(settings)
