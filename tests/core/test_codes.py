import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.codes import ALPHABET, grouped, is_code, make_code, normalize_code, shown_code

pytestmark = pytest.mark.no_database


def test_the_alphabet_has_no_look_alikes():
    assert not set(ALPHABET) & set("0O1IL2Z5S8BU")
    assert len(set(ALPHABET)) == len(ALPHABET) == 24


def test_codes_are_well_formed_and_different():
    codes = [make_code() for _ in range(1000)]
    assert all(is_code(code) for code in codes)
    assert len(set(codes)) == 1000


@given(st.text(ALPHABET, min_size=10, max_size=10))
def test_a_code_is_read_as_it_is_shown_and_typed(code):
    shown = shown_code(code)
    for typed in (shown, shown.lower(), f" {shown.replace('-', ' － ')} ", shown.replace("-", "")):
        assert normalize_code(typed) == code


def test_what_is_no_code():
    for text in ("", "ACDEF", "ACDEFGHJK!", "ACDEFGHJKMN", "汉汉汉汉汉汉汉汉汉汉"):
        assert not is_code(normalize_code(text))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("１２３４５６", "123456"),
        ("123\u00a0456", "123456"),
        ("abcde-fghjk", "ABCDEFGHJK"),
        ("abcde–fghjk", "ABCDEFGHJK"),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed, code):
    assert normalize_code(typed) == code


def test_codes_of_an_earlier_alphabet_are_codes_still():
    assert is_code(normalize_code("bczlu-s2580"))


def test_a_secret_is_shown_in_groups():
    assert grouped("ABCDEFGHIJ", 4) == "ABCD EFGH IJ"
