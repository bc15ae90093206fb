"""Films in chunks that are stopped, given up, or whose workers are killed."""

import datetime as dt
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import Settings
from lms.core.db import transaction
from lms.videos import chunk_tasks, jobs, operations, steering
from lms.videos import tasks as video_tasks
from lms.videos.chunk_models import ChunkState
from lms.videos.faults import VideoFault
from lms.videos.models import Video, VideoState
from lms.videos.storage import (
    attempt_folders,
    claim_folders,
    hls_folder,
    originals_folder,
    pieces_folder,
)
from tests.journeys.nursery import Started
from tests.support import MovableClock, RecordedTasks
from tests.videos.test_chunks import FIRST, JOIN, SECOND, SOUND, assert_lost, chunks, taken
from tests.videos.test_jobs import again
from tests.videos.workers import start_packager

pytestmark = pytest.mark.usefixtures("short_chunks")


def test_cancelled_film_ends_all_its_chunks_and_leaves_nothing(
    split: Video, trainer: Person, clock: MovableClock, tasks: RecordedTasks
) -> None:
    chunk_tasks.work_at(split.id, SOUND)
    first = taken(split, FIRST)
    first.made.mkdir(parents=True)
    with transaction():
        steering.cancel_packaging(trainer, split)
    assert attempt_folders() == []
    assert list(originals_folder().glob("*.*")) == []
    assert chunks(split) == []
    assert_lost(first)
    # Its worker may have made the folder in that very moment; who comes by next removes it.
    first.made.mkdir(parents=True)
    tasks.run_all()
    assert again(split).state is VideoState.CANCELLED
    assert attempt_folders() == []


def test_newer_film_takes_the_chunks_from_an_older_one(
    split: Video, trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks
) -> None:
    first = taken(split, FIRST)
    with transaction():
        newer = operations.import_video(trainer, lesson, film)
    assert_lost(first)
    tasks.run_all()
    assert (again(split).state, again(newer).state) == (VideoState.REPLACED, VideoState.READY)
    assert attempt_folders() == []


def test_chunk_that_kills_every_worker_gives_the_film_up_until_it_is_tried_again(
    split: Video, trainer: Person, clock: MovableClock, tasks: RecordedTasks
) -> None:
    chunk_tasks.work_at(split.id, SOUND)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        taken(split, FIRST)
        clock.advance(31)
    chunk_tasks.work_at(split.id, FIRST)
    video = again(split)
    assert (video.state, video.error_code) == (VideoState.FAILED, VideoFault.CRASHED)
    assert chunks(video) == []
    assert attempt_folders() == []
    tasks.queued.clear()
    with transaction():
        steering.retry_packaging(trainer, video)
    tasks.run_all()
    assert again(video).state is VideoState.READY


def test_film_that_breaks_in_one_chunk_fails_in_words_and_nothing_is_left(
    split: Video, tasks: RecordedTasks
) -> None:
    chunk_tasks.work_at(split.id, SOUND)
    (original,) = originals_folder().glob("*.*")
    original.write_bytes(b"rotten" * 1000)
    tasks.run_all()
    video = again(split)
    assert (video.state, video.error_code) == (VideoState.FAILED, VideoFault.UNREADABLE)
    assert list(originals_folder().glob("*.*")) == []
    assert attempt_folders() == []
    assert not (hls_folder() / video.public_id).exists()


def test_chunks_of_films_in_work_are_not_swept_away(
    split: Video, trainer: Person, clock: MovableClock
) -> None:
    for number in (SOUND, FIRST, SECOND):
        chunk_tasks.work_at(split.id, number)
    join = taken(split, JOIN)
    claim_folders(split.public_id, join.token)[0].mkdir(parents=True)
    before = attempt_folders()
    assert len(before) == 2
    video_tasks.clean_up.run()
    assert attempt_folders() == before
    with transaction():
        jobs.let_go(again(split))
    video_tasks.clean_up.run()
    assert attempt_folders() == []


@pytest.fixture
def slow(
    trainer: Person, lesson: Lesson, slow_film: Path, tasks: RecordedTasks, clock: MovableClock
) -> Video:
    """A silent film in two chunks, numbers 0 and 1, that take a while."""
    with transaction():
        video = operations.import_video(trainer, lesson, slow_film)
    work, args = tasks.queued.pop(0)
    work.run(*args)
    return again(video)


@contextmanager
def _workers(
    settings: Settings, folder: Path, video: Video, *numbers: int
) -> Iterator[list[Started]]:
    """Workers that are in the middle of a chunk each."""
    log = folder / "workers.log"
    workers = [start_packager(settings, log, video.id, number) for number in numbers]
    try:
        for number, worker in zip(numbers, workers, strict=True):
            while not list(pieces_folder().glob(f"*/.{number}.*/*.ts")):
                assert worker.poll() is None, log.read_text()
                time.sleep(0.02)
        yield workers
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()


@pytest.mark.fault
def test_worker_killed_in_a_chunk_is_followed_by_another(
    slow: Video, settings: Settings, tasks: RecordedTasks, clock: MovableClock, tmp_path: Path
) -> None:
    with _workers(settings, tmp_path, slow, 1):
        pass
    tasks.run_all()
    assert [one.state is ChunkState.DONE for one in chunks(slow)] == [True, False, False]
    clock.set(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    video_tasks.requeue_packaging.run()
    assert [args for _work, args in tasks.queued] == [(slow.id, 1)]
    tasks.run_all()
    video = again(slow)
    assert (video.state, video.duration_ms) == (VideoState.READY, 16_000)
    assert [folder.name for folder in (hls_folder() / video.public_id).iterdir()] == ["1"]
    assert attempt_folders() == []


@pytest.mark.fault
def test_all_workers_of_a_cancelled_film_stop_and_leave_nothing(
    slow: Video, trainer: Person, settings: Settings, tmp_path: Path
) -> None:
    with _workers(settings, tmp_path, slow, 0, 1) as workers:
        paths = [Path(f"/proc/{one.pid}/task/{one.pid}/children") for one in workers]
        children = [child for path in paths for child in path.read_text().split()]
        assert len(children) == 2
        with transaction():
            steering.cancel_packaging(trainer, slow)
        assert [worker.wait(timeout=30) for worker in workers] == [0, 0]
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert attempt_folders() == []
    assert again(slow).state is VideoState.CANCELLED
