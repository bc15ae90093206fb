"""Files of documents: made once each, whoever asks first and however many ask at once."""

import zlib
from collections.abc import Callable
from pathlib import Path

from flask import current_app

from lms.core.files import files
from lms.documents.fonts import file_lock

_LOCKS = 64


def make_once(path: str, make: Callable[[], bytes]) -> None:
    """See that there is a file at `path`, made now by `make` if there is none.

    Whoever comes while another makes it waits and takes what was made. The file appears whole
    under its name or not at all, so that a process that dies leaves nothing half-made.
    """
    if files().has(path):
        return
    with file_lock(_lock_path(path)):
        if not files().has(path):
            files().write(path, make())


def _lock_path(path: str) -> Path:
    settings = current_app.extensions["settings"]
    number = zlib.crc32(path.encode()) % _LOCKS
    return Path(settings.var_dir) / "locks" / f"document-{number}.lock"
