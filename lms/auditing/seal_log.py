"""The log of seals: a file outside the database, one line of JSON for each seal.

Whoever can rewrite the database cannot rewrite this file as well, provided that it is shipped to
another machine as it grows (docs/audit-trail.md). It is only ever appended to. The first line says
after which seal it was begun.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from lms.auditing import rules
from lms.auditing.models import AuditSeal
from lms.auditing.sealing import newest_seal, statement
from lms.config import Settings
from lms.core.db import db

NAME = "audit-seals.log"


@dataclass
class LoggedSeals:
    """What a log holds: seals by number with their signatures, and lines that are none.

    A copy may lag behind; the log itself holds every seal.
    """

    is_copy: bool = False
    begun_after: int | None = None
    seals: dict[int, tuple[rules.Seal, str]] = field(default_factory=dict)
    # Numbers that two different lines claim, and the places of lines that hold no seal.
    claimed_twice: set[int] = field(default_factory=set)
    unreadable: list[int] = field(default_factory=list)

    @property
    def newest(self) -> int:
        """The number after which the log goes on."""
        return max(self.seals, default=self.begun_after or 0)


def log_path(settings: Settings) -> Path:
    """Where this installation keeps its log."""
    return settings.var_path / NAME


@contextmanager
def open_log(path: Path) -> Iterator[BinaryIO]:
    """The log, for one process at a time; begun if there is none.

    A log that is missing later is begun anew after the newest seal and not filled from the
    database: that it was lost must show.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_unfinished_line(file)
        if file.tell() == 0:
            newest = newest_seal()
            _append(file, [json.dumps({"begun_after": newest.id if newest else 0})])
        yield file


def append_new_seals(file: BinaryIO) -> int:
    """Append the committed seals that the log does not hold yet; returns how many.

    What a process that died left out, the next one appends.
    """
    file.seek(0)
    lines = list(_lines_after(_read(file).newest))
    _append(file, lines)
    return len(lines)


def read_log(path: Path, is_copy: bool = False) -> LoggedSeals | None:
    """What the log holds; None if there is no such file."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _read(file, is_copy)


def _lines_after(number: int) -> Iterator[str]:
    before = db.session.get(AuditSeal, number)
    previous = before.digest if before else rules.NO_DIGEST
    newer = select(AuditSeal).where(AuditSeal.id > number).order_by(AuditSeal.id)
    for seal in db.session.scalars(newer):
        yield rules.log_line(statement(seal, previous), seal.signature)
        previous = seal.digest


def _read(file: BinaryIO, is_copy: bool = False) -> LoggedSeals:
    logged = LoggedSeals(is_copy)
    for place, line in enumerate(file, start=1):
        found = rules.read_log_line(line)
        if found is None:
            _note_other_line(logged, place, line)
        elif logged.seals.setdefault(found[0].number, found) != found:
            logged.claimed_twice.add(found[0].number)
    return logged


def _note_other_line(logged: LoggedSeals, place: int, line: bytes) -> None:
    try:
        logged.begun_after = int(json.loads(line)["begun_after"])
    except (ValueError, TypeError, KeyError):
        logged.unreadable.append(place)


def _drop_unfinished_line(file: BinaryIO) -> None:
    """What a full disk or a power cut left of a line is no line; its seal is appended again."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 4096))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


def _append(file: BinaryIO, lines: list[str]) -> None:
    file.write("".join(f"{line}\n" for line in lines).encode())
    file.flush()
    os.fsync(file.fileno())
