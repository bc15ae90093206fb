"""The fonts of certificates: cut down to GB 2312 once, with the full ones behind for rare names.

With them a certificate takes half the time and memory. Without them it looks the same: the full
fonts of the system are used until the small ones have been built.
"""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

SOURCES_DIR = Path("/usr/share/fonts/opentype/noto")
WEIGHTS = {"regular": "NotoSerifCJK-Regular.ttc", "bold": "NotoSerifCJK-Bold.ttc"}
BUILD_SECONDS = 300


def fonts_dir() -> Path:
    """Where the subset fonts are kept."""
    return Path(current_app.extensions["settings"].var_dir) / "fonts"


def font_path(folder: Path, weight: str) -> Path:
    """The subset font of a weight: regular or bold."""
    return folder / f"certificate-{weight}.otf"


def has_fonts(folder: Path) -> bool:
    """Whether every subset font has been built."""
    return all(font_path(folder, weight).exists() for weight in WEIGHTS)


def build_fonts(folder: Path, sources: Path = SOURCES_DIR) -> bool:
    """Build the subset fonts that are missing; returns whether all are there now.

    Processes that start together wait for one of them to build. False if the system lacks the
    full fonts: then there is nothing to cut down.
    """
    if has_fonts(folder):
        return True
    if not all((sources / name).exists() for name in WEIGHTS.values()):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with file_lock(folder / "build.lock"):
        missing = [weight for weight in WEIGHTS if not font_path(folder, weight).exists()]
        started = [(_start(sources / WEIGHTS[w], folder, w), w) for w in missing]
        for process, weight in started:
            _finish(process, folder, weight)
    return has_fonts(folder)


def _draft(folder: Path, weight: str) -> Path:
    return folder / f".{weight}.draft"


def _start(source: Path, folder: Path, weight: str) -> "subprocess.Popen[bytes]":
    # By its path, with nothing around it: it needs the program as little as the program needs it.
    script = Path(__file__).with_name("subset_font.py")
    command = [sys.executable, "-P", str(script), str(source), str(_draft(folder, weight))]
    return subprocess.Popen(command)


def _finish(process: "subprocess.Popen[bytes]", folder: Path, weight: str) -> None:
    # The font appears under its name only when it is whole.
    if process.wait(timeout=BUILD_SECONDS) == 0:
        _draft(folder, weight).replace(font_path(folder, weight))


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold `path` as a lock against every other thread and process of this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
