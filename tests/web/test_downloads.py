"""Files that a page hands out."""

import pytest

from lms.web.downloads import CSV, attachment, safe_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_no_cell_begins_a_formula(sign: str) -> None:
    assert safe_cell(f"{sign}1+1") == f"'{sign}1+1"
    assert safe_cell("10.0.0.1") == "10.0.0.1"


def test_no_formula_hides_behind_what_is_left_out() -> None:
    assert safe_cell("\x0b=1+1") == "'=1+1"


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_no_workbook_can_hold_is_left_out(character: str) -> None:
    assert safe_cell(f"一{character}校") == "一校"


def test_other_texts_stay_as_they_are() -> None:
    for text in ("", "10.0.0.1", "第一行\n第二行\t·𠮷"):
        assert safe_cell(text) == text


def test_a_file_is_kept_under_its_name_in_any_script() -> None:
    response = attachment([b"a", b"b"], "检查结果.csv", CSV)
    assert (response.mimetype, response.data) == ("text/csv", b"ab")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert disposition.isascii()
    assert "filename*=UTF-8''%E6%A3%80%E6%9F%A5%E7%BB%93%E6%9E%9C.csv" in disposition
