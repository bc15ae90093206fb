"""Where everything that is uploaded or made lies: under media/, or in a bucket (LMS_MEDIA_URL).

A file is named by its path there, with slashes, as rows keep it: "covers/<random>.webp". Features
make the names, and none is ever taken from a user. What is passing through (uploads under way,
rosters, packages being built) stays on a disk and is no business of a store.
"""

import logging

from flask import Flask, current_app

from lms.config import Settings
from lms.core.files.bucket import BucketStore
from lms.core.files.folder import FolderStore
from lms.core.files.kinds import content_type
from lms.core.files.store import FileStore, StorageError, StoredFile

__all__ = [
    "BucketStore",
    "FileStore",
    "FolderStore",
    "StorageError",
    "StoredFile",
    "content_type",
    "files",
    "forget_file",
    "init_files",
]


log = logging.getLogger(__name__)


def init_files(app: Flask, settings: Settings) -> None:
    """Let the application keep its files where the settings say."""
    app.extensions["files"] = _store(settings)


def _store(settings: Settings) -> FileStore:
    if settings.media_url:
        return BucketStore.of(settings)
    return FolderStore(settings.media_path.absolute())


def files() -> FileStore:
    """The store of the application at work."""
    found: FileStore = current_app.extensions["files"]
    return found


def forget_file(path: str) -> None:
    """Delete a file, or folder of files, that no row names any more.

    One that is gone already is no error. One that cannot be deleted now must not undo what was
    done: it is left for the command media-check, which finds what nothing names.
    """
    try:
        files().remove(path)
    except OSError:
        log.warning("%s could not be deleted; media-check will find it", path, exc_info=True)
