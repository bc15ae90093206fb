"""Question files between their check and the word to import them: kept an hour, for one person.

A file lies under a name drawn at random, bound to its course and to whoever uploaded it; the page
holds the name alone. What is written is read from the file again, so no browser can change it.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _l

from lms.core import clock
from lms.core.errors import Conflict, NotFound

KEPT_SECONDS = 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")
_DONE = ".done"


@dataclass(frozen=True)
class KeptFile:
    """A file that was checked. `is_done`: its sound questions were imported."""

    path: Path
    is_done: bool

    @property
    def content(self) -> bytes:
        """What was uploaded."""
        return self.path.read_bytes()


def _folder() -> Path:
    folder = Path(current_app.extensions["settings"].var_dir) / "question-files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _file(token: str, course_id: int, person_id: int) -> Path:
    return _folder() / f"{course_id}-{person_id}-{token}"


def keep(content: bytes, course_id: int, person_id: int) -> str:
    """Keep a file, and forget all that are older than an hour. Returns its token."""
    _forget_old()
    token = secrets.token_hex(16)
    path = _file(token, course_id, person_id)
    path.touch(mode=0o600)
    path.write_bytes(content)
    # Its age is told by the clock that judges it.
    now = clock.now().timestamp()
    os.utime(path, (now, now))
    return token


def find(token: str, course_id: int, person_id: int) -> KeptFile:
    """The file of this token; raises NotFound for one that is another's, or forgotten by now."""
    if not _TOKEN.fullmatch(token):
        raise NotFound()
    path = _file(token, course_id, person_id)
    for candidate in (path, path.with_suffix(_DONE)):
        if candidate.exists() and _age(candidate) <= KEPT_SECONDS:
            return KeptFile(candidate, candidate.suffix == _DONE)
    raise NotFound(_l("检查过的文件只保留一小时，请重新选择文件。"))


def take(kept: KeptFile) -> KeptFile:
    """Take the file before importing it; of two who try at once, one raises Conflict."""
    try:
        if not kept.is_done:
            return KeptFile(kept.path.rename(kept.path.with_suffix(_DONE)), is_done=True)
    except FileNotFoundError:
        pass
    raise Conflict(_l("这个文件已经导入过了。"))


def give_back(taken: KeptFile) -> None:
    """Let a file that was taken be imported after all, for nothing was written."""
    taken.path.rename(taken.path.with_suffix(""))


def _forget_old() -> None:
    for path in _folder().iterdir():
        if _age(path) > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return clock.now().timestamp() - path.stat().st_mtime
    except FileNotFoundError:
        return KEPT_SECONDS + 1.0
