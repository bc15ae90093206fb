"""What is in a file, asked of ffprobe, and whether it can become a lesson.

The file is an attacker's until proven otherwise: ffprobe may open nothing but this one file, and
only as one of the containers below. A playlist that names other files, or a picture, is no video.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from lms.videos.faults import ProbeError, VideoFault

CONTAINERS = "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
# Options before every input, of ffprobe and of ffmpeg.
GUARD = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)
_ASK_SECONDS = 60
_SCAN_SECONDS = 900
_SHORTEST_SECONDS = 1.0
_INTERLACED = {"tt", "bb", "tb", "bt"}
_HDR = {"smpte2084", "arib-std-b67"}


@dataclass(frozen=True)
class VideoFacts:
    """What a usable file holds. Sizes are as shown: turned upright, with square pixels."""

    duration_seconds: float
    width: int
    height: int
    rotation: int
    average_rate: Fraction
    base_rate: Fraction
    has_audio: bool
    codec: str
    is_interlaced: bool = False
    is_hdr: bool = False
    # Seconds for which the sound goes on after the last picture.
    overhang_seconds: float = 0.0
    # Whether the sound that is heard has a single channel, as one voice at one microphone has.
    is_mono: bool = False


def probe(path: Path, *, ffprobe: str, longest_seconds: float) -> VideoFacts:
    """Look into `path`. Raises ProbeError with the reason if it cannot become a lesson."""
    if path.stat().st_size == 0:
        raise ProbeError(VideoFault.EMPTY)
    found = _ask(path, ffprobe)
    picture = _picture(found["streams"])
    promised = _seconds(found["format"])
    duration = _check_end(path, ffprobe, promised)
    if duration < _SHORTEST_SECONDS or picture.get("nb_frames") == "1":
        raise ProbeError(VideoFault.TOO_SHORT)
    if duration > longest_seconds:
        raise ProbeError(VideoFault.TOO_LONG)
    if not _has_two_pictures(path, ffprobe, picture["index"]):
        raise ProbeError(VideoFault.TOO_SHORT)
    return _facts(found["streams"], picture, duration)


def _ask(path: Path, ffprobe: str) -> dict[str, Any]:
    command = [
        *(ffprobe, "-v", "error", *GUARD, "-show_format", "-show_streams", "-of", "json"),
        f"file:{path}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ProbeError(VideoFault.UNREADABLE) from None
    found = json.loads(done.stdout or b"{}")
    if done.returncode or "format" not in found:
        # A file that was cut off lost the index that mp4 and mov keep at their end.
        lost_index = b"moov atom not found" in done.stderr and _is_mp4(path)
        raise ProbeError(VideoFault.TRUNCATED if lost_index else VideoFault.NOT_A_VIDEO)
    return dict(found)


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip")


def _picture(streams: list[dict[str, Any]]) -> dict[str, Any]:
    moving = (s for s in streams if s.get("codec_type") == "video" and not _is_cover(s))
    stream = next(moving, None)
    if stream is None:
        raise ProbeError(VideoFault.NO_PICTURE)
    if not stream.get("width") or stream.get("codec_name", "unknown") == "unknown":
        raise ProbeError(VideoFault.UNREADABLE)
    return stream


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _check_end(path: Path, ffprobe: str, promised: float | None) -> float:
    """The duration, after looking whether the file really goes on to its end."""
    if promised is None:
        # Browsers' recorders write no duration; only reading through tells.
        return _last_seconds(path, ffprobe, 0.0)
    start = max(0.0, promised - 10)
    end = _last_seconds(path, ffprobe, start) or _last_seconds(path, ffprobe, 0.0)
    # The last packet may lie a little before the end that a container promises.
    if end < promised - max(1.0, min(3.0, promised / 10)):
        raise ProbeError(VideoFault.TRUNCATED)
    return promised


def _last_seconds(path: Path, ffprobe: str, start: float) -> float:
    """When the last packet from `start` on ends; 0 if none is found."""
    command = [
        *(ffprobe, "-v", "error", *GUARD, "-show_entries", "packet=pts_time,duration_time"),
        *("-read_intervals", f"{start:.3f}%", "-of", "csv=p=0", f"file:{path}"),
    ]
    return max(_packet_ends(command), default=0.0)


def _packet_ends(command: list[str]) -> Iterator[float]:
    # Read line by line: the list of a long recording's packets would fill the memory.
    command = ["timeout", str(_SCAN_SECONDS), *command]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        for line in run.stdout or ():
            parts = [part for part in line.strip().split(",") if part not in ("", "N/A")]
            if parts:
                yield sum(float(part) for part in parts[:2])


def _has_two_pictures(path: Path, ffprobe: str, index: int) -> bool:
    command = [
        *(ffprobe, "-v", "error", *GUARD, "-select_streams", str(index), "-count_packets"),
        *("-read_intervals", "%+#2", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"),
        f"file:{path}",
    ]
    done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    count = done.stdout.strip().split(b"\n")[0].rstrip(b",")
    return count.isdigit() and int(count) >= 2


def _facts(streams: list[dict[str, Any]], picture: dict[str, Any], duration: float) -> VideoFacts:
    width, height = _shown_size(picture)
    rotation = _rotation(picture)
    if rotation in (90, 270):
        width, height = height, width
    shown = _seconds(picture) or _tagged_seconds(picture)
    return VideoFacts(
        duration_seconds=duration,
        width=width,
        height=height,
        rotation=rotation,
        average_rate=_fraction(picture.get("avg_frame_rate")),
        base_rate=_fraction(picture.get("r_frame_rate")),
        has_audio=any(s.get("codec_type") == "audio" and s.get("channels") for s in streams),
        codec=picture["codec_name"],
        is_interlaced=picture.get("field_order") in _INTERLACED,
        is_hdr=picture.get("color_transfer") in _HDR,
        overhang_seconds=max(0.0, duration - shown) if shown else 0.0,
        is_mono=_is_mono(streams),
    )


def _is_mono(streams: list[dict[str, Any]]) -> bool:
    sounds = (stream for stream in streams if stream.get("codec_type") == "audio")
    return next(sounds, {}).get("channels") == 1


def _shown_size(picture: dict[str, Any]) -> tuple[int, int]:
    """Width and height once pixels are square (DV and DVD material has oblong ones)."""
    aspect = _fraction(picture.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    width = picture["width"] * aspect if aspect > 0 else Fraction(picture["width"])
    return max(2, round(width)), picture["height"]


def _rotation(picture: dict[str, Any]) -> int:
    """Degrees to turn, 0, 90, 180 or 270, as phones note beside the pictures."""
    notes = picture.get("side_data_list", [])
    turns = [int(note["rotation"]) for note in notes if "rotation" in note]
    return turns[0] % 360 if turns else 0


def _fraction(text: str | None) -> Fraction:
    try:
        return Fraction(text or 0)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _seconds(part: dict[str, Any]) -> float | None:
    """The duration a container or stream states, in seconds."""
    try:
        seconds = float(part["duration"])
    except (KeyError, ValueError):
        return None
    return seconds if seconds > 0 else None


def _tagged_seconds(stream: dict[str, Any]) -> float | None:
    """The duration of a stream as Matroska notes it, "00:00:20.033000000"."""
    parts = str(stream.get("tags", {}).get("DURATION", "")).split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds
