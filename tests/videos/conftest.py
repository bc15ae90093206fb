"""Films good and broken, and a trainer who may give them to a lesson."""

import struct
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import ROOT, Settings
from lms.core.db import db, transaction
from lms.videos import operations
from lms.videos.models import Video
from tests.factories import LessonFactory, PersonFactory, PostFactory
from tests.support import MovableClock, RecordedTasks
from tests.videos.kept_films import keeping_films, made_once, shared_folder

SPECIMENS = ROOT / "media/samples/test"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what all workers of the run need once."""
    return shared_folder(tmp_path_factory)


@pytest.fixture(autouse=True)
def kept_films(request: pytest.FixtureRequest, shared: Path) -> Iterator[None]:
    """Tests that ask a database take films as another test has had them made."""
    with keeping_films(shared) if "app" in request.fixturenames else nullcontext():
        yield


@pytest.fixture
def film() -> Path:
    """Twelve seconds with sound, 320x180 at 15 frames a second."""
    return SPECIMENS / "landscape.mp4"


@pytest.fixture(scope="session")
def made(shared: Path) -> Path:
    """A folder with the films that are too odd to be committed."""
    return made_once(shared, "made", _make_made)


def _make_made(folder: Path) -> None:
    _make(folder / "one.mp4", "testsrc=r=15:d=1:s=160x90", "-frames:v", "1")
    _make(folder / "still.mkv", "testsrc=r=1/20:d=20:s=160x90", "-frames:v", "1")
    _make(folder / "odd.mkv", "testsrc=r=60000/1001:d=5:s=427x239", "-c:v", "mpeg4")
    _make(folder / "slow-rate.mkv", "testsrc=r=103/10:d=14:s=160x90")
    _make(folder / "uneven.mp4", "testsrc=r=30:d=7:s=320x180", *_UNEVEN)
    _make(folder / "long-sound.mkv", "testsrc=r=15:d=3:s=160x90", *_SOUND_OF_8_SECONDS)
    landscape = ("-i", f"{SPECIMENS}/landscape.mp4")
    _ffmpeg(*landscape, "-c", "copy", "-metadata:s:v", "rotate=90", str(folder / "turned.mp4"))
    _ffmpeg(*landscape, "-vn", str(folder / "sound.m4a"))
    _ffmpeg(*landscape, "-frames:v", "1", "-f", "image2", str(folder / "picture.png"))
    _ffmpeg(*landscape, "-c", "copy", "-movflags", "+faststart", str(folder / "front.mp4"))
    front = (folder / "front.mp4").read_bytes()
    (folder / "cut-off.mp4").write_bytes(front[: len(front) // 2])
    (folder / "empty.mp4").touch()


@pytest.fixture(scope="session")
def rare(shared: Path) -> Path:
    """A folder with films of formats that cameras and editors make, and phones do not."""
    return made_once(shared, "rare", _make_rare)


def _make_rare(folder: Path) -> None:
    _make(folder / "8k.mp4", "testsrc=r=2:d=2:s=7680x4320", "-preset", "ultrafast")
    # Taller than 8K, at next to no cost.
    _make(folder / "beyond-8k.mkv", "color=r=1:d=2:s=128x8320", "-c:v", "ffv1")
    _make(folder / "tiny.mp4", "testsrc=r=10:d=2:s=16x16")
    _make(folder / "ten-bit.mp4", _SMALL, "-c:v", "libx265", "-pix_fmt", "yuv420p10le", *_HEVC)
    _make(folder / "hdr.mp4", _SMALL, "-c:v", "libx265", "-pix_fmt", "yuv420p10le", *_PQ)
    _make(folder / "av1.mp4", _SMALL, "-c:v", "libsvtav1", "-preset", "12")
    _make(folder / "interlaced.mpg", "testsrc=r=50:d=2:s=320x240", *_INTERLACED)
    _make(folder / "oblong.mp4", _SMALL, "-vf", "setsar=16/11")
    _make(folder / "banner.mp4", "testsrc=r=15:d=2:s=1600x90")


@pytest.fixture(scope="session")
def heard(shared: Path) -> Path:
    """A folder with recordings of sound alone."""
    return made_once(shared, "heard", _make_heard)


def _make_heard(folder: Path) -> None:
    voice = ("-f", "lavfi", "-i", "sine=f=300:d=13")
    _ffmpeg(*voice, "-b:a", "64k", str(folder / "talk.mp3"))
    _ffmpeg(*voice, "-ac", "2", str(folder / "talk.m4a"))
    for name in ("talk.wav", "talk.flac", "talk.ogg", "talk.aac", "talk.webm"):
        _ffmpeg(*voice, str(folder / name))
    picture = folder / "cover.jpg"
    _make(picture, "testsrc=s=300x300:d=1", "-frames:v", "1", "-pix_fmt", "yuvj420p")
    both = ("-i", f"{folder}/talk.mp3", "-i", str(picture), "-map", "0", "-map", "1")
    cover = ("-c", "copy", "-disposition:v", "attached_pic")
    _ffmpeg(*both, *cover, str(folder / "cover.mp3"))
    whole = (folder / "talk.flac").read_bytes()
    (folder / "cut-off.flac").write_bytes(whole[: len(whole) // 2])


@pytest.fixture(scope="session")
def slow_film(shared: Path) -> Path:
    """Sixteen seconds of noise that take an encoder a while."""
    return made_once(shared, "slow", _make_slow) / "slow.mkv"


def _make_slow(folder: Path) -> None:
    path = folder / "slow.mkv"
    _make(path, "nullsrc=r=15:d=16:s=640x360,noise=alls=40:allf=t", "-preset", "ultrafast")


_SMALL = "testsrc=r=15:d=2:s=320x180"
_HEVC = ("-x265-params", "log-level=none", "-tag:v", "hvc1")
_PQ = (*_HEVC, "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
_INTERLACED = ("-vf", "interlace,setfield=tff", "-c:v", "mpeg2video", "-flags", "+ilme+ildct")
_UNEVEN = ("-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")
_SOUND_OF_8_SECONDS = ("-f", "lavfi", "-i", "sine=d=8")


def _make(target: Path, source: str, *options: str) -> None:
    _ffmpeg("-f", "lavfi", "-i", source, *options, str(target))


def outside_movie(film: Path, other: Path) -> bytes:
    """`film` (its index last, as ffmpeg writes it) with tracks whose samples lie in `other`."""
    content = film.read_bytes()
    at = content.rindex(b"moov") - 4
    return content[:at] + _retold(content[at:], _alias(str(other)))


_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def _retold(boxes: bytes, reference: bytes) -> bytes:
    """The boxes with the data reference of every track replaced."""
    told = b""
    while boxes:
        size, name = int.from_bytes(boxes[:4]), boxes[4:8]
        body, boxes = boxes[8:size], boxes[size:]
        if name in _PARENTS:
            body = _retold(body, reference)
        elif name == b"dref":
            body = body[:8] + reference
        told += (len(body) + 8).to_bytes(4) + name + body
    return told


def _alias(path: str) -> bytes:
    """A data reference of type "alis", as the file format of QuickTime lays it out."""
    name = path.rsplit("/", 1)[-1].encode()[:63]
    even = path.encode() + b"\0" * (len(path.encode()) % 2)
    record = bytes(10) + bytes(28) + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0")
    record += bytes(16) + (1).to_bytes(2) + (1).to_bytes(2) + bytes(16)
    record += (2).to_bytes(2) + len(even).to_bytes(2) + even + b"\xff\xff\0\0"
    # The flags say that it is not this file.
    return (len(record) + 12).to_bytes(4) + b"alis" + bytes(4) + record


def avi_of_text(text: bytes) -> bytes:
    """An AVI whose only stream is of subtitles, and holds the file `text`."""
    header = struct.pack("<14I", 40_000, 0, 0, 0x10, 1, 0, 1, 0, 224, 160, 0, 0, 0, 0)
    stream = b"txts" + bytes(16) + struct.pack("<7I", 1, 25, 0, 125, 0x4000, 10_000, 0) + bytes(8)
    words = "subtitles".encode("utf-16-le")
    name = struct.pack("<HI", 2, len(words)) + words
    whole = b"GAB2\0" + name + struct.pack("<HI", 4, len(text)) + text
    streams = b"strl" + _chunk(b"strh", stream) + _chunk(b"strf", bytes(40))
    headers = _chunk(b"LIST", b"hdrl" + _chunk(b"avih", header) + _chunk(b"LIST", streams))
    movie = _chunk(b"LIST", b"movi" + _chunk(b"00tx", whole))
    return _chunk(b"RIFF", b"AVI " + headers + movie)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _ffmpeg(*arguments: str) -> None:
    # Options for a second input stand before those of the output, as ffmpeg reads them in order.
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)


@pytest.fixture
def lesson(app: Flask) -> Lesson:
    made: Lesson = LessonFactory()
    return made


@pytest.fixture
def trainer(lesson: Lesson) -> Person:
    """A trainer of the base whose lesson it is."""
    person: Person = PersonFactory()
    PostFactory(person=person, organization=lesson.course.base)
    return person


@pytest.fixture
def waiting(clock: MovableClock, trainer: Person, lesson: Lesson, film: Path) -> Video:
    """A video that waits for packaging."""
    with transaction():
        return operations.import_video(trainer, lesson, film)


@pytest.fixture
def short_chunks(app: Flask) -> Iterator[None]:
    """Films of twelve seconds are long enough for two chunks."""
    whole: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(whole, chunk_seconds=6, transcode_preset="ultrafast")
    yield
    app.extensions["settings"] = whole


@pytest.fixture
def split(short_chunks: None, waiting: Video, tasks: RecordedTasks) -> Video:
    """A film whose chunks are queued."""
    work, args = tasks.queued.pop(0)
    work.run(*args)
    db.session.rollback()
    return db.session.get_one(Video, waiting.id, populate_existing=True)
