"""The HLS playlists: RFC 8216, version 3, one EXT-X-KEY per window."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.videos.ladder import SOUND, Rendition
from lms.videos.rules import window_of_segment

AUDIO_CODEC = "mp4a.40.2"


@dataclass(frozen=True)
class Measured:
    """A finished rendition and what its segments turned out to need, in bit/s."""

    rendition: Rendition
    peak_bps: int
    average_bps: int


@dataclass(frozen=True)
class Cutting:
    """How a package is cut: windows, seconds a window, seconds a segment."""

    window_count: int
    window_seconds: int
    segment_seconds: int


def segment_name(number: int) -> str:
    """The file name of segment `number` (from 0)."""
    return f"{number:05d}.ts"


def media_playlist(durations: Sequence[float], cutting: Cutting, key_base: str) -> str:
    """The playlist of one rendition. `durations` are its segments' seconds, in order.

    The key of window n is at `key_base`/n. No IV is named, so it is the media sequence number.
    """
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, round(max(durations)))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    present = -1
    for number, seconds in enumerate(durations):
        window = window_of_segment(
            number, cutting.window_count, cutting.window_seconds, cutting.segment_seconds
        )
        if window != present:
            lines.append(f'#EXT-X-KEY:METHOD=AES-128,URI="{key_base}/{window}"')
            present = window
        lines += [f"#EXTINF:{seconds:.6f},", segment_name(number)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(measured: Iterable[Measured], rate: float, has_audio: bool) -> str:
    """The playlist of the renditions. `rate` is in frames a second."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in measured:
        bandwidth = f"BANDWIDTH={one.peak_bps},AVERAGE-BANDWIDTH={one.average_bps}"
        lines.append(f"#EXT-X-STREAM-INF:{bandwidth},{_shown(one.rendition, rate, has_audio)}")
        lines.append(f"{one.rendition.name}/index.m3u8")
    return "\n".join([*lines, ""])


def _shown(size: Rendition, rate: float, has_audio: bool) -> str:
    if size == SOUND:
        return f'CODECS="{AUDIO_CODEC}"'
    codecs = f"{size.codec},{AUDIO_CODEC}" if has_audio else size.codec
    return f'CODECS="{codecs}",RESOLUTION={size.width}x{size.height},FRAME-RATE={rate:.3f}'


def read_durations(playlist: str) -> list[float]:
    """The seconds of each segment of a playlist as ffmpeg writes it."""
    tags = (line for line in playlist.splitlines() if line.startswith("#EXTINF:"))
    return [float(tag.removeprefix("#EXTINF:").split(",")[0]) for tag in tags]


def thumbnails_vtt(count: int, duration_ms: int, every_seconds: int, sheet: "Sheet") -> str:
    """WebVTT that maps times to rectangles of the sprite sheets, on which are `count` pictures."""
    cues = ["WEBVTT", ""]
    per_sheet = sheet.columns * sheet.rows
    for number in range(min(count, math.ceil(duration_ms / (every_seconds * 1000)))):
        start_ms = number * every_seconds * 1000
        end_ms = min(start_ms + every_seconds * 1000, duration_ms)
        page, place = divmod(number, per_sheet)
        row, column = divmod(place, sheet.columns)
        box = f"{column * sheet.width},{row * sheet.height},{sheet.width},{sheet.height}"
        cues += [
            f"{timestamp(start_ms)} --> {timestamp(end_ms)}",
            f"sprite-{page + 1}.jpg#xywh={box}",
            "",
        ]
    return "\n".join(cues)


@dataclass(frozen=True)
class Sheet:
    """A sprite sheet: the size of one picture in pixels, and how many lie on it."""

    width: int
    height: int
    columns: int = 10
    rows: int = 10


def timestamp(milliseconds: int) -> str:
    """Milliseconds as WebVTT writes a time: 00:01:02.500."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
