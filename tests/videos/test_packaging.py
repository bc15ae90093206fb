"""From a film to encrypted windows, with the real ffmpeg."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from lms.videos.faults import PackagingError, VideoFault
from lms.videos.keys import segment_iv, window_key
from lms.videos.packaging import Package, PackageSpec, Progress, build_package
from lms.videos.probe import probe
from lms.videos.running import TranscodeError
from tests.videos.conftest import SPECIMENS

pytestmark = pytest.mark.no_database

SECRET = b"a secret of thirty-two bytes ...."


def spec_of(source: Path, folder: Path) -> PackageSpec:
    """Windows of 4 s in segments of 2 s, so that a short film has several."""
    return PackageSpec(
        source=source,
        facts=probe(source, ffprobe="ffprobe", longest_seconds=3600),
        secret=SECRET,
        version=1,
        key_base="/keys/film",
        window_seconds=4,
        segment_seconds=2,
        preset="ultrafast",
        ffmpeg="ffmpeg",
        stall_seconds=30,
        working=folder / "working",
        target=folder / "target",
    )


def package(source: Path, folder: Path) -> Package:
    return build_package(spec_of(source, folder), lambda percent: None)


def look(path: Path, *entries: str) -> str:
    command = ["ffprobe", "-v", "error", "-of", "csv=p=0", *entries, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def opened(sealed: Path, key: bytes, sequence: int) -> Path:
    decryptor = Cipher(AES128(key), CBC(segment_iv(sequence))).decryptor()
    plain = sealed.with_suffix(".open.ts")
    plain.write_bytes(decryptor.update(sealed.read_bytes()) + decryptor.finalize())
    return plain


def test_each_segment_opens_with_the_key_of_its_window_and_no_other(
    film: Path, tmp_path: Path
) -> None:
    made = package(film, tmp_path)
    assert (made.window_count, made.duration_ms) == (3, 12_000)
    folder = tmp_path / "target/180p"
    playlist = (folder / "index.m3u8").read_text()
    windows = re.findall(r'URI="/keys/film/(\d)"\n#EXTINF.*\n(\d+).ts\n', playlist)
    assert windows == [("0", "00000"), ("1", "00002"), ("2", "00004")]
    # As what it would be: noise may look like any format that is easily taken for another.
    streams = ("-f", "mpegts", "-show_entries", "stream=codec_name")
    for number in range(6):
        sealed = folder / f"{number:05d}.ts"
        assert look(sealed, *streams) == ""
        wrong = opened(sealed, window_key(SECRET, 1, number // 2 + 1), number)
        assert look(wrong, *streams) == ""
        right = opened(sealed, window_key(SECRET, 1, number // 2), number)
        assert set(look(right, *streams).split()) == {"h264", "aac"}


def test_segments_begin_with_a_keyframe_and_last_as_long_as_promised(
    film: Path, tmp_path: Path
) -> None:
    package(film, tmp_path)
    right = opened(tmp_path / "target/180p/00003.ts", window_key(SECRET, 1, 1), 3)
    rows = look(right, "-select_streams", "v:0", "-show_entries", "packet=flags").split()
    assert rows[0].startswith("K")
    assert len(rows) == 30


def test_thumbnails_show_where_one_would_go(slow_film: Path, tmp_path: Path) -> None:
    package(slow_film, tmp_path)
    index = (tmp_path / "target/thumbnails.vtt").read_text()
    assert re.findall(r"sprite-1.jpg#xywh=(.*)", index) == ["0,0,160,90", "160,0,160,90"]
    size = look(tmp_path / "target/sprite-1.jpg", "-show_entries", "stream=width,height")
    assert size.strip() == "320,90"


def test_nothing_plain_and_nothing_half_made_is_left(film: Path, tmp_path: Path) -> None:
    package(film, tmp_path)
    assert not (tmp_path / "working").exists()
    names = {file.name for file in (tmp_path / "target").iterdir()}
    assert names == {"180p", "master.m3u8", "poster.jpg", "sprite-1.jpg", "thumbnails.vtt"}
    for sealed in (tmp_path / "target/180p").glob("*.ts"):
        assert sealed.read_bytes()[:1] != b"\x47" or sealed.read_bytes()[188:189] != b"\x47"


def test_progress_is_told_all_along_and_never_runs_backwards(
    slow_film: Path, tmp_path: Path
) -> None:
    heard: list[int] = []
    build_package(replace(spec_of(slow_film, tmp_path), preset="medium"), heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 99
    # Not only at the end: ffmpeg must speak while it works.
    assert len({percent for percent in heard if 0 < percent < 90}) >= 3


def test_progress_holds_its_highest_value() -> None:
    heard: list[int] = []
    progress = Progress(heard.append)
    for percent in (5.2, 30, 12, 101):
        progress.reach(percent)
    assert heard == [5, 30, 30, 100]


def test_portrait_film_stays_portrait(tmp_path: Path) -> None:
    package(SPECIMENS / "portrait.mov", tmp_path)
    master = (tmp_path / "target/master.m3u8").read_text()
    assert "RESOLUTION=180x320" in master
    size = look(tmp_path / "target/poster.jpg", "-show_entries", "stream=width,height")
    assert size.strip() == "180,320"


def test_film_turned_by_the_phone_is_packaged_upright(made: Path, tmp_path: Path) -> None:
    package(made / "turned.mp4", tmp_path)
    right = opened(tmp_path / "target/180p/00000.ts", window_key(SECRET, 1, 0), 0)
    size = look(right, "-select_streams", "v:0", "-show_entries", "stream=width,height")
    assert size.split()[0] == "180,320"


def test_silent_film_stays_silent(tmp_path: Path) -> None:
    package(SPECIMENS / "silent.webm", tmp_path)
    assert "mp4a" not in (tmp_path / "target/master.m3u8").read_text()
    right = opened(tmp_path / "target/180p/00000.ts", window_key(SECRET, 1, 0), 0)
    assert set(look(right, "-show_entries", "stream=codec_name").split()) == {"h264"}


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (6, 2)])
def test_sound_is_at_48_kilohertz_in_one_channel_or_two(
    film: Path, tmp_path: Path, channels: int, kept: int
) -> None:
    source = tmp_path / "source.mkv"
    command = ["ffmpeg", "-v", "error", "-t", "3", "-i", str(film), "-c:v", "copy"]
    command += ["-c:a", "pcm_s16le", "-ac", str(channels), "-ar", "44100", str(source)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    package(source, tmp_path)
    right = opened(tmp_path / "target/180p/00000.ts", window_key(SECRET, 1, 0), 0)
    sound = look(right, "-select_streams", "a:0", "-show_entries", "stream=sample_rate,channels")
    assert sound.split()[0] == f"48000,{kept}"


@pytest.mark.parametrize(
    ("name", "size", "rate", "seconds"),
    [
        ("odd.mkv", "428x240", "29.970", 5.0),
        ("uneven.mp4", "320x180", "30.000", 7.0),
        ("long-sound.mkv", "160x90", "15.000", 8.0),
    ],
)
def test_odd_films_come_out_even(
    made: Path, tmp_path: Path, name: str, size: str, rate: str, seconds: float
) -> None:
    done = package(made / name, tmp_path)
    master = (tmp_path / "target/master.m3u8").read_text()
    assert f"RESOLUTION={size},FRAME-RATE={rate}" in master
    assert done.duration_ms == pytest.approx(seconds * 1000, abs=500)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("8k.mp4", ["640x360", "1280x720", "1920x1080"]),
        ("ten-bit.mp4", ["320x180"]),
        ("hdr.mp4", ["320x180"]),
        ("av1.mp4", ["320x180"]),
        ("interlaced.mpg", ["320x240"]),
        ("oblong.mp4", ["464x180"]),
        ("banner.mp4", ["1600x90"]),
    ],
)
def test_films_of_other_makers_come_out_as_h264_for_all(
    rare: Path, tmp_path: Path, name: str, sizes: list[str]
) -> None:
    done = package(rare / name, tmp_path)
    assert done.duration_ms == pytest.approx(2000, abs=200)
    master = (tmp_path / "target/master.m3u8").read_text()
    assert re.findall(r"RESOLUTION=(\w+)", master) == sizes
    folder = tmp_path / "target" / done.renditions[-1]
    right = opened(folder / "00000.ts", window_key(SECRET, 1, 0), 0)
    entries = "stream=codec_name,pix_fmt,field_order,color_transfer,sample_aspect_ratio"
    told = look(right, "-select_streams", "v:0", "-show_entries", entries).split()[0]
    assert told.startswith("h264,")
    assert "yuv420p" in told
    assert "progressive" in told
    assert "smpte2084" not in told


def test_film_that_ends_early_is_refused_and_leaves_nothing(film: Path, tmp_path: Path) -> None:
    spec = spec_of(film, tmp_path)
    longer = replace(spec, facts=replace(spec.facts, duration_seconds=60.0))
    with pytest.raises(PackagingError) as refused:
        build_package(longer, lambda percent: None)
    assert refused.value.fault is VideoFault.TRUNCATED
    assert list(tmp_path.iterdir()) == []


def test_film_that_cannot_be_decoded_is_refused_and_leaves_nothing(
    film: Path, tmp_path: Path
) -> None:
    source = tmp_path / "film.mp4"
    spec = replace(spec_of(film, tmp_path), source=source)
    source.write_bytes(b"this was a film once" * 100)
    with pytest.raises(PackagingError) as refused:
        build_package(spec, lambda percent: None)
    assert refused.value.fault is VideoFault.UNREADABLE
    assert list(tmp_path.iterdir()) == [source]


def test_ffmpeg_that_says_nothing_is_stopped(film: Path, tmp_path: Path) -> None:
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\nexec sleep 60\n")
    mute.chmod(0o755)
    spec = replace(spec_of(film, tmp_path), ffmpeg=str(mute), stall_seconds=0.3)
    with pytest.raises(TranscodeError) as stopped:
        build_package(spec, lambda percent: None)
    assert stopped.value.is_surroundings
    assert not (tmp_path / "target").exists()
