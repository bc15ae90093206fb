"""A wrong file of a policy is told by file, line and key, all that is wrong at once."""

from pathlib import Path

import pytest

from lms.core.toml_files import TomlFile, TomlFileError
from lms.hourbank.conversion.reader import policy_of, read_policy
from lms.hourbank.conversion.types import CategoryRule, Measure
from lms.hourbank.policies import FOLDER

HEAD = """[notice]
title = "某市通知"
file = "notice.txt"
[year]
public = { hours = "30", source = "一" }
professional = { hours = "60", source = "一" }
total = { hours = "90", source = "一" }
[caps]
result = { label = "成果", hours = "30", source = "二" }
"""
# The first line of what a test adds.
NEXT = HEAD.count("\n") + 1
KIND = """[kinds.result]
label = "成果"
help = "奖励。"
source = "二"
measure = "items"
categories = ["professional"]
each = { hours = "10", source = "二" }
cap = "result"
"""


def read(text: str, name: str = "371300-2025.toml"):
    return policy_of(TomlFile(name, text))


def problems(text: str) -> list[str]:
    with pytest.raises(TomlFileError) as wrong:
        read(text)
    return [str(each) for each in wrong.value.problems]


def test_a_sound_file_becomes_a_policy():
    policy = read(HEAD + KIND)
    (kind,) = policy.kinds
    assert (policy.code, policy.title) == ("371300-2025", "某市通知")
    assert (kind.code, kind.measure, kind.policy) == ("result", Measure.ITEMS, "371300-2025")
    assert kind.category_rule is CategoryRule.FIXED
    assert [cap.code for cap in kind.caps.values()] == ["result"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('hours = "30"', "hours = 30", "5: year.public.hours cannot be 30"),
        ('hours = "30"', 'hours = "-30"', "5: year.public.hours cannot be '-30'"),
        ('hours = "30"', 'hours = "0"', "5: year.public.hours cannot be '0'"),
        ('hours = "30"', 'hours = "30.55"', "5: year.public.hours cannot be '30.55'"),
        (', source = "一" }', " }", "5: year.public.source is missing"),
        ("public = {", "publik = {", "5: year.publik is not known"),
        ('title = "某市通知"', "", "1: notice.title is missing"),
        ('title = "某市通知"', 'title = " "', "2: notice.title cannot be ' '"),
        ('title = "某市通知"', "title = 5", "2: notice.title cannot be 5"),
        ("[year]", "[yaer]", "4: yaer is not known"),
        ("[year]", "[[year]]", "4: year must be a table"),
    ],
)
def test_what_is_wrong_above_the_kinds(old, new, told):
    assert any(each.startswith(told) for each in problems(HEAD.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"items"', '"weight"', 4, "kinds.result.measure cannot be 'weight'; known are days"),
        ('measure = "items"', "", 0, "kinds.result.measure is missing"),
        ("each = {", "per_day = {", 6, "kinds.result.per_day is not known"),
        ('each = { hours = "10", source = "二" }', "", 0, "kinds.result.each.hours is missing"),
        ('["professional"]', "[]", 5, "kinds.result.categories must name one category or two"),
        ('["professional"]', '["private"]', 5, "kinds.result.categories cannot be"),
        ('["professional"]', '["public", "public"]', 5, "kinds.result.categories must name"),
        ('cap = "result"', 'cap = "results"', 7, "kinds.result.cap cannot be 'results'"),
        ('cap = "result"', "cap = 5", 7, "kinds.result.cap must be a table"),
        ('cap = "result"', 'declared_by = "me"', 7, "kinds.result.declared_by cannot be 'me'"),
        ('cap = "result"', 'labels = { days = "天" }', 7, "kinds.result.labels.days is not known"),
        ('cap = "result"', 'excluded = "rest"', 7, "kinds.result.excluded cannot be 'rest'"),
        ('cap = "result"', "fields = 5", 7, "kinds.result.fields must be a list of tables"),
        ('label = "成果"', "", 0, "kinds.result.label is missing"),
    ],
)
def test_what_is_wrong_in_a_kind(old, new, line, told):
    assert problems(HEAD + KIND.replace(old, new, 1))[0].startswith(f"{NEXT + line}: {told}")


FIELDS = """fields = [
  { name = "form", type = "choice", label = "种类", choices = { paper = "论文" } },
  { name = "is_ok", type = "yes_no", label = "是否" },
]
conditions = [
{ code = "a", field = "is_ok", is_true = true, when.form = ["paper"], reason = "x", source = "1" },
]
evidence = [
  { code = "proof", label = "证明" },
]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('type = "choice"', 'type = "menu"', 10, "fields.0.type cannot be 'menu'"),
        ('name = "form"', 'name = "items"', 10, "fields.0.name 'items' is taken"),
        ('name = "is_ok"', 'name = "sent"', 11, "fields.1.name 'sent' is taken"),
        ('name = "is_ok"', 'name = "form"', 11, "fields.1.name 'form' is taken"),
        ('name = "is_ok"', 'name = "is ok"', 11, "fields.1.name 'is ok' is taken, or no name"),
        (', choices = { paper = "论文" }', "", 10, "fields.0.choices must stand with"),
        ('"yes_no", label', '"yes_no", choices = { a = "b" }, label', 11, "fields.1.choices must"),
        ('label = "是否"', 'label = "是否", required = 1', 11, "fields.1.required cannot be 1"),
        ('label = "是否"', 'label = "是否", size = 1', 11, "fields.1.size is not known"),
        ("is_true = true", "is_true = false", 14, "conditions.0.is_true cannot be False"),
        ("is_true = true", "over = 5", 14, "conditions.0.over cannot be asked of a field"),
        ("is_true = true", "not_after = 2025-01-01", 14, "conditions.0.not_after cannot be asked"),
        ("is_true = true", "is_true = true, over = 5", 14, "conditions.0 must have exactly one"),
        ('field = "is_ok"', 'field = "ok"', 14, "conditions.0.field cannot be 'ok'; known are"),
        ('["paper"]', '["book"]', 14, "conditions.0.when.form cannot be"),
        ("form = [", "is_ok = [", 14, "conditions.0.when.is_ok is not known"),
        ('reason = "x"', 'reason = ""', 14, "conditions.0.reason cannot be ''"),
        ('code = "proof"', 'code = "Proof"', 17, "evidence.0.code 'Proof' stands here twice, or"),
        ('label = "证明"', "required = true", 17, "evidence.0.label is missing"),
    ],
)
def test_what_is_wrong_in_fields_conditions_and_evidence(old, new, line, told):
    text = HEAD + KIND + FIELDS
    assert not read(text).reported
    wrong = problems(text.replace(old, new, 1))
    assert wrong[0].startswith(f"{NEXT + line - 1}: kinds.result.{told}"), wrong


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[title_review.unit]\npublic = [2020]\nsource = 'x'\n", "title_review.unit is not known"),
        ("[title_review.enterprise]\npublic = ['2020']\n", "title_review.enterprise.public cannot"),
        ("[title_review.enterprise]\nsource = 'x'\n", "title_review.enterprise must name years"),
        ("[deciding]\nsteps = []\nsource = 'x'\n", "deciding.steps must name somebody"),
        ("[deciding]\nsteps = ['boss']\nsource = 'x'\n", "deciding.steps cannot be ['boss']"),
        ("[deciding]\nsteps = ['unit']\n", "deciding.source is missing"),
    ],
)
def test_what_is_wrong_in_title_review_and_steps(text, told):
    assert told in problems(HEAD + text)[0]


@pytest.mark.parametrize("code", ["Result", "result-2", "r" * 33])
def test_a_kind_is_named_by_a_code_that_the_ledger_can_keep(code):
    text = HEAD + KIND.replace("[kinds.result]", f"[kinds.{code}]")
    assert problems(text)[0].startswith(f"{NEXT}: kinds.{code} must be a code")


def test_months_take_their_categories_from_the_year():
    text = KIND.replace('measure = "items"', 'measure = "months"').replace(
        'each = { hours = "10", source = "二" }', 'whole_year = { public = "30", source = "二" }'
    )
    assert problems(HEAD + text)[0].startswith(f"{NEXT + 5}: kinds.result.categories is not asked")
    without = text.replace('categories = ["professional"]\n', "")
    assert [each.value for each in read(HEAD + without).kinds[0].categories] == ["public"]
    assert (
        "must name hours of a category"
        in problems(HEAD + without.replace('public = "30", ', ""))[0]
    )


def test_everything_that_is_wrong_is_told_at_once_in_order_of_lines():
    text = HEAD.replace('"90"', "90") + KIND.replace('"10"', "10") + "[more]\n"
    lines = [int(each.partition(":")[0]) for each in problems(text)]
    assert lines == [7, NEXT + 6, NEXT + 8]


def test_what_is_no_toml_is_told_with_its_line():
    assert problems(HEAD + "= 5\n")[0].startswith(f"{NEXT}: Invalid statement (at line {NEXT}")


def test_a_file_must_be_named_by_division_and_year():
    with pytest.raises(TomlFileError, match="<division code>-<year>"):
        read(HEAD, "linyi.toml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    path = tmp_path / "371300-2025.toml"
    path.write_bytes('[notice]\ntitle = "某市"\n'.encode("gbk"))
    with pytest.raises(TomlFileError, match=":1: is not UTF-8"):
        read_policy(path)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_figure_of_the_files_names_its_clause(path: Path):
    policy = read_policy(path)
    figures = [kind.per_day or kind.each or kind.times for kind in policy.kinds]
    figures += [figure for kind in policy.kinds for figure in kind.whole_year.values()]
    figures += [level for kind in policy.kinds for level in kind.levels]
    assert all(figure.source for figure in figures if figure is not None)
    assert all(policy.requirement_sources.values())
