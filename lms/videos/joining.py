"""From pieces to plain segments: nothing is encoded again, packets are only laid together.

The pieces of a rendition are read as one stream of MPEG-TS. Their packets carry the instants of the
film already, so the segments that come out are those of one run over the whole film.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lms.videos.encoding import TRANSCODED_PERCENT, Progress, RunSpec, run_over_film
from lms.videos.faults import PackagingError, VideoFault
from lms.videos.muxing import join_arguments
from lms.videos.parts import Part
from lms.videos.plans import Plan, plan

_LINK = "pieces"


@dataclass(frozen=True)
class Stretch:
    """An encoded stretch of pictures: what it was to be, its folder's name, how many there are."""

    part: Part
    folder: str
    frames: int


@dataclass(frozen=True)
class Pieces:
    """The encoded pieces of a film, in order, below one folder; `sound` is a folder's name."""

    folder: Path
    stretches: Sequence[Stretch]
    sound: str | None


def join(spec: RunSpec, pieces: Pieces, progress: Progress) -> Plan:
    """Lay the pieces together in the working folder, as one run over the film would leave it.

    Raises PackagingError if pictures are missing between others, TranscodeError or OSError if the
    machine failed.
    """
    wanted = plan(spec.facts, spec.segment_seconds, spec.preset)
    filled = _filled(pieces.stretches, wanted.rate)
    for rendition in wanted.renditions:
        (spec.working / rendition.name).mkdir()
    # ffmpeg takes a list of files with colons and bars between them, which a path might have too.
    (spec.working / _LINK).symlink_to(pieces.folder.resolve(), target_is_directory=True)
    folders = [f"{_LINK}/{stretch.folder}" for stretch in filled]
    sound = None if pieces.sound is None else f"{_LINK}/{pieces.sound}"
    command = join_arguments(folders, sound, wanted, spec.ffmpeg)
    run_over_film(command, spec, lambda _done: progress.reach(TRANSCODED_PERCENT))
    for stretch in filled:
        for picture in (pieces.folder / stretch.folder).glob("*.jpg"):
            shutil.copyfile(picture, spec.working / picture.name)
    return wanted


def _filled(stretches: Sequence[Stretch], rate: Fraction) -> Sequence[Stretch]:
    """The stretches that have pictures; behind one that the film ends in there may be none."""
    filled = [stretch for stretch in stretches if stretch.frames]
    is_whole = all(one.part.frame_count(rate) in (None, one.frames) for one in filled[:-1])
    if not filled or filled != list(stretches[: len(filled)]) or not is_whole:
        raise PackagingError(VideoFault.UNREADABLE)
    return filled
