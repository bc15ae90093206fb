"""The ffmpeg run that makes everything: renditions, poster and seek thumbnails.

The source is decoded once. Sound is encoded once and shared by all renditions through the tee
muxer. All paths it writes are relative to the working folder it runs in.

A part of a film is the same run with a beginning and an end. Instants and numbers of pictures are
those of the whole film throughout, so that it does not matter how many runs there were.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from lms.videos.loudness import even_sound
from lms.videos.muxing import command_of, film_segments, picture_pieces, sound_piece, sound_segments
from lms.videos.parts import Part
from lms.videos.plans import THUMBNAIL_EVERY_SECONDS, Plan, fit
from lms.videos.probe import CONTAINERS
from lms.videos.streams import MOST_PIXELS, VideoFacts

POSTER_LONG_SIDE = 1280
_POSTER_AT_SECONDS = 5.0
_CRF = 23
_THREADED_PIXELS = 4096 * 2304


def ffmpeg_arguments(source: Path, wanted: Plan, program: str, part: Part) -> list[str]:
    """The command line. It writes <name>/index.m3u8 and <name>/00000.ts, … for the whole film, for
    another part <name>.ts or sound.ts; besides poster.jpg and thumbnail-00001.jpg, …"""
    # A stream that grows beyond what its first pictures promised is no longer decoded.
    opened = ffmpeg.input(
        f"file:{source.resolve()}",
        protocol_whitelist="file",
        format_whitelist=CONTAINERS,
        max_pixels=MOST_PIXELS,
        **_decoding(wanted.facts),
        **_seeking(part),
    )
    has_picture = part.has_picture and wanted.facts.has_picture
    outputs = _film_outputs(opened, wanted, part) if has_picture else _sound(opened, wanted, part)
    # The instants of the film are kept where ffmpeg would begin to count anew.
    kept = ("-copyts", "-start_at_zero") if part.is_later else ()
    return command_of(outputs, program, kept)


def _seeking(part: Part) -> dict[str, Any]:
    # Not to the picture at that instant but to the key picture before it, which is kept: the filter
    # for a constant rate must know what was shown before the part's first picture.
    return {"ss": part.seek_seconds, "noaccurate_seek": None} if part.seek_seconds else {}


def _decoding(facts: VideoFacts) -> dict[str, Any]:
    # Each thread of the decoder holds pictures of its own, of 50 MB each at 8K.
    return {"threads": 1} if facts.width * facts.height > _THREADED_PIXELS else {}


def _film_outputs(opened: Any, wanted: Plan, part: Part) -> list[Any]:
    picture = _upright_steady(opened["V:0"], wanted, part)
    has_poster = part.holds(_poster_second(wanted))
    count = len(wanted.renditions) + 1 + has_poster
    branches = picture.filter_multi_output("split", count)
    posters = [_poster_output(branches[count - 1], wanted)] if has_poster else []
    return [
        _picture_output(opened, branches, wanted, part),
        *posters,
        _thumbnail_output(branches[len(wanted.renditions)], wanted, part),
    ]


def _sound(opened: Any, wanted: Plan, part: Part) -> list[Any]:
    """Sound alone: the segments of a recording, or the piece for a film's pictures.

    The still that is shown with a recording is made elsewhere.
    """
    heard = even_sound(opened, wanted.facts, wanted.loudness)
    slave = sound_segments(wanted) if part.is_whole else sound_piece()
    return [ffmpeg.output(heard, slave, format="tee", **_sound_encoding())]


def _upright_steady(picture: Any, wanted: Plan, part: Part) -> Any:
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
    return _trimmed(picture, wanted.rate, part)


def _trimmed(picture: Any, rate: Fraction, part: Part) -> Any:
    """The pictures of the part, at a constant rate and numbered as in the whole film."""
    begin = {} if part.is_later else {"start_time": 0}
    steady = picture.filter("fps", fps=f"{rate}", **begin)
    first, end = part.frames(rate)
    limits = {"start_pts": first} if first else {}
    limits |= {} if end is None else {"end_pts": end}
    return steady.filter("trim", **limits) if limits else steady


def _standard_range(picture: Any) -> Any:
    return (
        picture.filter("zscale", t="linear", npl=100)
        .filter("format", "gbrpf32le")
        .filter("zscale", p="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv")
        .filter("format", "yuv420p")
    )


def _picture_output(opened: Any, branches: Any, wanted: Plan, part: Part) -> Any:
    streams = [_scaled(branches[i], r.width, r.height) for i, r in enumerate(wanted.renditions)]
    if part.is_whole and wanted.facts.has_audio:
        streams.append(even_sound(opened, wanted.facts, wanted.loudness))
    slaves = film_segments(wanted) if part.is_whole else picture_pieces(wanted)
    return ffmpeg.output(*streams, slaves, format="tee", **_encoding(wanted, part))


def _scaled(branch: Any, width: int, height: int) -> Any:
    scaled = branch.filter("scale", width, height, flags="bicubic")
    return scaled.filter("setsar", 1).filter("format", "yuv420p")


def _sound_encoding() -> dict[str, Any]:
    # Phones write where a film was taken into it; that is nobody's business here.
    return {"c:a": "aac", "b:a": "128k", "map_metadata": -1, "map_chapters": -1}


def _encoding(wanted: Plan, part: Part) -> dict[str, Any]:
    interval = wanted.keyframe_seconds
    frames = -(-wanted.rate * interval // 1)
    # ffmpeg counts from the part's first picture, which comes a little after the part's beginning
    # where that is not a whole number of pictures.
    late = part.frames(wanted.rate)[0] / wanted.rate - part.start
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": wanted.preset,
        "profile:v": "high",
        "crf": _CRF,
        "g": int(frames),
        "keyint_min": 1,
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{interval}-{late})",
        **_sound_encoding(),
    }
    for number, rendition in enumerate(wanted.renditions):
        options[f"maxrate:v:{number}"] = f"{rendition.max_kbps}k"
        options[f"bufsize:v:{number}"] = f"{rendition.max_kbps * 2}k"
        options[f"level:v:{number}"] = f"{rendition.level / 10:.1f}"
    return options


def _poster_second(wanted: Plan) -> float:
    return min(_POSTER_AT_SECONDS, wanted.facts.duration_seconds / 10)


def _poster_output(branch: Any, wanted: Plan) -> Any:
    instant = _poster_second(wanted)
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


def _thumbnail_output(branch: Any, wanted: Plan, part: Part) -> Any:
    """Single small pictures. ffmpeg's own tile filter would give none before the film's end, and
    ffmpeg tells no progress until every output has begun."""
    sheet = wanted.sheet
    step = wanted.rate.numerator * THUMBNAIL_EVERY_SECONDS
    # Counted in whole pictures: the first of every ten seconds, whichever the part begins with.
    tens = f"floor({{}}*{wanted.rate.denominator}/{step})"
    chosen = branch.filter("select", f"gt({tens.format('pts')},{tens.format('(pts-1)')})")
    return ffmpeg.output(
        _scaled(chosen, sheet.width, sheet.height).filter("format", "yuvj420p"),
        "thumbnail-%05d.jpg",
        format="image2",
        start_number=-(-part.start // THUMBNAIL_EVERY_SECONDS) + 1,
        fps_mode="passthrough",
        map_metadata=-1,
        **{"q:v": 3},
    )
