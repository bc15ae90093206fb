"""Templates compile, have a title, hold no inline script or style, and no untranslated text."""

import re
from pathlib import Path

import pytest

from lms.config import ROOT

pytestmark = pytest.mark.no_database

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
HAN = re.compile(r"[\u3400-\u9fff]+")
PAGES = [path for path in TEMPLATES if "{% extends" in path.read_text(encoding="utf-8")]


def _ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT / "templates")) for path in paths]


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids(TEMPLATES))
def test_template_compiles(path, session_app):
    assert session_app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", PAGES, ids=_ids(PAGES))
def test_page_has_a_title(path):
    text = path.read_text(encoding="utf-8")
    frame = re.search(r'{% extends "([^"]+)"', text)[1]
    if frame != "base.html":
        text += (ROOT / "templates" / frame).read_text(encoding="utf-8")
    assert re.search(r"{%-? block title", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids(TEMPLATES))
def test_no_script_or_style_is_inline(path):
    if "pdf" in path.relative_to(ROOT / "templates").parts:
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "<style" not in text
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids(TEMPLATES))
def test_text_is_translatable(path):
    """Chinese stands only inside _() and ngettext(), or in comments.

    Certificates are documents in Chinese whatever the language of the page, so pdf/ is free.
    """
    if "pdf" in path.relative_to(ROOT / "templates").parts:
        return
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}", "", text, flags=re.S)
    text = re.sub(r"\b(?:_|n?p?gettext)\((?:[^()]|\([^()]*\))*\)", "", text, flags=re.S)
    assert HAN.findall(text) == []
