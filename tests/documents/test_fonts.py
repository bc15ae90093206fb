"""Building the small fonts, and the command that makes them ahead."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lms.documents import fonts
from lms.documents.keys import keys_dir
from lms.documents.subset_font import gb2312_characters

pytestmark = pytest.mark.no_database


def test_gb2312_and_the_middle_dot_are_kept(subset_fonts):
    characters = gb2312_characters()
    assert len(characters) > 6763 + 95
    for weight in fonts.WEIGHTS:
        with TTFont(fonts.font_path(subset_fonts, weight)) as font:
            missing = {chr(c) for c in characters - set(font.getBestCmap())}
            assert not missing & set("·《》王小明结业证书0123456789*-:/")
            assert len(missing) < 50


def test_without_system_fonts_nothing_is_built(tmp_path):
    assert fonts.build_fonts(tmp_path / "fonts", tmp_path) is False
    assert not (tmp_path / "fonts").exists()


def test_build_that_fails_leaves_no_font(tmp_path):
    for name in fonts.WEIGHTS.values():
        (tmp_path / name).write_bytes(b"no font")
    assert fonts.build_fonts(tmp_path / "fonts", tmp_path) is False
    assert not list((tmp_path / "fonts").glob("*.otf"))


def test_command_makes_keys_and_fonts(app, monkeypatch):
    built: list[Path] = []
    monkeypatch.setattr(fonts, "build_fonts", lambda folder: built.append(folder) or True)
    result = app.test_cli_runner().invoke(args=["prepare-certificates"])
    assert result.exit_code == 0, result.output
    assert built == [fonts.fonts_dir()]
    assert (keys_dir() / "root.pem").exists()
