"""Where files of videos lie. Names are made here; a user's file name never becomes a path.

media/originals/<public id>.<ext>          what was uploaded
media/originals/incoming/<upload id>       uploads on their way
media/hls/<public id>/<version>/           finished packages, public
media/hls/.building/<claim>/               packages being built, encrypted already
media/hls/subtitles/<random>.vtt           subtitles, public
media/packaging/<claim>/<number>/          encoded chunks of a long film, from several machines
var/packaging/<claim>/                     plain segments, gone when the packaging ends
"""

import re
import shutil
from pathlib import Path

from flask import current_app

from lms.config import Settings

_KNOWN_ENDINGS = frozenset(
    (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".flv", ".wmv")
)
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def settings() -> Settings:
    """The settings in force."""
    found: Settings = current_app.extensions["settings"]
    return found


def shown_name(name: str) -> str:
    """A file name for people to read: no folders, control characters or tricks of direction."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSHOWABLE.sub("", base).strip()[:200] or "video"


def file_ending(name: str) -> str:
    """The ending a kept original gets: a well-known one, or ".video"."""
    ending = Path(shown_name(name)).suffix.lower()
    return ending if ending in _KNOWN_ENDINGS else ".video"


def media_file(path: str) -> Path:
    """Where the file kept as `path` (relative to media/) lies."""
    return settings().media_path / path


def originals_folder() -> Path:
    return settings().media_path / "originals"


def incoming_file(upload_public_id: str) -> Path:
    """Where the bytes of an upload gather."""
    return originals_folder() / "incoming" / upload_public_id


def hls_folder() -> Path:
    return settings().media_path / "hls"


def package_folder(public_id: str, version: int) -> Path:
    """Where a finished package lies."""
    return hls_folder() / public_id / str(version)


def building_folder() -> Path:
    return hls_folder() / ".building"


def working_folder() -> Path:
    return settings().var_path / "packaging"


def shared_folder() -> Path:
    """Where workers on several machines leave chunks for each other; no web server shows it."""
    return settings().media_path / "packaging"


def chunks_folder(public_id: str, token: str) -> Path:
    """The folder of a split film's chunks; the token is that of the claim on the film."""
    return shared_folder() / f"{public_id}.{token}"


def claim_folders(public_id: str, token: str) -> tuple[Path, Path]:
    """The folders of one attempt: for plain segments, and for the package being built."""
    name = f"{public_id}.{token}"
    return working_folder() / name, building_folder() / name


def folder_bytes(folder: Path) -> int:
    """How many bytes the files below a folder have; 0 for one that is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def remove_leftovers(public_id: str, version: int) -> None:
    """Delete what earlier attempts at a video left, and packages other than `version`."""
    for folder in (working_folder(), building_folder(), shared_folder()):
        for left in folder.glob(f"{public_id}.*"):
            shutil.rmtree(left, ignore_errors=True)
    for package in (hls_folder() / public_id).glob("*"):
        if package.name != str(version):
            shutil.rmtree(package, ignore_errors=True)


def attempt_folders() -> list[Path]:
    """The folders of all attempts, each named "<public id>.<token>"."""
    folders = (working_folder(), building_folder(), shared_folder())
    return [found for folder in folders for found in folder.glob("*.*")]
