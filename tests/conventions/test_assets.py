"""Browser libraries are the ones listed, and every icon a template asks for is in the sprite."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from lms.config import ROOT

pytestmark = pytest.mark.no_database

STATIC = ROOT / "lms" / "static"
VENDOR = STATIC / "vendor"
LISTED = tomllib.loads((VENDOR / "vendored.toml").read_text(encoding="utf-8"))["file"]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img/icons.svg").read_text()))
ICON_CALL = re.compile(r'\bicon\(\s*"([a-z0-9-]+)"|\bicon(?:_name)?\s*=\s*"([a-z0-9-]+)"')


@pytest.mark.parametrize("entry", LISTED, ids=[entry["file"] for entry in LISTED])
def test_vendored_file_is_the_one_listed(entry):
    data = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]


def test_every_vendored_file_is_listed_with_its_licence():
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert files - {"vendored.toml"} == {entry["file"] for entry in LISTED}
    assert all(entry["licence"] and entry["version"] for entry in LISTED)


def _icons_of(path: Path) -> set[str]:
    found = ICON_CALL.findall(path.read_text(encoding="utf-8"))
    return {first or second for first, second in found}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_every_icon_of_a_template_is_in_the_sprite(path):
    assert _icons_of(path) - SPRITE == set()


def test_every_icon_of_the_navigation_is_in_the_sprite(app):
    entries = app.extensions.get("navigation", [])
    assert {entry.icon for entry in entries} - SPRITE == set()
