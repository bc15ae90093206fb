"""A film encoded in stretches and joined is the film encoded at once."""

import json
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from lms.videos.encoding import Progress, encode, encode_stretch
from lms.videos.faults import PackagingError, VideoFault
from lms.videos.joining import Pieces, Stretch
from lms.videos.keys import window_key
from lms.videos.packaging import Package, PackageSpec, join_package
from lms.videos.parts import SOUND_ALONE, Part, stretches
from lms.videos.streams import TextTrack, VideoFacts
from tests.videos.conftest import SPECIMENS
from tests.videos.test_packaging import SECRET, look, opened, package, spec_of

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


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("landscape.mp4", 2),
        ("turned.mp4", 4),
        ("uneven.mp4", 2),
        ("odd.mkv", 2),
        # Neither two seconds nor the beginning of a stretch are a whole number of its pictures.
        ("slow-rate.mkv", 6),
    ],
)
def test_every_packet_lies_where_one_run_lays_it(
    made: Path, tmp_path: Path, name: str, seconds: int
) -> None:
    source = SPECIMENS / name if name == "landscape.mp4" else made / name
    whole, split = package(source, tmp_path / "whole"), joined(source, tmp_path / "split", seconds)
    assert replace(split, size_bytes=0) == replace(whole, size_bytes=0)
    (rendition,) = whole.renditions
    first, second = tmp_path / "whole/target", tmp_path / "split/target"
    for name in (f"{rendition}/index.m3u8", "thumbnails.vtt", "poster.jpg"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    for streams in "va":
        assert packets(second, rendition, streams) == packets(first, rendition, streams)


def test_instants_grow_by_one_picture_all_the_way(film: Path, tmp_path: Path) -> None:
    joined(film, tmp_path, 2)
    told = packets(tmp_path / "target", "180p", "v")
    shown = sorted(int(line.split(",")[0]) for line in told)
    decoded = [int(line.split(",")[1]) for line in told]
    for instants in (shown, decoded):
        assert {after - before for before, after in pairwise(instants)} == {6000}
    assert len(told) == 180


def test_sound_is_the_same_to_the_sample(film: Path, tmp_path: Path) -> None:
    package(film, tmp_path / "whole")
    joined(film, tmp_path / "split", 2)
    heard = []
    for folder in (tmp_path / "whole/target", tmp_path / "split/target"):
        packets(folder, "180p", "a")
        command = ["ffmpeg", "-v", "error", "-i", str(folder / "180p.ts"), "-map", "0:a"]
        done = subprocess.run([*command, "-f", "md5", "-"], capture_output=True, check=True)
        heard.append(done.stdout)
    assert heard[0] == heard[1]


def test_what_was_shown_before_a_stretch_is_shown_in_it(tmp_path: Path) -> None:
    # A picture every 12.4 s, as a recording of slides has; none of them begins a stretch.
    source = tmp_path / "slides.mkv"
    slides = "testsrc=r=30:d=40:s=160x90,select='eq(mod(n,373),3)'"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", slides, "-fps_mode", "vfr"]
    subprocess.run([*command, "-g", "2", str(source)], check=True)
    package(source, tmp_path / "whole")
    joined(source, tmp_path / "split", 6)
    for folder in ("whole", "split"):
        packets(tmp_path / folder / "target", "90p", "v")
    films = [("-i", str(tmp_path / folder / "target/90p.ts")) for folder in ("whole", "split")]
    compare = ("-lavfi", "ssim=stats_file=-", "-f", "null", "-")
    command = ["ffmpeg", "-v", "error", *films[0], *films[1], *compare]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    alike = [float(line.split("All:")[1].split()[0]) for line in done.stdout.splitlines()]
    assert len(alike) > 370
    assert min(alike) > 0.95


def test_stretch_that_cannot_be_found_is_decoded_from_the_beginning(tmp_path: Path) -> None:
    # A broadcast with one key picture: a place in it is found, but nothing can be decoded there.
    source = tmp_path / "broadcast.ts"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=r=15:d=20:s=160x90"]
    subprocess.run([*command, "-g", "900", "-sc_threshold", "0", str(source)], check=True)
    spec = spec_of(source, tmp_path)
    assert not spec.facts.can_be_cut
    spec.working.mkdir()
    assert encode_stretch(spec, Part(14, 18, has_sound=False), Progress(silently)) == 60


def test_stretch_behind_the_end_of_the_pictures_is_empty(film: Path, tmp_path: Path) -> None:
    spec = spec_of(film, tmp_path)
    pieces = pieces_of(spec, 6, tmp_path / "pieces")
    behind = Part(14, None, has_sound=False)
    working = tmp_path / "pieces/behind"
    working.mkdir()
    frames = encode_stretch(replace(spec, working=working), behind, Progress(silently))
    assert frames == 0
    longer = replace(pieces, stretches=[*pieces.stretches, Stretch(behind, "behind", 0)])
    assert join_package(spec, longer, silently).duration_ms == 12_000


def test_film_with_a_hole_is_refused_and_leaves_nothing(film: Path, tmp_path: Path) -> None:
    spec = spec_of(film, tmp_path)
    pieces = pieces_of(spec, 4, tmp_path / "pieces")
    assert [stretch.frames for stretch in pieces.stretches] == [60, 60, 60]
    for counts in ([60, 0, 60], [60, 59, 60], [0, 0, 0]):
        told = [replace(s, frames=n) for s, n in zip(pieces.stretches, counts, strict=True)]
        with pytest.raises(PackagingError) as refused:
            join_package(spec, replace(pieces, stretches=told), silently)
        assert refused.value.fault is VideoFault.UNREADABLE
    assert [left.name for left in tmp_path.iterdir()] == ["pieces"]


@pytest.mark.parametrize(
    ("duration", "seconds", "cuts"),
    [
        (599.9, 300, []),
        (600, 300, [0, 300]),
        (899, 300, [0, 450]),
        (2700, 300, [0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400]),
        (40.5, 12, [0, 12, 30]),
        (13, 1, [0, 12]),
        (86400, 0, []),
    ],
)
def test_stretches_are_even_and_begin_with_segments(
    duration: float, seconds: int, cuts: list[int]
) -> None:
    parts = stretches(duration, seconds, 6)
    assert [part.start for part in parts] == cuts
    assert [part.end for part in parts] == [*cuts[1:], None][: len(cuts)]


def test_facts_of_a_film_can_be_kept(film: Path) -> None:
    facts = spec_of(film, Path()).facts
    rich = replace(facts, texts=(TextTrack(2, "chi", is_forced=True),), average_rate=Fraction(5, 3))
    kept = json.loads(json.dumps(rich.as_json()))
    assert VideoFacts.from_json(kept) == rich
