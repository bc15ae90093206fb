"""The one ffmpeg run that makes everything: renditions, poster and seek thumbnails.

The source is decoded once. Sound is encoded once and shared by all renditions through the tee
muxer. All paths it writes are relative to the working folder it runs in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from lms.videos.ladder import SOUND, Rendition, ladder, steady_rate
from lms.videos.loudness import Loudness, even_sound
from lms.videos.playlists import Sheet
from lms.videos.probe import CONTAINERS
from lms.videos.streams import MOST_PIXELS, VideoFacts

THUMBNAIL_EVERY_SECONDS = 10
_THUMBNAIL_LONG_SIDE = 160
POSTER_LONG_SIDE = 1280
_POSTER_AT_SECONDS = 5.0
_CRF = 23
_THREADED_PIXELS = 4096 * 2304


@dataclass(frozen=True)
class Plan:
    """What is to be made from one source."""

    facts: VideoFacts
    renditions: Sequence[Rendition]
    rate: Fraction
    segment_seconds: int
    preset: str
    # As measured; None leaves the sound as it is.
    loudness: Loudness | None = None

    @property
    def sheet(self) -> Sheet:
        """The size of one seek thumbnail."""
        width, height = fit(self.facts.width, self.facts.height, _THUMBNAIL_LONG_SIDE)
        return Sheet(width, height)

    @property
    def keyframe_seconds(self) -> int:
        """Segments must be a whole number of groups of pictures."""
        return 1 if self.segment_seconds % 2 else 2


def plan(facts: VideoFacts, segment_seconds: int, preset: str) -> Plan:
    """Decide renditions and frame rate for a source."""
    rate = steady_rate(facts.average_rate, facts.base_rate)
    renditions = ladder(facts.width, facts.height, rate) if facts.has_picture else [SOUND]
    return Plan(facts, renditions, rate, segment_seconds, preset)


def fit(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The even size within `long_side` that keeps the shape and never enlarges."""
    scale = min(Fraction(1), Fraction(long_side, max(width, height)))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def ffmpeg_arguments(source: Path, wanted: Plan, program: str) -> list[str]:
    """The command line. It writes <name>/index.m3u8, <name>/00000.ts, poster.jpg and
    thumbnail-00001.jpg, thumbnail-00002.jpg, …"""
    # A stream that grows beyond what its first pictures promised is no longer decoded.
    opened = ffmpeg.input(
        f"file:{source.resolve()}",
        protocol_whitelist="file",
        format_whitelist=CONTAINERS,
        max_pixels=MOST_PIXELS,
        **_decoding(wanted.facts),
    )
    outputs = _film_outputs(opened, wanted) if wanted.facts.has_picture else _sound(opened, wanted)
    quiet = ("-nostdin", "-nostats", "-v", "error", "-progress", "pipe:1", "-stats_period", "0.25")
    whole = ffmpeg.merge_outputs(*outputs).global_args(*quiet).overwrite_output()
    return list(whole.compile(cmd=program))


def _decoding(facts: VideoFacts) -> dict[str, Any]:
    # Each thread of the decoder holds pictures of its own, of 50 MB each at 8K.
    return {"threads": 1} if facts.width * facts.height > _THREADED_PIXELS else {}


def _film_outputs(opened: Any, wanted: Plan) -> list[Any]:
    picture = _upright_steady(opened["V:0"], wanted)
    branches = picture.filter_multi_output("split")
    return [
        _hls_output(opened, branches, wanted),
        _poster_output(branches[len(wanted.renditions)], wanted),
        _thumbnail_output(branches[len(wanted.renditions) + 1], wanted),
    ]


def _sound(opened: Any, wanted: Plan) -> list[Any]:
    """Sound alone, in the same segments. The still that is shown with it is made elsewhere."""
    heard = even_sound(opened, wanted.facts, wanted.loudness)
    slave = _tee_slave("a", SOUND, wanted)
    return [ffmpeg.output(heard, slave, format="tee", **_sound_encoding())]


def _upright_steady(picture: Any, wanted: Plan) -> Any:
    """Progressive, standard range, at a constant rate from instant 0. Turning is ffmpeg's own."""
    if wanted.facts.is_interlaced:
        picture = picture.filter("bwdif", mode="send_frame")
    top = wanted.renditions[-1]
    if min(wanted.facts.width, wanted.facts.height) > min(top.width, top.height):
        # Every further step on pictures of 4K and 8K would cost a multiple in time and memory.
        picture = picture.filter("scale", top.width, top.height, flags="bicubic")
        picture = picture.filter("setsar", 1)
    if wanted.facts.is_hdr:
        picture = _standard_range(picture)
    if wanted.facts.overhang_seconds > 0.5:
        picture = picture.filter(
            "tpad", stop_mode="clone", stop_duration=f"{wanted.facts.overhang_seconds:.3f}"
        )
    return picture.filter("fps", fps=f"{wanted.rate}", start_time=0)


def _standard_range(picture: Any) -> Any:
    return (
        picture.filter("zscale", t="linear", npl=100)
        .filter("format", "gbrpf32le")
        .filter("zscale", p="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv")
        .filter("format", "yuv420p")
    )


def _hls_output(opened: Any, branches: Any, wanted: Plan) -> Any:
    streams = [_scaled(branches[i], r.width, r.height) for i, r in enumerate(wanted.renditions)]
    if wanted.facts.has_audio:
        streams.append(even_sound(opened, wanted.facts, wanted.loudness))
    sound = ",a" if wanted.facts.has_audio else ""
    slaves = [
        _tee_slave(f"v\\:{number}{sound}", rendition, wanted)
        for number, rendition in enumerate(wanted.renditions)
    ]
    return ffmpeg.output(*streams, "|".join(slaves), format="tee", **_encoding(wanted))


def _scaled(branch: Any, width: int, height: int) -> Any:
    scaled = branch.filter("scale", width, height, flags="bicubic")
    return scaled.filter("setsar", 1).filter("format", "yuv420p")


def _tee_slave(streams: str, rendition: Rendition, wanted: Plan) -> str:
    options = (
        f"f=hls:hls_time={wanted.segment_seconds}:hls_playlist_type=vod:hls_list_size=0:"
        f"hls_segment_filename={rendition.name}/%05d.ts:select='{streams}'"
    )
    return f"[{options}]{rendition.name}/index.m3u8"


def _sound_encoding() -> dict[str, Any]:
    # Phones write where a film was taken into it; that is nobody's business here.
    return {"c:a": "aac", "b:a": "128k", "map_metadata": -1, "map_chapters": -1}


def _encoding(wanted: Plan) -> dict[str, Any]:
    interval = wanted.keyframe_seconds
    frames = -(-wanted.rate * interval // 1)
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": wanted.preset,
        "profile:v": "high",
        "crf": _CRF,
        "g": int(frames),
        "keyint_min": 1,
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{interval})",
        **_sound_encoding(),
    }
    for number, rendition in enumerate(wanted.renditions):
        options[f"maxrate:v:{number}"] = f"{rendition.max_kbps}k"
        options[f"bufsize:v:{number}"] = f"{rendition.max_kbps * 2}k"
        options[f"level:v:{number}"] = f"{rendition.level / 10:.1f}"
    return options


def _poster_output(branch: Any, wanted: Plan) -> Any:
    instant = min(_POSTER_AT_SECONDS, wanted.facts.duration_seconds / 10)
    width, height = fit(wanted.facts.width, wanted.facts.height, POSTER_LONG_SIDE)
    # One picture and no more: every further one would be scaled only to be thrown away.
    chosen = branch.filter("select", f"isnan(prev_selected_t)*gte(t,{instant:.3f})")
    picture = _scaled(chosen, width, height).filter("format", "yuvj420p")
    return ffmpeg.output(
        picture,
        "poster.jpg",
        format="image2",
        update=1,
        map_metadata=-1,
        **{"frames:v": 1, "q:v": 4},
    )


def _thumbnail_output(branch: Any, wanted: Plan) -> Any:
    """Single small pictures. ffmpeg's own tile filter would give none before the film's end, and
    ffmpeg tells no progress until every output has begun."""
    sheet = wanted.sheet
    every = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{THUMBNAIL_EVERY_SECONDS})"
    picture = _scaled(branch.filter("select", every), sheet.width, sheet.height)
    return ffmpeg.output(
        picture.filter("format", "yuvj420p"),
        "thumbnail-%05d.jpg",
        format="image2",
        fps_mode="passthrough",
        map_metadata=-1,
        **{"q:v": 3},
    )
