"""The settings table of both READMEs lists every setting as it is in force."""

import pytest

from lms.cli import settings_table
from lms.config import ROOT


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_lists_every_setting(name):
    """`flask --app app settings-table` prints the table to paste."""
    text = (ROOT / name).read_text(encoding="utf-8")
    missing = [row for row in settings_table().splitlines() if row not in text]
    assert missing == []
