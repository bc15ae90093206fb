"""Workers in processes of their own, slow enough to be killed while they package."""

import os
from pathlib import Path

from lms.config import ROOT, Settings
from tests.journeys import nursery

_SETTINGS = ("secret_key", "identity_key", "database_url", "broker_url", "var_dir", "media_dir")


def start_packager(settings: Settings, log: Path, *numbers: int) -> nursery.Started:
    """Package a video, or a chunk of one; what is done is told in `log`, line by line."""
    words = [str(number) for number in numbers]
    return nursery.start("tests.videos.packager", words, _environment(settings), log)


def is_at_work(log: Path) -> bool:
    """Whether the worker has told how much is done."""
    return log.exists() and any(line.isdigit() for line in log.read_text().splitlines())


def _environment(settings: Settings) -> dict[str, str]:
    """The test's settings for another process, on an encoder slow enough to be killed at work."""
    given = {f"LMS_{name.upper()}": str(getattr(settings, name)) for name in _SETTINGS}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {**kept, **given, "LMS_TRANSCODE_PRESET": "placebo", "PYTHONPATH": str(ROOT)}
