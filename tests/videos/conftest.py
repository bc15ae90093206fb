"""Films good and broken, and a trainer who may give them to a lesson."""

import subprocess
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import ROOT
from lms.core.db import transaction
from lms.videos import operations
from lms.videos.models import Video
from tests.factories import LessonFactory, PersonFactory, PostFactory
from tests.support import MovableClock

SPECIMENS = ROOT / "media/samples/test"


@pytest.fixture
def film() -> Path:
    """Twelve seconds with sound, 320x180 at 15 frames a second."""
    return SPECIMENS / "landscape.mp4"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the films that are too odd to be committed."""
    folder = tmp_path_factory.mktemp("films")
    _make(folder / "one.mp4", "testsrc=r=15:d=1:s=160x90", "-frames:v", "1")
    _make(folder / "still.mkv", "testsrc=r=1/20:d=20:s=160x90", "-frames:v", "1")
    _make(folder / "odd.mkv", "testsrc=r=60000/1001:d=5:s=427x239", "-c:v", "mpeg4")
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
    return folder


@pytest.fixture
def slow_film(tmp_path: Path) -> Path:
    """Sixteen seconds of noise that take an encoder a while."""
    path = tmp_path / "slow.mkv"
    _make(path, "nullsrc=r=15:d=16:s=640x360,noise=alls=40:allf=t", "-preset", "ultrafast")
    return path


_UNEVEN = ("-vf", "select='lt(mod(n,7),3)'", "-fps_mode", "vfr")
_SOUND_OF_8_SECONDS = ("-f", "lavfi", "-i", "sine=d=8")


def _make(target: Path, source: str, *options: str) -> None:
    _ffmpeg("-f", "lavfi", "-i", source, *options, str(target))


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
