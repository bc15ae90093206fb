"""flask media-copy: from this machine's disk into the bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import click
from flask.cli import with_appcontext

from lms.core.files import FileStore, FolderStore, StoredFile, files
from lms.core.files.parallel import in_parallel
from lms.upkeep.references import areas
from lms.videos.storage import key_host, settings

_BATCH = 500
# What is larger goes alone, in parts; otherwise many would be held in parts at once.
_SMALL_BYTES = 64 << 20
_PASSING_THROUGH = ("originals/incoming/",)


@click.command("media-copy")
@with_appcontext
def media_copy() -> None:
    """Copy what lies in LMS_MEDIA_DIR to the bucket of LMS_MEDIA_URL, but for what is there."""
    if not settings().media_url:
        raise click.ClickException("LMS_MEDIA_URL names no bucket.")
    move = _Move(FolderStore(settings().media_path.absolute()), files(), key_host())
    count = sum(move.copy_area(area.folder) for area in areas())
    click.echo(f"{count} files copied.")


@dataclass(frozen=True)
class _Move:
    """From where to where; `host` is that of the keys, as playlists must name it there."""

    folder: FolderStore
    store: FileStore
    host: str

    def copy_area(self, area: str) -> int:
        """Copy what is missing below a folder; the number of files."""
        there = {found.path: found.size_bytes for found in self.store.walk(area)}
        count, batch = 0, []
        for found in self._finished(area):
            # A playlist has grown by the name of a host.
            if there.get(found.path, -1) >= found.size_bytes:
                continue
            count += 1
            if found.size_bytes > _SMALL_BYTES:
                self._copy(found)
            else:
                batch.append(found)
            if len(batch) == _BATCH:
                self._copy_all(batch)
                batch = []
        self._copy_all(batch)
        return count

    def _finished(self, area: str) -> Iterator[StoredFile]:
        """All files but those that are being made."""
        for found in self.folder.walk(area):
            is_draft = any(part.startswith(".") for part in found.path.split("/"))
            if not is_draft and not found.path.startswith(_PASSING_THROUGH):
                yield found

    def _copy_all(self, batch: list[StoredFile]) -> None:
        in_parallel([partial(self._copy, found) for found in batch])

    def _copy(self, found: StoredFile) -> None:
        if not found.path.endswith("/index.m3u8"):
            self.store.put(found.path, self.folder.place(found.path))
            return
        # On the host of the bucket a path alone would lead to keys that are not there.
        text = self.folder.read(found.path).decode()
        whole = text.replace('URI="/keys/', f'URI="{self.host}/keys/')
        self.store.write(found.path, whole.encode())
