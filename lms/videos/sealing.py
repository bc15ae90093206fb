"""From plain segments to the finished package: encrypted windows, playlists, pictures."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lms.videos import keys, playlists
from lms.videos.encoding import TRANSCODED_PERCENT, Progress, RunSpec
from lms.videos.faults import PackagingError, VideoFault
from lms.videos.ladder import Rendition
from lms.videos.plans import THUMBNAIL_EVERY_SECONDS, Plan
from lms.videos.playlists import Cutting, Measured
from lms.videos.rules import window_count, window_of_segment
from lms.videos.sprites import lay_out
from lms.videos.stills import write_still
from lms.videos.texts import TakenText

_ENCRYPTED_PERCENT = 99


@dataclass(frozen=True, kw_only=True)
class PackageSpec(RunSpec):
    """One packaging: of what, with which keys, cut how, by which program, into which folders.

    `working` gets the plain segments, `target` the finished package; neither may exist yet.
    """

    secret: bytes
    version: int
    key_base: str
    window_seconds: int
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


def seal(spec: PackageSpec, wanted: Plan, progress: Progress) -> Package:
    """Encrypt the plain segments of the working folder into the target, and lay the rest around.

    Raises PackagingError if they are not the film that was promised.
    """
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
        span = _ENCRYPTED_PERCENT - TRANSCODED_PERCENT
        self._progress.reach(TRANSCODED_PERCENT + span * self._done / self._steps)
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
