"""Compiles the translation catalogues, so that a bare `pytest` sees what the server would."""

import io
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lms.config import ROOT


def compile_catalogues(folder: Path = ROOT / "lms" / "translations") -> None:
    """Write each messages.mo that is missing or older than its messages.po."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=source.parent.parent.name))
    # Test workers start together: each puts a whole file in place.
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(compiled.getvalue())
    Path(name).chmod(0o644)
    Path(name).replace(target)
