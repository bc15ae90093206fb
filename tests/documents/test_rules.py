"""Numbers, names and masks."""

import pytest

from lms.documents.rules import (
    check_digit,
    format_number,
    is_code,
    is_number,
    mask_identity,
    mask_name,
    normalize_name,
    normalize_number,
)

NUMBER = format_number(2025, "370000", 482139057)


def test_check_digit_follows_the_standard_example():
    # ISO/IEC 7064, MOD 11,10: the string 0794 takes the check character 5.
    assert check_digit("0794") == "5"


def test_number_names_year_and_division():
    assert NUMBER.startswith("XS-2025-370000-482139057")
    assert is_number(NUMBER)
    assert is_number(format_number(2025, "371100000", 0))


@pytest.mark.parametrize("place", [3, 6, 8, 13, 15, 20, 24])
def test_one_wrong_digit_is_noticed(place):
    wrong = str((int(NUMBER[place]) + 1) % 10)
    assert not is_number(NUMBER[:place] + wrong + NUMBER[place + 1 :])


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER.lower(),
        f"  {NUMBER} ",
        NUMBER.replace("-", " - "),
        NUMBER.replace("-", "—"),
        NUMBER.replace("-", "－"),
        "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in NUMBER),
    ],
)
def test_number_is_found_however_it_was_typed(typed):
    assert normalize_number(typed) == NUMBER


@pytest.mark.parametrize("text", ["", "XS-2025", "XS-2025-370000-12345", NUMBER + "1", "XS----"])
def test_what_has_no_form_is_no_number(text):
    assert not is_number(normalize_number(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("阿依古丽·买买提", " 阿依古丽 ・买买提 "),
        ("Anna Li", "anna li"),
        ("王小明", "王　小明"),
    ],
)
def test_same_name_written_differently(one, other):
    assert normalize_name(one) == normalize_name(other)


def test_different_names_stay_different():
    assert normalize_name("王小明") != normalize_name("王晓明")


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王**"), ("王明", "王*"), ("王", "*"), ("欧阳修远", "欧***")]
)
def test_name_keeps_only_its_first_character(name, masked):
    assert mask_name(name) == masked


def test_identity_number_keeps_only_its_last_four():
    assert mask_identity("123X") == "**************123X"


@pytest.mark.parametrize("text", ["", "A" * 21, "A" * 23, "A" * 21 + "=", "../etc/passwd/........"])
def test_what_is_no_code(text):
    assert not is_code(text)
    assert is_code("aA0-_" + "x" * 17)
