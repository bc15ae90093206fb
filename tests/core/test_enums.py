"""Enums that carry their label."""

import pytest

from lms.core.enums import HourCategory


def test_a_member_is_found_by_its_value() -> None:
    assert HourCategory.find("public") is HourCategory.PUBLIC


@pytest.mark.parametrize("text", [None, "", "PUBLIC", "公需科目"])
def test_what_is_no_value_finds_no_member(text: str | None) -> None:
    assert HourCategory.find(text) is None
