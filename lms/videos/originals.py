"""What was uploaded, as it came: on a disk while it is worked on, and in the store for good.

Without a bucket both are one file. With one, the film waits on the disk where it arrived until a
worker brings it to the bucket, which may take minutes and so is no part of a request; whoever packs
it on another machine fetches it from there. Once it is packaged the disk forgets it.
"""

import datetime as dt
from pathlib import Path

from lms.core import clock
from lms.core.files import files, forget_file
from lms.core.files.store import Sign
from lms.videos.models import Video
from lms.videos.storage import ORIGINALS, originals_folder

_FOUND_WITHIN = dt.timedelta(days=1)


def original_path(name: str) -> str:
    """What a row says of an original of this file name."""
    return f"{ORIGINALS}/{name}"


def original_file(path: str) -> Path:
    """Where the original kept as `path` lies on this machine, once it was brought here."""
    return originals_folder() / path.removeprefix(f"{ORIGINALS}/")


def has_original(path: str) -> bool:
    """Whether an original is still there: on this machine or in the bucket."""
    return original_file(path).is_file() or files().has(path)


def is_elsewhere(video: Video) -> bool:
    """Whether the original waits on a disk that this machine does not see.

    Its worker will take it up. What nobody has found for a day is lost, and fails like other films.
    Raises StorageError while the bucket is away.
    """
    path = video.original_path
    if path is None or not video.is_in_work or files().place(path) is not None:
        return False
    # The bucket is asked also if the film is here: one that is away now raises StorageError, before
    # the attempt is counted.
    is_found = files().has(path) or original_file(path).is_file()
    return not is_found and video.created_at > clock.now() - _FOUND_WITHIN


def bring_original(file: Path, on_sign: Sign) -> None:
    """Have an original on this machine, as `file`, and in the bucket as well.

    `on_sign` hears that it goes on, and may end it by raising. Raises FileNotFoundError if it is
    in neither place.
    """
    path = original_path(file.name)
    if files().place(path) is not None:
        return
    if not file.is_file():
        files().fetch(path, file, on_sign)
    elif not files().has(path):
        files().put(path, file, on_sign)


def forget_copy(path: str) -> None:
    """Let this machine forget an original that the bucket keeps."""
    file = original_file(path)
    if files().place(path) is None and file.is_file() and files().has(path):
        file.unlink(missing_ok=True)


def remove_original(path: str) -> None:
    """Delete an original wherever it lies."""
    original_file(path).unlink(missing_ok=True)
    forget_file(path)
