"""Where files of videos lie. Names are made here; a user's file name never becomes a path.

In the store of files, be it media/ or a bucket:
originals/<public id>.<ext>                what was uploaded
hls/<public id>/<version>/                 finished packages, public
hls/subtitles/<random>.vtt                 subtitles, public

Always on a disk:
media/originals/incoming/<upload id>       uploads on their way
media/originals/<public id>.<ext>          with a bucket: those that wait for packaging or are in it
media/hls/.building/<claim>/               packages being built, encrypted already
var/packaging/<claim>/                     plain segments, gone when the packaging ends
"""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from lms.config import Settings
from lms.core.files import files
from lms.core.files.store import Sign

PACKAGES = "hls"
BUILDING = ".building"
ORIGINALS = "originals"
_KNOWN_ENDINGS = frozenset(
    (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".flv", ".wmv")
)
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def settings() -> Settings:
    """The settings in force."""
    found: Settings = current_app.extensions["settings"]
    return found


def key_host() -> str:
    """Keys come from the platform. A playlist on another host must say so with a whole address."""
    limits = settings()
    return limits.public_url.rstrip("/") if urlsplit(limits.media_base_url).netloc else ""


def shown_name(name: str) -> str:
    """A file name for people to read: no folders, control characters or tricks of direction."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSHOWABLE.sub("", base).strip()[:200] or "video"


def file_ending(name: str) -> str:
    """The ending a kept original gets: a well-known one, or ".video"."""
    ending = Path(shown_name(name)).suffix.lower()
    return ending if ending in _KNOWN_ENDINGS else ".video"


def originals_folder() -> Path:
    """Where uploads gather on this machine; without a bucket, also where they stay."""
    return settings().media_path / ORIGINALS


def incoming_file(upload_public_id: str) -> Path:
    """Where the bytes of an upload gather."""
    return originals_folder() / "incoming" / upload_public_id


def hls_folder() -> Path:
    return settings().media_path / PACKAGES


def package_path(public_id: str, version: int) -> str:
    """Where a finished package is kept."""
    return f"{PACKAGES}/{public_id}/{version}"


def subtitle_path(name: str) -> str:
    """Where the subtitles are kept that their row calls `name`."""
    return f"{PACKAGES}/{name}"


def bring_package(built: Path, public_id: str, version: int, on_sign: Sign) -> None:
    """The slow part of publishing what was built, before the row says that it is there.

    `on_sign` hears that it goes on, and may end it by raising. What an end half-way leaves is
    removed by the next attempt.
    """
    files().bring_folder(built, package_path(public_id, version), on_sign)


def place_package(built: Path, public_id: str, version: int) -> None:
    """The quick part, just before the commit: afterwards every file of the package is there."""
    files().place_folder(built, package_path(public_id, version))


def building_folder() -> Path:
    return hls_folder() / BUILDING


def working_folder() -> Path:
    return settings().var_path / "packaging"


def claim_folders(public_id: str, token: str) -> tuple[Path, Path]:
    """The folders of one attempt: for plain segments, and for the package being built."""
    name = f"{public_id}.{token}"
    return working_folder() / name, building_folder() / name


def package_size(public_id: str, version: int) -> int:
    """How many bytes the files of a package have; 0 for one that is not there."""
    return sum(found.size_bytes for found in files().walk(package_path(public_id, version)))


def remove_leftovers(public_id: str, version: int) -> None:
    """Delete what earlier attempts at a video left, and packages other than `version`."""
    for folder in (working_folder(), building_folder()):
        for left in folder.glob(f"{public_id}.*"):
            shutil.rmtree(left, ignore_errors=True)
    for name in files().names(f"{PACKAGES}/{public_id}"):
        if name != str(version):
            files().remove(f"{PACKAGES}/{public_id}/{name}")


def attempt_folders() -> list[Path]:
    """The folders of all attempts, each named "<public id>.<token>"."""
    return [
        found for folder in (working_folder(), building_folder()) for found in folder.glob("*.*")
    ]
