"""A changed policy on decided claims: who gains, who loses, by how much and why."""

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from lms.core.toml_files import TomlFile
from lms.hourbank.conversion.cli import dry_run_policy
from lms.hourbank.conversion.dry_run import DryRun, dry_run
from lms.hourbank.conversion.history import add_source
from lms.hourbank.conversion.reader import policy_of
from lms.hourbank.conversion.trying import reasons_of, signed, try_file
from lms.hourbank.policies import FOLDER, policies, policies_with
from tests.hourbank.conversion.support import decided

SELF_STUDY = 'self_study = { label = "自学类", hours = "40"'
STUDY = {"hours": "25", "study_file": True}


def changed(old: str, new: str, name: str = "370800-2022") -> tuple[str, bytes]:
    """A policy's file with something else in it."""
    text = (FOLDER / "370800-2022.toml").read_text(encoding="utf-8")
    assert old in text
    return f"{name}.toml", text.replace(old, new).encode()


def run(claims, old: str = "", new: str = "", name: str = "370800-2022") -> DryRun:
    file, content = changed(old, new, name)
    policy = policy_of(TomlFile(file, content.decode()))
    return dry_run(policy, policies(), policies_with(policy), claims)


def test_a_file_that_changes_nothing_judges_nothing_anew():
    found = run([decided("self_study", STUDY, professional="25")])
    assert (found.checked, found.changes) == (0, [])


def test_a_lower_cap_takes_from_the_claim_that_passes_it_and_says_why():
    claims = [
        decided("self_study", STUDY, professional="25"),
        decided("self_study", STUDY, professional="15"),
    ]
    found = run(claims, SELF_STUDY, SELF_STUDY.replace("40", "30"))
    (change,) = found.changes
    assert change.claim is claims[1]
    assert (str(change.before), str(change.after), signed(change)) == ("15", "5", "-10")
    assert reasons_of(change) == [
        "自学类每年累计不超过 30 学时，本年此前已认定 25 学时",
        "不再适用：自学类每年累计不超过 40 学时，本年此前已认定 25 学时",
    ]
    assert (found.checked, found.losers, str(found.lost), found.gainers) == (2, 1, "10", 0)


def test_a_higher_cap_gives_back_what_was_refused():
    claims = [
        decided("self_study", STUDY, professional="25"),
        decided("self_study", STUDY, professional="15"),
        decided("self_study", STUDY, person="2", professional="25"),
    ]
    found = run(claims, SELF_STUDY, SELF_STUDY.replace("40", "60"))
    (change,) = found.changes
    assert (signed(change), found.gainers, str(found.gained)) == ("+10", 1, "10")
    assert [each[:4] for each in reasons_of(change)] == ["不再适用"]


def test_each_person_and_year_has_its_own_cap():
    claims = [
        decided("self_study", STUDY, professional="25"),
        decided("self_study", STUDY, year=2023, professional="25"),
        decided("self_study", STUDY, person="2", professional="25"),
    ]
    assert run(claims, SELF_STUDY, SELF_STUDY.replace("40", "30")).changes == []


def test_one_persons_gain_and_loss_in_a_year_make_one_sum():
    """Fewer hours for a paper, more for an exam: the person is counted once, by the balance."""
    claims = [
        decided("result", {"items": 1, "form": "paper"}, professional="10"),
        decided("exam", {}, professional="16"),
    ]
    text = (FOLDER / "370800-2022.toml").read_text(encoding="utf-8")
    text = text.replace('each = { hours = "10"', 'each = { hours = "8"')
    text = text.replace('each = { hours = "16"', 'each = { hours = "20"')
    policy = policy_of(TomlFile("370800-2022.toml", text))
    found = dry_run(policy, policies(), policies_with(policy), claims)
    assert [signed(change) for change in found.changes] == ["-2", "+4"]
    assert (found.gainers, found.losers) == (1, 0)
    assert (str(found.gained), str(found.lost)) == ("4", "2")
    assert reasons_of(found.changes[0]) == []


def test_a_kind_that_is_gone_and_a_fact_that_is_missing_lose_all():
    gone = run([decided("exam", {}, professional="16")], "[kinds.exam]", "[kinds.examination]")
    (change,) = gone.changes
    assert (change.kind_label, signed(change)) == ("职业资格考试", "-16")
    assert reasons_of(change) == ["规则中没有这一种类"]
    by_days = run(
        [decided("self_study", STUDY, professional="25")],
        'measure = "hours"\ncategories = ["professional"]\ncap = "self_study"',
        'measure = "days"\nper_day = { hours = "8", source = "x" }\ncategories = ["professional"]',
    )
    (change,) = by_days.changes
    assert reasons_of(change) == ["申报内容不符合规则的要求：请填写大于 0 的整数。"]


def test_a_file_for_a_later_year_leaves_earlier_claims_alone():
    claims = [decided("exam", {}, year=year, professional="16") for year in (2022, 2023, 2024)]
    found = run(claims, 'each = { hours = "16"', 'each = { hours = "20"', "370800-2023")
    assert [change.claim.year for change in found.changes] == [2023, 2024]


def test_a_changed_province_changes_what_cities_take_from_it():
    text = (
        (FOLDER / "370000-2025.toml")
        .read_text(encoding="utf-8")
        .replace("number = 2", "number = 3")
    )
    policy = policy_of(TomlFile("370000-2025.toml", text))
    claim = decided("quality_course", {"hours": "2"}, public="4")
    (change,) = dry_run(policy, policies(), policies_with(policy), [claim]).changes
    assert (str(change.before), str(change.after)) == ("4", "6")


def test_claims_under_rules_that_stay_count_for_the_caps_of_those_that_change():
    """Somebody moved in from another city in the middle of the year."""
    claims = [
        decided(
            "self_study", {**STUDY, "form": "degree"}, division_code="370400", professional="25"
        ),
        decided("self_study", STUDY, professional="15"),
    ]
    found = run(claims, SELF_STUDY, SELF_STUDY.replace("40", "30"))
    (change,) = found.changes
    assert (found.checked, str(change.after)) == (1, "5")


@pytest.fixture
def told(app, monkeypatch):
    """Which divisions' claims were asked for; the source has one claim in Jining."""
    asked = []

    def source(prefix: str):
        asked.append(prefix)
        if "370800".startswith(prefix):
            yield decided("self_study", {**STUDY, "hours": "35"}, professional="35")

    monkeypatch.setitem(app.extensions, "claim_sources", [])
    add_source(app, source)
    return asked


@pytest.mark.parametrize(
    ("divisions", "asked"),
    [
        (["370000"], ["3708"]),
        (["370800"], ["3708"]),
        (["370811", "370812"], ["370811", "370812"]),
        (["370811", "370811001"], ["370811"]),
        (["370400"], []),
        ([], []),
    ],
)
def test_claims_are_asked_for_where_policy_and_posts_meet(told, divisions, asked):
    try_file(*changed(SELF_STUDY, SELF_STUDY.replace("40", "30")), divisions)
    assert told == asked


def test_the_command_tells_and_writes_a_workbook(told, app, tmp_path):
    name, content = changed(SELF_STUDY, SELF_STUDY.replace("40", "30"))
    (tmp_path / name).write_bytes(content)
    arguments = [str(tmp_path / name), "--workbook", str(tmp_path / "out.xlsx")]
    result = CliRunner().invoke(dry_run_policy, arguments)
    assert "self_study-1 王** 2022 self_study: 35 -> 30 (-5)" in result.output
    assert (
        "370800-2022: 1 claims judged anew, 1 change; 0 people gain 0 hours, 1 lose 5 hours."
        in (result.output)
    )
    totals, changes = load_workbook(tmp_path / "out.xlsx").worksheets
    assert [cell.value for cell in totals["B"]] == ["370800-2022", 1, 1, 0, "0", 1, "5"]
    assert changes.max_row == 2


def test_the_command_names_file_line_and_key(told, tmp_path):
    name, content = changed('hours = "40"', "hours = 40")
    (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(dry_run_policy, [str(tmp_path / name)])
    assert result.exit_code == 1
    assert f"{tmp_path / name}:15: caps.self_study.hours cannot be 40" in result.output
    assert result.output.count("\n") == 1
