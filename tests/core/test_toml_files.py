"""Files of rules: values by key, and mistakes by line."""

import datetime as dt

import pytest

from lms.core.toml_files import Problem, TomlFile, TomlFileError, read_toml
from lms.core.types import Hours

TEXT = """# What stands above.
name = "x"

[first]  # with a word behind
day = 2024-05-30
"quoted" = 1
count = 3
on = true
hours = "2.5"
list = [1, 2]
rows = [
  # A word between.
  { a = 1 },
  { a = 2 },
]

[first.inner]
a = 1

[[many]]
a = 1

[[many]]
a = "two"
"""


@pytest.fixture
def root():
    return TomlFile("rules.toml", TEXT).root


def test_values_come_by_key_and_type(root):
    first = root.table("first")
    assert root.text("name") == "x"
    assert first.date("day") == dt.date(2024, 5, 30)
    assert (first.number("count"), first.flag("on"), first.hours("hours")) == (3, True, Hours(25))
    assert first.listed("list", lambda each: each > 0) == (1, 2)
    assert [row.number("a") for row in first.tables("rows", "a")] == [1, 2]
    assert first.table("inner", "a").number("a") == 1
    assert first.choice("none", ["a"], default="a") == "a"
    assert list(root) == ["name", "first", "many"]


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda root: root.text("none"), "rules.toml:1: none is missing"),
        (lambda root: root.number("name"), "rules.toml:2: name cannot be 'x'; it must be a whole"),
        (lambda root: root.table("name"), "rules.toml:2: name must be a table"),
        (lambda root: root.only("name", "first"), "rules.toml:20: many is not known; known are"),
        (lambda root: root.table("first").text("day"), "rules.toml:5: first.day cannot be"),
        (lambda root: root.table("first").flag("count"), "rules.toml:7: first.count cannot be 3"),
        (lambda root: root.table("first").number("on"), "rules.toml:8: first.on cannot be True"),
        (lambda root: root.table("first").number("count", 4), "rules.toml:7: first.count cannot"),
        (lambda root: root.table("first").hours("count"), "rules.toml:7: first.count cannot be 3"),
        (lambda root: root.table("first").text("gone"), "rules.toml:4: first.gone is missing"),
        (
            lambda root: root.table("first").tables("rows", "a")[1].text("a"),
            "rules.toml:14: first.rows.1.a cannot be 2",
        ),
        (
            lambda root: root.table("first").table("inner").text("a"),
            "rules.toml:18: first.inner.a cannot be 1",
        ),
        (
            lambda root: root.tables("many", "a")[1].number("a"),
            "rules.toml:24: many.1.a cannot be 'two'",
        ),
        (lambda root: root.tables("many", "b"), "rules.toml:21: many.0.a is not known"),
        (lambda root: root.tables("name"), "rules.toml:2: name must be a list of tables"),
    ],
)
def test_mistakes_name_file_line_and_key(root, read, told):
    with pytest.raises(TomlFileError) as error:
        read(root)
    assert str(error.value).startswith(told)


def test_parts_are_gathered_and_told_in_order_of_lines():
    file = TomlFile("rules.toml", TEXT)
    with file.part():
        file.root.table("first").text("day")
    with file.part():
        file.root.number("name")
    with file.part():
        file.root.text("name")
    with pytest.raises(TomlFileError) as error:
        file.done()
    assert [each.line for each in error.value.problems] == [2, 5]


def test_what_is_no_toml_is_told_with_its_line():
    with pytest.raises(TomlFileError, match=r"rules\.toml:2: .*at line 2"):
        TomlFile("rules.toml", "a = 1\na = 2 2\n")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 10_000])
def test_what_no_reader_can_take_is_told_and_not_fallen_over(text):
    with pytest.raises(TomlFileError):
        TomlFile("rules.toml", text)


def test_a_value_of_any_length_is_told_in_short():
    with pytest.raises(TomlFileError) as error:
        TomlFile("rules.toml", f'a = "{"x" * 10_000}"').root.number("a")
    assert len(str(error.value)) < 200


def test_the_last_line_is_told_where_the_end_is_missing():
    with pytest.raises(TomlFileError) as error:
        TomlFile("rules.toml", "a = 1\nb = [\n1,\n")
    assert error.value.problems[0].line == 3


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    (tmp_path / "rules.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(TomlFileError) as error:
        read_toml(tmp_path / "rules.toml")
    assert error.value.problems == (Problem(1, "", "is not UTF-8"),)
