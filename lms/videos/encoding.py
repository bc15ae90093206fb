"""Running ffmpeg over a part of a film, and telling how far it is."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from lms.videos.faults import PackagingError, VideoFault
from lms.videos.loudness import measure
from lms.videos.muxing import piece_name
from lms.videos.parts import PIECE_ZERO_SECONDS, Part
from lms.videos.plans import Plan, plan
from lms.videos.running import TranscodeError, run_ffmpeg
from lms.videos.streams import VideoFacts
from lms.videos.transcode import ffmpeg_arguments

Report = Callable[[int], None]
# How the percentage is shared out: ffmpeg takes nearly all the time.
LISTENED_PERCENT = 3
TRANSCODED_PERCENT = 95
_ASK_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """What ffmpeg is run over, how and by which program. It writes into the folder `working`."""

    source: Path
    facts: VideoFacts
    segment_seconds: int
    preset: str
    ffmpeg: str
    stall_seconds: float
    working: Path
    ffprobe: str = "ffprobe"


class Progress:
    """Percent done, told only when it grows: it never runs backwards."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.percent = -1

    def reach(self, percent: float) -> None:
        """Note that so much is done; the report also serves as a heartbeat."""
        self.percent = max(self.percent, min(100, int(percent)))
        self._report(self.percent)


def encode(spec: RunSpec, part: Part, progress: Progress) -> Plan:
    """Make `part` in the working folder; what was made, and how.

    Raises PackagingError if the film is not usable, TranscodeError or OSError if the machine
    failed.
    """
    wanted = plan(spec.facts, spec.segment_seconds, spec.preset)
    if part.has_sound and spec.facts.has_audio:
        wanted = _listen(spec, wanted, progress)
    if part.is_whole:
        for rendition in wanted.renditions:
            (spec.working / rendition.name).mkdir()
    _transcode(spec, wanted, part, progress)
    return wanted


def _listen(spec: RunSpec, wanted: Plan, progress: Progress) -> Plan:
    """The plan with the loudness of the sound."""
    total = spec.facts.duration_seconds

    def on_seconds(done: float) -> None:
        progress.reach(LISTENED_PERCENT * min(1.0, done / total))

    loudness = measure(
        spec.source, spec.facts, spec.ffmpeg, spec.working, on_seconds, spec.stall_seconds
    )
    return replace(wanted, loudness=loudness)


def _transcode(spec: RunSpec, wanted: Plan, part: Part, progress: Progress) -> None:
    command = ffmpeg_arguments(spec.source, wanted, spec.ffmpeg, part)
    end = spec.facts.duration_seconds if part.end is None else part.end
    total = max(1.0, end - part.start)

    def on_seconds(done: float) -> None:
        span = TRANSCODED_PERCENT - LISTENED_PERCENT
        progress.reach(LISTENED_PERCENT + span * min(1.0, done / total))

    run_over_film(command, spec, on_seconds)


def run_over_film(command: list[str], spec: RunSpec, on_seconds: Callable[[float], None]) -> None:
    """Run ffmpeg; raises PackagingError if it is the film that it failed on."""
    try:
        run_ffmpeg(command, spec.working, on_seconds, spec.stall_seconds)
    except TranscodeError as error:
        if error.is_surroundings:
            raise
        raise PackagingError(VideoFault.UNREADABLE) from error


def encode_stretch(spec: RunSpec, part: Part, progress: Progress) -> int:
    """Encode the pictures of `part` and look whether they are all there; returns their number.

    A file whose index is wrong leads to a wrong place; then the film is decoded from its beginning.
    Fewer pictures than `part` has room for are those of a film that ends in it or before it.
    """
    wanted = encode(spec, part, progress)
    made = _pictures(spec, wanted)
    if part.start and not _is_complete(made, part, wanted.rate):
        part = replace(part, seeks=False)
        encode(spec, part, progress)
        made = _pictures(spec, wanted)
    first = min(made, default=None)
    if first is not None and first != _ticks(part.frames(wanted.rate)[0], wanted.rate):
        raise PackagingError(VideoFault.UNREADABLE)
    return len(made)


def _is_complete(made: list[int], part: Part, rate: Fraction) -> bool:
    first, count = part.frames(rate)[0], part.frame_count(rate)
    begins = bool(made) and min(made) == _ticks(first, rate)
    return begins and count in (None, len(made))


def _ticks(frame: int, rate: Fraction) -> int:
    """When picture number `frame` is shown, in the 90,000ths of MPEG-TS."""
    return round((PIECE_ZERO_SECONDS + frame / rate) * 90000)


def _pictures(spec: RunSpec, wanted: Plan) -> list[int]:
    """When each picture of the piece is shown; all renditions come from the same pictures."""
    piece = spec.working / piece_name(wanted.renditions[0].name)
    command = [
        *(spec.ffprobe, "-v", "error", "-protocol_whitelist", "file", "-f", "mpegts"),
        *("-show_entries", "packet=pts", "-of", "csv=p=0", str(piece)),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
    )
    return [int(line.rstrip(",")) for line in done.stdout.split() if line.rstrip(",").isdigit()]
