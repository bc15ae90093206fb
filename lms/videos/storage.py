"""Where files of videos lie. Names are made here; a user's file name never becomes a path.

In the store of files, be it media/ or a bucket:
originals/<public id>.<ext>                what was uploaded
hls/<public id>/<version>/                 finished packages, public
hls/subtitles/<random>.vtt                 subtitles, public
packaging/<claim>/<number>/                encoded chunks of a long film, for whoever joins them

Always on a disk:
media/originals/incoming/<upload id>       uploads on their way
media/originals/<public id>.<ext>          with a bucket: those that wait for packaging or are in it
media/hls/.building/<claim>/               packages being built, encrypted already
media/packaging/<claim>/.<number>.<claim>/ chunks being encoded
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
PIECES = "packaging"
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


def pieces_folder() -> Path:
    """Where chunks of films are made and joined; no web server shows it."""
    return settings().media_path / PIECES


def chunks_folder(public_id: str, token: str) -> Path:
    """The folder of a split film's chunks; the token is that of the claim on the film."""
    return pieces_folder() / f"{public_id}.{token}"


def chunks_path(public_id: str, token: str) -> str:
    """Where a split film's chunks are kept until it is joined."""
    return f"{PIECES}/{public_id}.{token}"


def bring_piece(made: Path, public_id: str, token: str, number: int, on_sign: Sign) -> None:
    """The slow part of leaving a chunk to whoever joins the film; as `bring_package`."""
    files().bring_folder(made, f"{chunks_path(public_id, token)}/{number}", on_sign)


def place_piece(made: Path, public_id: str, token: str, number: int) -> None:
    """The quick part, just before the commit. What an earlier attempt left there is replaced."""
    shutil.rmtree(chunks_folder(public_id, token) / str(number), ignore_errors=True)
    files().place_folder(made, f"{chunks_path(public_id, token)}/{number}")


def bring_pieces(public_id: str, token: str, on_sign: Sign) -> None:
    """Have all chunks of a film in `chunks_folder` on this machine."""
    path = chunks_path(public_id, token)
    if files().place(path) is not None:
        return
    for found in files().walk(path):
        target = chunks_folder(public_id, token) / found.path.removeprefix(f"{path}/")
        if not target.is_file():
            files().fetch(found.path, target, on_sign)


def claim_folders(public_id: str, token: str) -> tuple[Path, Path]:
    """The folders of one attempt: for plain segments, and for the package being built."""
    name = f"{public_id}.{token}"
    return working_folder() / name, building_folder() / name


def package_size(public_id: str, version: int) -> int:
    """How many bytes the files of a package have; 0 for one that is not there."""
    return sum(found.size_bytes for found in files().walk(package_path(public_id, version)))


def remove_leftovers(public_id: str, version: int) -> None:
    """Delete what earlier attempts at a video left, and packages other than `version`."""
    for folder in (working_folder(), building_folder(), pieces_folder()):
        for left in folder.glob(f"{public_id}.*"):
            shutil.rmtree(left, ignore_errors=True)
    for name in files().names(PIECES):
        if name.startswith(f"{public_id}."):
            files().remove(f"{PIECES}/{name}")
    for name in files().names(f"{PACKAGES}/{public_id}"):
        if name != str(version):
            files().remove(f"{PACKAGES}/{public_id}/{name}")


def attempt_folders() -> list[Path]:
    """The folders of all attempts, each named "<public id>.<token>"."""
    folders = (working_folder(), building_folder(), pieces_folder())
    return [found for folder in folders for found in folder.glob("*.*")]
