"""A film encoded in stretches and joined is the film encoded at once."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lms.videos.encoding import Progress, encode, encode_stretch
from lms.videos.faults import PackagingError, VideoFault
from lms.videos.joining import Pieces, Stretch
from lms.videos.packaging import Package, PackageSpec, join_package
from lms.videos.parts import SOUND_ALONE, Part, stretches
from tests.videos.test_packaging import SECRET, look, opened, package, spec_of
from lms.videos.keys import window_key

pytestmark = pytest.mark.no_database


def silently(_percent: int) -> None:
    pass


def pieces_of(spec: PackageSpec, stretch_seconds: int, folder: Path) -> Pieces:
    """The film's pieces, made one after the other as several workers would."""
    made = []
    duration = spec.facts.duration_seconds
    for number, part in enumerate(stretches(duration, stretch_seconds, spec.segment_seconds)):
        place = folder / str(number)
        place.mkdir(parents=True)
        frames = encode_stretch(replace(spec, working=place), part, Progress(silently))
        made.append(Stretch(part, str(number), frames))
    if spec.facts.has_audio:
        (folder / "sound").mkdir()
        encode(replace(spec, working=folder / "sound"), SOUND_ALONE, Progress(silently))
    return Pieces(folder, made, "sound" if spec.facts.has_audio else None)


def joined(source: Path, folder: Path, stretch_seconds: int = 4) -> Package:
    spec = spec_of(source, folder)
    pieces = pieces_of(spec, stretch_seconds, folder / "pieces")
    assert len(pieces.stretches) >= 2
    return join_package(spec, pieces, silently)


def packets(folder: Path, rendition: str, streams: str) -> list[str]:
    """When every packet of a rendition is decoded and shown, over all its segments."""
    sealed = sorted((folder / rendition).glob("?????.ts"))
    plain = folder / f"{rendition}.ts"
    windows = [min(number // 2, (len(sealed) - 1) // 2) for number in range(len(sealed))]
    with plain.open("wb") as whole:
        for number, (segment, window) in enumerate(zip(sealed, windows, strict=True)):
            part = opened(segment, window_key(SECRET, 1, window), number)
            whole.write(part.read_bytes())
            part.unlink()
    entries = ("-show_entries", "packet=pts,dts,flags")
    return look(plain, "-select_streams", streams, *entries).split()
