"""What is in a file, asked of ffprobe, and whether it can become a lesson.

The file is an attacker's until proven otherwise: ffprobe may open nothing but this one file, and
only as one of the containers below. A playlist that names other files, or a picture, is no video.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lms.videos.faults import ProbeError, VideoFault
from lms.videos.magic import names_films
from lms.videos.streams import VideoFacts, film_facts, moving_picture, seconds_of, sound_facts

CONTAINERS = "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mp3,wav,flac,aac"
# Made to be broadcast: instants may jump and begin anew, and a place is only found by reading.
_UNCUTTABLE = ("mpegts", "mpeg", "ogg")
# Options before every input, of ffprobe and of ffmpeg.
GUARD = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)
_ASK_SECONDS = 60
_SCAN_SECONDS = 900
_SHORTEST_SECONDS = 1.0
_HEAD_BYTES = 4096
# What ffprobe says of a QuickTime track whose samples lie in another file. It does not open that.
_OUTSIDE = b"Skipped opening external track"
# MP3 and AAC without an index: the length is guessed from the first packets.
_GUESSED = b"Estimating duration"
Sign = Callable[[], None]


@dataclass(frozen=True)
class _Asker:
    """One file, the program to ask about it, and who is told that we are still at it."""

    path: Path
    ffprobe: str
    on_sign: Sign

    def command(self, *options: str, level: str = "error") -> list[str]:
        return [self.ffprobe, "-v", level, *GUARD, *options, f"file:{self.path}"]


def probe(
    path: Path, *, ffprobe: str, longest_seconds: float, on_sign: Sign = lambda: None
) -> VideoFacts:
    """Look into `path`. Raises ProbeError with the reason if it cannot become a lesson.

    `on_sign` is called now and then while a long file is read through; what it raises passes on.
    """
    if path.stat().st_size == 0:
        raise ProbeError(VideoFault.EMPTY)
    asker = _Asker(path, ffprobe, on_sign)
    found, is_guessed = _ask(asker)
    picture = moving_picture(found["streams"])
    duration = _check_end(asker, None if is_guessed else seconds_of(found["format"]))
    if duration < _SHORTEST_SECONDS or (picture or {}).get("nb_frames") == "1":
        raise ProbeError(VideoFault.TOO_SHORT)
    if duration > longest_seconds:
        raise ProbeError(VideoFault.TOO_LONG)
    if picture is None:
        return sound_facts(found["streams"], duration)
    if not _has_two_pictures(asker, picture["index"]):
        raise ProbeError(VideoFault.TOO_SHORT)
    facts = film_facts(found["streams"], picture, duration)
    return replace(facts, can_be_cut=found["format"].get("format_name") not in _UNCUTTABLE)


def _ask(asker: _Asker) -> tuple[dict[str, Any], bool]:
    """What ffprobe tells of the file, and whether its length is only a guess."""
    command = asker.command("-show_format", "-show_streams", "-of", "json", level="warning")
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ProbeError(VideoFault.UNREADABLE) from None
    found = json.loads(done.stdout or b"{}")
    if _OUTSIDE in done.stderr or names_films(_head(asker.path)):
        raise ProbeError(VideoFault.NAMES_OTHERS)
    if done.returncode or "format" not in found:
        # A file that was cut off lost the index that mp4 and mov keep at their end.
        lost_index = b"moov atom not found" in done.stderr and _is_mp4(asker.path)
        raise ProbeError(VideoFault.TRUNCATED if lost_index else VideoFault.NOT_A_VIDEO)
    return dict(found), _GUESSED in done.stderr


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _is_mp4(path: Path) -> bool:
    return _head(path)[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip")


def _check_end(asker: _Asker, promised: float | None) -> float:
    """The duration, after looking whether the file really goes on to its end."""
    if promised is None:
        # Browsers' recorders write no duration; only reading through tells.
        return _last_seconds(asker, 0.0)
    start = max(0.0, promised - 10)
    end = _last_seconds(asker, start) or _last_seconds(asker, 0.0)
    # The last packet may lie a little before the end that a container promises.
    if end < promised - max(1.0, min(3.0, promised / 10)):
        raise ProbeError(VideoFault.TRUNCATED)
    return promised


def _last_seconds(asker: _Asker, start: float) -> float:
    """When the last packet from `start` on ends; 0 if none is found."""
    command = asker.command(
        *("-show_entries", "packet=pts_time,duration_time"),
        *("-read_intervals", f"{start:.3f}%", "-of", "csv=p=0"),
    )
    return max(_packet_ends(command, asker.on_sign), default=0.0)


def _packet_ends(command: list[str], on_sign: Sign) -> Iterator[float]:
    # Read line by line: the list of a long recording's packets would fill the memory.
    command = ["timeout", str(_SCAN_SECONDS), *command]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        try:
            for line in run.stdout or ():
                on_sign()
                parts = [part for part in line.strip().split(",") if part not in ("", "N/A")]
                if parts:
                    yield sum(float(part) for part in parts[:2])
        except BaseException:
            # timeout passes this on to ffprobe.
            run.terminate()
            raise


def _has_two_pictures(asker: _Asker, index: int) -> bool:
    command = asker.command(
        *("-select_streams", str(index), "-count_packets", "-read_intervals", "%+#2"),
        *("-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"),
    )
    done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    count = done.stdout.strip().split(b"\n")[0].rstrip(b",")
    return count.isdigit() and int(count) >= 2
