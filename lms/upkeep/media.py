"""Files that no row names, and rows whose files are not there."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.files import StoredFile, files
from lms.upkeep.references import Area, Kept, areas, release_rows

log = logging.getLogger(__name__)


@dataclass
class Findings:
    """What a look at the whole store has shown. `missing` are (path, owner) of lost files."""

    unused: list[StoredFile] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    kept_count: int = 0
    young_count: int = 0

    @property
    def unused_bytes(self) -> int:
        return sum(found.size_bytes for found in self.unused)

    @property
    def unused_percent(self) -> float:
        """How much of what was looked at is unused, by the number of files."""
        seen = self.kept_count + self.young_count + len(self.unused)
        return 100 * len(self.unused) / seen if seen else 0.0


def find_unused(older_than: dt.timedelta) -> Findings:
    """Look at every file; unused are those that no row names and that are older than this.

    A file is written before its row, so what is young may be about to be named.
    """
    findings = Findings()
    oldest = clock.now() - older_than
    for area in areas():
        _look_at(area, oldest, findings)
    return findings


def _look_at(area: Area, oldest: dt.datetime, findings: Findings) -> None:
    kept = _kept(area)
    unused, lost = [], dict(kept.witnesses)
    for found in files().walk(area.folder):
        lost.pop(found.path, None)
        if kept.holds(found.path):
            findings.kept_count += 1
        elif found.modified_at >= oldest:
            findings.young_count += 1
        else:
            unused.append(found)
    # Rows may have come and gone while the files were listed, which takes a while.
    now = _kept(area)
    findings.unused += [found for found in unused if not now.holds(found.path)]
    findings.missing += [
        (path, owner)
        for path, owner in sorted(lost.items())
        if path in now.witnesses and not files().has(path)
    ]


def _kept(area: Area) -> Kept:
    db.session.rollback()
    try:
        return Kept(area)
    finally:
        db.session.rollback()


def remove_unused(unused: Sequence[StoredFile]) -> int:
    """Remove files that `find_unused` found; the number of those that went.

    What is noted is how much, and not what: names of files are nobody's deeds.
    """
    size_bytes = sum(found.size_bytes for found in unused)
    with transaction():
        release_rows()
        count = len(unused)
        record(AuditTag.UPKEEP_FILES_REMOVE, None, "files", count=count, size_bytes=size_bytes)
    return sum(_remove(found) for found in unused)


def _remove(found: StoredFile) -> bool:
    try:
        files().remove(found.path)
        files().tidy(found.path)
    except OSError:
        log.warning("%s could not be removed", found.path, exc_info=True)
        return False
    return True
