"""Subtitles that lie in the film itself: text is taken out as WebVTT, pictures cannot be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from lms.videos.models import Language
from lms.videos.probe import CONTAINERS
from lms.videos.running import TranscodeError, run_ffmpeg
from lms.videos.streams import TextTrack

# A film has a few languages; a file with hundreds of tracks is made to keep us busy.
_MOST_TRACKS = 12
# ISO 639-2 as films write it (both codes of Chinese), and the tags of browsers.
_LANGUAGES = {
    "chi": Language.CHINESE,
    "zho": Language.CHINESE,
    "cmn": Language.CHINESE,
    "zh": Language.CHINESE,
    "eng": Language.ENGLISH,
    "en": Language.ENGLISH,
}
_UNTOLD = ("", "und", "mis", "mul")
_MARKUP = re.compile(r"<[^>]*>|^.*-->.*$|^WEBVTT.*$", re.MULTILINE)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class TakenText:
    """The WebVTT of a track, and the language its film names for it."""

    tag: str
    content: bytes


def take_texts(
    source: Path,
    tracks: list[TextTrack],
    program: str,
    folder: Path,
    on_seconds: Callable[[float], None],
    stall_seconds: float,
) -> list[TakenText]:
    """The text tracks of `source`, by one run in `folder`; those meant for foreign parts last.

    None of them if they cannot be read: a film is not lost for that. Raises TranscodeError if the
    machine failed.
    """
    chosen = sorted(tracks, key=lambda track: track.is_forced)[:_MOST_TRACKS]
    if not chosen:
        return []
    opened = ffmpeg.input(
        f"file:{source.resolve()}", protocol_whitelist="file", format_whitelist=CONTAINERS
    )
    outputs = [
        ffmpeg.output(opened[str(track.index)], f"text-{track.index}.vtt", format="webvtt")
        for track in chosen
    ]
    said = ("-nostdin", "-nostats", "-v", "error", "-progress", "pipe:1")
    command = ffmpeg.merge_outputs(*outputs).global_args(*said).compile(cmd=program)
    try:
        run_ffmpeg(list(command), folder, on_seconds, stall_seconds)
    except TranscodeError as error:
        if error.is_surroundings:
            raise
        return []
    return [TakenText(t.language, (folder / f"text-{t.index}.vtt").read_bytes()) for t in chosen]


def language_of(text: TakenText) -> Language | None:
    """The language that the film names, or else the one the text is written in; None: another."""
    tag = re.split("[-_]", text.tag.lower())[0]
    if tag not in _UNTOLD:
        return _LANGUAGES.get(tag)
    words = _MARKUP.sub("", text.content.decode("utf-8", "replace"))
    if _CHINESE.search(words):
        return Language.CHINESE
    return Language.ENGLISH if _LATIN.search(words) else None
