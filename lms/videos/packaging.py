"""From an original to encrypted windows: what lies under media/hls when a lesson is ready.

Plain segments exist only in the working folder, which no web server shows. The finished package is
built beside its place and moved there by one rename, so nothing half-made ever looks finished.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace

from lms.videos.encoding import LISTENED_PERCENT, Progress, Report, encode
from lms.videos.joining import Pieces, join
from lms.videos.parts import WHOLE
from lms.videos.plans import Plan
from lms.videos.sealing import Package, PackageSpec, seal
from lms.videos.texts import TakenText, take_texts

__all__ = ["Package", "PackageSpec", "Progress", "build_package", "join_package"]


def build_package(spec: PackageSpec, report: Report) -> Package:
    """Make the package in `spec.target` by one run of ffmpeg; `report` hears the percentage.

    Raises PackagingError if the film is not usable, TranscodeError or OSError if the machine
    failed. Whatever happens `spec.working` is gone afterwards, and after an error so is the target.
    """
    return _build(spec, report, lambda progress: encode(spec, WHOLE, progress))


def join_package(spec: PackageSpec, pieces: Pieces, report: Report) -> Package:
    """Like build_package, of a film whose pictures and sound lie there encoded, in pieces."""
    return _build(spec, report, lambda progress: join(spec, pieces, progress))


def _build(spec: PackageSpec, report: Report, make: Callable[[Progress], Plan]) -> Package:
    progress = Progress(report)
    try:
        spec.working.mkdir(parents=True)
        spec.target.mkdir(parents=True)
        texts = _take_texts(spec, progress)
        wanted = make(progress)
        package = replace(seal(spec, wanted, progress), texts=texts)
    except BaseException:
        shutil.rmtree(spec.target, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(spec.working, ignore_errors=True)
    return package


def _take_texts(spec: PackageSpec, progress: Progress) -> list[TakenText]:
    def on_seconds(_done: float) -> None:
        progress.reach(LISTENED_PERCENT)

    tracks = list(spec.facts.texts)
    return take_texts(
        spec.source, tracks, spec.ffmpeg, spec.working, on_seconds, spec.stall_seconds
    )
