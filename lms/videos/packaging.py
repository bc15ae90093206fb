"""From an original to encrypted windows: what lies under media/hls when a lesson is ready.

Plain segments exist only in the working folder, which no web server shows. The finished package is
built beside its place and moved there by one rename, so nothing half-made ever looks finished.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lms.videos import keys, playlists
from lms.videos.faults import PackagingError, VideoFault
from lms.videos.ladder import Rendition
from lms.videos.loudness import measure
from lms.videos.playlists import Cutting, Measured
from lms.videos.rules import window_count, window_of_segment
from lms.videos.running import TranscodeError, run_ffmpeg
from lms.videos.sprites import lay_out
from lms.videos.stills import write_still
from lms.videos.streams import VideoFacts
from lms.videos.texts import TakenText, take_texts
from lms.videos.transcode import THUMBNAIL_EVERY_SECONDS, Plan, ffmpeg_arguments, plan

Report = Callable[[int], None]
# How the percentage is shared out: ffmpeg takes nearly all the time.
_LISTENED_PERCENT = 3
_TRANSCODED_PERCENT = 95
_ENCRYPTED_PERCENT = 99


@dataclass(frozen=True)
class PackageSpec:
    """One packaging: of what, with which keys, cut how, by which program, into which folders.

    `working` gets the plain segments, `target` the finished package; neither may exist yet.
    """

    source: Path
    facts: VideoFacts
    secret: bytes
    version: int
    key_base: str
    window_seconds: int
    segment_seconds: int
    preset: str
    ffmpeg: str
    stall_seconds: float
    working: Path
    target: Path


@dataclass(frozen=True)
class Package:
    """What came out: length, number of windows (keys), names of the renditions."""

    duration_ms: int
    window_count: int
    renditions: Sequence[str]
    size_bytes: int
    # Subtitles found in the film.
    texts: Sequence[TakenText] = ()


class Progress:
    """Percent done, told only when it grows: it never runs backwards."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.percent = -1

    def reach(self, percent: float) -> None:
        """Note that so much is done; the report also serves as a heartbeat."""
        self.percent = max(self.percent, min(100, int(percent)))
        self._report(self.percent)


def build_package(spec: PackageSpec, report: Report) -> Package:
    """Make the package in `spec.target`; `report` hears the percentage.

    Raises PackagingError if the film is not usable, TranscodeError or OSError if the machine
    failed. Whatever happens `spec.working` is gone afterwards, and after an error so is the target.
    """
    progress = Progress(report)
    try:
        spec.working.mkdir(parents=True)
        spec.target.mkdir(parents=True)
        wanted = _listen(spec, plan(spec.facts, spec.segment_seconds, spec.preset), progress)
        texts = _take_texts(spec, progress)
        _transcode(spec, wanted, progress)
        package = replace(_seal(spec, wanted, progress), texts=texts)
    except BaseException:
        shutil.rmtree(spec.target, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(spec.working, ignore_errors=True)
    return package


def _listen(spec: PackageSpec, wanted: Plan, progress: Progress) -> Plan:
    """The plan with the loudness of the sound."""
    if not spec.facts.has_audio:
        return wanted
    total = spec.facts.duration_seconds

    def on_seconds(done: float) -> None:
        progress.reach(_LISTENED_PERCENT * min(1.0, done / total))

    loudness = measure(
        spec.source, spec.facts, spec.ffmpeg, spec.working, on_seconds, spec.stall_seconds
    )
    return replace(wanted, loudness=loudness)


def _take_texts(spec: PackageSpec, progress: Progress) -> list[TakenText]:
    def on_seconds(_done: float) -> None:
        progress.reach(_LISTENED_PERCENT)

    tracks = list(spec.facts.texts)
    return take_texts(
        spec.source, tracks, spec.ffmpeg, spec.working, on_seconds, spec.stall_seconds
    )


def _transcode(spec: PackageSpec, wanted: Plan, progress: Progress) -> None:
    for rendition in wanted.renditions:
        (spec.working / rendition.name).mkdir()
    command = ffmpeg_arguments(spec.source, wanted, spec.ffmpeg)
    total = spec.facts.duration_seconds

    def on_seconds(done: float) -> None:
        span = _TRANSCODED_PERCENT - _LISTENED_PERCENT
        progress.reach(_LISTENED_PERCENT + span * min(1.0, done / total))

    try:
        run_ffmpeg(command, spec.working, on_seconds, spec.stall_seconds)
    except TranscodeError as error:
        if error.is_surroundings:
            raise
        raise PackagingError(VideoFault.UNREADABLE) from error


def _seal(spec: PackageSpec, wanted: Plan, progress: Progress) -> Package:
    durations = _cut_durations(spec, wanted)
    duration_ms = round(sum(durations) * 1000)
    if duration_ms < spec.facts.duration_seconds * 900 - 2000:
        raise PackagingError(VideoFault.TRUNCATED)
    count = window_count(duration_ms, spec.window_seconds, spec.segment_seconds)
    cutting = Cutting(count, spec.window_seconds, spec.segment_seconds)
    steps = len(wanted.renditions) * len(durations)
    sealing = _Sealing(spec, durations, cutting, progress, steps)
    measured = [sealing.seal(rendition) for rendition in wanted.renditions]
    _write_around(spec, wanted, measured, duration_ms)
    size_bytes = sum(file.stat().st_size for file in spec.target.rglob("*") if file.is_file())
    return Package(duration_ms, count, [r.name for r in wanted.renditions], size_bytes)


def _cut_durations(spec: PackageSpec, wanted: Plan) -> list[float]:
    """The seconds of each segment, the same in all renditions, all but the last of full length."""
    cuts = [
        playlists.read_durations((spec.working / r.name / "index.m3u8").read_text())
        for r in wanted.renditions
    ]
    durations = cuts[0]
    is_same = all(len(cut) == len(durations) for cut in cuts)
    is_even = all(abs(cut - spec.segment_seconds) < 0.5 for cut in durations[:-1])
    if not durations or not is_same or not is_even:
        raise PackagingError(VideoFault.UNREADABLE)
    return durations


class _Sealing:
    """Encrypts renditions one after the other, telling how far it is after every segment."""

    def __init__(
        self,
        spec: PackageSpec,
        durations: Sequence[float],
        cutting: Cutting,
        progress: Progress,
        steps: int,
    ) -> None:
        self.spec = spec
        self.durations = durations
        self.cutting = cutting
        self._progress = progress
        self._steps = steps
        self._done = 0

    def seal(self, rendition: Rendition) -> Measured:
        plain, sealed = self.spec.working / rendition.name, self.spec.target / rendition.name
        sealed.mkdir()
        sizes = []
        for number in range(len(self.durations)):
            name = playlists.segment_name(number)
            sizes.append(self._seal_segment(plain / name, sealed / name, number))
        playlist = playlists.media_playlist(self.durations, self.cutting, self.spec.key_base)
        (sealed / "index.m3u8").write_text(playlist)
        return _measure(rendition, sizes, self.durations)

    def _seal_segment(self, plain: Path, sealed: Path, number: int) -> int:
        cutting = self.cutting
        window = window_of_segment(
            number, cutting.window_count, cutting.window_seconds, cutting.segment_seconds
        )
        key = keys.window_key(self.spec.secret, self.spec.version, window)
        size = keys.encrypt_segment(plain, sealed, key, number)
        plain.unlink()
        self._done += 1
        span = _ENCRYPTED_PERCENT - _TRANSCODED_PERCENT
        self._progress.reach(_TRANSCODED_PERCENT + span * self._done / self._steps)
        return size


def _measure(rendition: Rendition, sizes: Sequence[int], durations: Sequence[float]) -> Measured:
    # A last segment of a few frames says nothing about the bandwidth one needs.
    rates = [size * 8 / max(seconds, 1.0) for size, seconds in zip(sizes, durations, strict=True)]
    average = sum(sizes) * 8 / sum(durations)
    return Measured(rendition, peak_bps=round(max(rates)), average_bps=round(average))


def _write_around(
    spec: PackageSpec, wanted: Plan, measured: Sequence[Measured], duration_ms: int
) -> None:
    """Poster, thumbnails and their index, and last of all the master playlist."""
    if spec.facts.has_picture:
        shutil.move(spec.working / "poster.jpg", spec.target / "poster.jpg")
        _write_thumbnails(spec, wanted, duration_ms)
    else:
        seed = spec.key_base
        write_still(spec.source, spec.facts, spec.ffmpeg, seed, spec.target / "poster.jpg")
    master = playlists.master_playlist(measured, float(wanted.rate), spec.facts.has_audio)
    (spec.target / "master.m3u8").write_text(master)


def _write_thumbnails(spec: PackageSpec, wanted: Plan, duration_ms: int) -> None:
    pictures = sorted(spec.working.glob("thumbnail-*.jpg"))
    lay_out(pictures, wanted.sheet, spec.target)
    index = playlists.thumbnails_vtt(
        len(pictures), duration_ms, THUMBNAIL_EVERY_SECONDS, wanted.sheet
    )
    (spec.target / "thumbnails.vtt").write_text(index)
