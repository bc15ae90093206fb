"""The fonts that documents are set in."""

from pathlib import Path

import pytest

from lms.config import ROOT
from lms.documents.fonts import build_fonts


@pytest.fixture(scope="session")
def subset_fonts() -> Path:
    """The small fonts, kept between runs since they take ten seconds to build."""
    folder = ROOT / "var" / "fonts"
    assert build_fonts(folder), "fonts-noto-cjk is not installed"
    return folder
