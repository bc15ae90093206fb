"""Files in a bucket of S3 or a service that speaks its protocol.

The library tries again by itself what may be put down to the network. What fails all the same is a
StorageError, so that a job is tried again and a page says that it did not work.
"""

import datetime as dt
import logging
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import fsspec

from lms.config import Settings
from lms.core.files.kinds import cache_control, content_type
from lms.core.files.parallel import Parts, in_parallel
from lms.core.files.store import Sign, StorageError, StoredFile, ignore_sign

# Of 10,000 parts, the most that there may be, 80 GB can be made.
_PART_BYTES = 8 << 20
_PARTS_AT_ONCE = 4
_READ_BYTES = 1 << 20
# The client tries again after refusals and lost connections; s3fs once more with all of it. More
# would keep a page waiting for minutes.
_TRIES = 3
_TRIES_OF_ALL = 2
# Their words at INFO tell where credentials were found, at DEBUG every request with its headers.
for _name in ("aiobotocore", "botocore", "s3fs", "fsspec"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class BucketStore:
    """A FileStore in a bucket, below `root` ("bucket/prefix")."""

    def __init__(self, root: str, options: Mapping[str, Any]) -> None:
        self.root = root.rstrip("/")
        self._options = dict(options)
        self._lock = threading.Lock()
        self._opened: tuple[int, Any] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "BucketStore":
        """The bucket that the settings name. Only its endpoint is ever spoken to."""
        return cls(
            settings.media_url.removeprefix("s3://"),
            {
                "endpoint_url": settings.media_s3_endpoint,
                "key": settings.media_s3_key,
                "secret": settings.media_s3_secret,
                "client_kwargs": {"region_name": settings.media_s3_region},
                "config_kwargs": {
                    "s3": {"addressing_style": settings.media_s3_addressing},
                    "connect_timeout": 5,
                    "read_timeout": 30,
                    "retries": {"total_max_attempts": _TRIES, "mode": "standard"},
                    # Services other than Amazon's refuse the checksums of newer clients.
                    "request_checksum_calculation": "when_required",
                    "response_checksum_validation": "when_required",
                },
                "max_concurrency": _PARTS_AT_ONCE,
                "default_block_size": _PART_BYTES,
                "use_listings_cache": False,
                "skip_instance_cache": True,
            },
        )

    @property
    def fs(self) -> Any:
        """The file system of this process; a fork must not speak over its parent's connections."""
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                made = fsspec.filesystem("s3", **self._options)
                made.retries = _TRIES_OF_ALL
                self._opened = (os.getpid(), made)
            return self._opened[1]

    def _key(self, path: str) -> str:
        return f"{self.root}/{path}".rstrip("/")

    def _path(self, key: str) -> str:
        return key.removeprefix(f"{self.root}/")

    def place(self, path: str) -> Path | None:
        return None

    def look(self, path: str) -> StoredFile:
        with _told():
            found = self.fs.info(self._key(path))
        if found["type"] != "file":
            raise FileNotFoundError(path)
        return self._facts(found)

    def _facts(self, found: Mapping[str, Any]) -> StoredFile:
        return StoredFile(
            path=self._path(found["name"]),
            size_bytes=found["size"],
            modified_at=found.get("LastModified") or dt.datetime.now(dt.UTC),
            tag=str(found.get("ETag") or "").strip('"'),
        )

    def has(self, path: str) -> bool:
        try:
            self.look(path)
        except FileNotFoundError:
            return False
        return True

    def read(self, path: str) -> bytes:
        with _told():
            return cast(bytes, self.fs.cat_file(self._key(path)))

    def open(self, found: StoredFile) -> IO[bytes]:
        with _told():
            opened = self.fs.open(
                self._key(found.path), "rb", block_size=_READ_BYTES, size=found.size_bytes
            )
        return cast(IO[bytes], opened)

    def write(self, path: str, content: bytes) -> None:
        with _told():
            self.fs.pipe_file(self._key(path), content, **_headers(path))

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        jobs = [partial(self.write, path, content) for path, content in contents.items()]
        in_parallel(jobs)

    def put(self, path: str, source: Path, on_sign: Sign = ignore_sign) -> None:
        parts = Parts()

        def work() -> None:
            with _told():
                self.fs.put_file(
                    str(source),
                    self._key(path),
                    callback=parts,
                    chunksize=_PART_BYTES,
                    max_concurrency=_PARTS_AT_ONCE,
                    **_headers(path),
                )

        in_parallel([work], on_sign, parts.stop)

    def fetch(self, path: str, target: Path, on_sign: Sign = ignore_sign) -> None:
        parts = Parts()
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")

        def work() -> None:
            with _told():
                self.fs.get_file(self._key(path), str(draft), callback=parts)

        try:
            in_parallel([work], on_sign, parts.stop)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def copy(self, path: str, to: str) -> None:
        within = [found.path for found in self.walk(path)]
        pairs = [(one, to + one.removeprefix(path)) for one in within]
        if not within and self.has(path):
            pairs = [(path, to)]
        in_parallel([partial(self._copy_file, *pair) for pair in pairs])

    def _copy_file(self, path: str, to: str) -> None:
        with _told():
            # What S3 copies keeps its type and its life in caches.
            self.fs.cp_file(self._key(path), self._key(to))

    def remove(self, path: str) -> None:
        within = [found.path for found in self.walk(path)]
        in_parallel([partial(self._remove_file, one) for one in within or [path]])

    def _remove_file(self, path: str) -> None:
        # One by one: of many at once the library does not tell which were refused.
        with _told():
            self.fs.rm_file(self._key(path))

    def names(self, folder: str) -> list[str]:
        return sorted(PurePosixPath(found["name"]).name for found in self._list(folder))

    def walk(self, folder: str) -> Iterator[StoredFile]:
        """Folder by folder of the first level, so that a million files are not held at once."""
        for found in self._list(folder):
            if found["type"] == "directory":
                with _told():
                    below = self.fs.find(found["name"], detail=True)
                yield from map(self._facts, below.values())
            elif found["name"] != self._key(folder):
                yield self._facts(found)

    def _list(self, folder: str) -> list[dict[str, Any]]:
        try:
            with _told():
                return list(self.fs.ls(self._key(folder), detail=True))
        except FileNotFoundError:
            return []

    def tidy(self, path: str) -> None:
        """Nothing to do: a bucket has no folders."""

    def bring_folder(self, source: Path, path: str, on_sign: Sign = ignore_sign) -> None:
        """Upload all files, and what names the others, the master playlist, last of all."""
        parts = Parts()
        found = sorted(file for file in source.rglob("*") if file.is_file())
        last = [file for file in found if file.name == "master.m3u8"]
        for batch in ([file for file in found if file not in last], last):
            jobs = [partial(self._put_one, file, source, path, parts) for file in batch]
            in_parallel(jobs, on_sign, parts.stop)

    def _put_one(self, file: Path, folder: Path, path: str, parts: Parts) -> None:
        target = f"{path}/{file.relative_to(folder).as_posix()}"
        with _told():
            self.fs.put_file(
                str(file),
                self._key(target),
                callback=parts,
                chunksize=_PART_BYTES,
                max_concurrency=1,
                **_headers(target),
            )

    def place_folder(self, source: Path, path: str) -> None:
        """Nothing to do: it was uploaded to its place."""


def _headers(path: str) -> dict[str, str]:
    return {"ContentType": content_type(path), "CacheControl": cache_control(path)}


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong in the library is an OSError, as of a disk."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError | StorageError):
            raise
        raise StorageError(f"the bucket refused: {error}") from error
    except Exception as error:
        raise StorageError(f"the bucket did not answer: {type(error).__name__}") from error
