"""What the streams of a file are, read from what ffprobe tells of them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from lms.videos.faults import ProbeError, VideoFault

# The picture that stands for a lesson of sound alone.
STILL_SIZE = (1280, 720)
# Beyond 8K in either direction a decoder needs more memory than a worker has.
LONGEST_SIDE = 8192
MOST_PIXELS = 8192 * 4320
_SHORTEST_SIDE = 32
_INTERLACED = {"tt", "bb", "tb", "bt"}
_HDR = {"smpte2084", "arib-std-b67"}
Stream = dict[str, Any]
_RATES = ("average_rate", "base_rate")
# How subtitles are kept as text. What is none of these is kept as pictures.
_TEXTS = {"mov_text", "subrip", "webvtt", "ass", "ssa", "text"}


@dataclass(frozen=True)
class TextTrack:
    """Subtitles in the film: the number of their stream, and the language it names ("" for none).

    `is_forced`: they translate only what is spoken or written in another language.
    """

    index: int
    language: str
    is_forced: bool


@dataclass(frozen=True)
class VideoFacts:
    """What a usable file holds. Sizes are as shown: turned upright, with square pixels.

    Without a picture it is a lesson to listen to: the sizes are those of the still that is shown.
    """

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
    has_picture: bool = True
    # The number of the stream that holds the cover picture of a recording.
    cover: int | None = None
    texts: tuple[TextTrack, ...] = ()
    # Whether there are subtitles that are no text.
    has_picture_texts: bool = False
    # Whether an instant of it can be found without reading all that lies before.
    can_be_cut: bool = True

    def as_json(self) -> dict[str, Any]:
        """The facts as plain values, to be kept until another worker needs them."""
        rates = {name: str(getattr(self, name)) for name in _RATES}
        return {**asdict(self), **rates}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "VideoFacts":
        """The facts that as_json wrote down."""
        rates = {name: Fraction(values[name]) for name in _RATES}
        texts = tuple(TextTrack(**text) for text in values["texts"])
        return cls(**{**values, **rates, "texts": texts})


def moving_picture(streams: Sequence[Stream]) -> Stream | None:
    """The stream that shows the film; None if there is only sound.

    Raises ProbeError for pictures that nobody could decode or that are too large or small.
    """
    moving = (s for s in streams if s.get("codec_type") == "video" and not _is_cover(s))
    stream = next(moving, None)
    if stream is None:
        if not any(_sounds(streams)):
            raise ProbeError(VideoFault.NO_PICTURE)
        return None
    if not stream.get("width") or stream.get("codec_name", "unknown") == "unknown":
        raise ProbeError(VideoFault.UNREADABLE)
    _check_size(stream)
    return stream


def _check_size(picture: Stream) -> None:
    for width, height in ((picture["width"], picture["height"]), _shown_size(picture)):
        is_odd = min(width, height) < _SHORTEST_SIDE or max(width, height) > LONGEST_SIDE
        if is_odd or width * height > MOST_PIXELS:
            raise ProbeError(VideoFault.ODD_SIZE)


def _is_cover(stream: Stream) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _sounds(streams: Sequence[Stream]) -> Iterator[Stream]:
    return (s for s in streams if s.get("codec_type") == "audio" and s.get("channels"))


def film_facts(streams: Sequence[Stream], picture: Stream, duration: float) -> VideoFacts:
    """The facts of a film of `duration` seconds that shows `picture`."""
    width, height = _shown_size(picture)
    rotation = _rotation(picture)
    if rotation in (90, 270):
        width, height = height, width
    shown = seconds_of(picture) or _tagged_seconds(picture)
    return VideoFacts(
        duration_seconds=duration,
        width=width,
        height=height,
        rotation=rotation,
        average_rate=_fraction(picture.get("avg_frame_rate")),
        base_rate=_fraction(picture.get("r_frame_rate")),
        has_audio=any(_sounds(streams)),
        codec=picture["codec_name"],
        is_interlaced=picture.get("field_order") in _INTERLACED,
        is_hdr=picture.get("color_transfer") in _HDR,
        overhang_seconds=max(0.0, duration - shown) if shown else 0.0,
        is_mono=_is_mono(streams),
        **_subtitles(streams),
    )


def sound_facts(streams: Sequence[Stream], duration: float) -> VideoFacts:
    """The facts of a recording of `duration` seconds without moving pictures."""
    covers = (s["index"] for s in streams if s.get("codec_type") == "video" and _is_cover(s))
    width, height = STILL_SIZE
    return VideoFacts(
        duration_seconds=duration,
        width=width,
        height=height,
        rotation=0,
        average_rate=Fraction(0),
        base_rate=Fraction(0),
        has_audio=True,
        codec=next(_sounds(streams)).get("codec_name", "unknown"),
        is_mono=_is_mono(streams),
        has_picture=False,
        cover=next(covers, None),
        **_subtitles(streams),
    )


def _subtitles(streams: Sequence[Stream]) -> dict[str, Any]:
    found = [stream for stream in streams if stream.get("codec_type") == "subtitle"]
    texts = [stream for stream in found if stream.get("codec_name") in _TEXTS]
    return {"texts": tuple(map(_text, texts)), "has_picture_texts": len(texts) < len(found)}


def _text(stream: Stream) -> TextTrack:
    language = str(stream.get("tags", {}).get("language", ""))
    return TextTrack(stream["index"], language, bool(stream.get("disposition", {}).get("forced")))


def _is_mono(streams: Sequence[Stream]) -> bool:
    sounds = (stream for stream in streams if stream.get("codec_type") == "audio")
    return next(sounds, {}).get("channels") == 1


def _shown_size(picture: Stream) -> tuple[int, int]:
    """Width and height once pixels are square (DV and DVD material has oblong ones)."""
    aspect = _fraction(picture.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    width = picture["width"] * aspect if aspect > 0 else Fraction(picture["width"])
    return max(2, round(width)), picture["height"]


def _rotation(picture: Stream) -> int:
    """Degrees to turn, 0, 90, 180 or 270, as phones note beside the pictures."""
    notes = picture.get("side_data_list", [])
    turns = [int(note["rotation"]) for note in notes if "rotation" in note]
    return turns[0] % 360 if turns else 0


def _fraction(text: str | None) -> Fraction:
    try:
        return Fraction(text or 0)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def seconds_of(part: dict[str, Any]) -> float | None:
    """The duration a container or stream states, in seconds."""
    try:
        seconds = float(part["duration"])
    except (KeyError, ValueError):
        return None
    return seconds if seconds > 0 else None


def _tagged_seconds(stream: Stream) -> float | None:
    """The duration of a stream as Matroska notes it, "00:00:20.033000000"."""
    parts = str(stream.get("tags", {}).get("DURATION", "")).split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds
