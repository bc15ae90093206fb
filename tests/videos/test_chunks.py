"""A long film is made by several workers, who may die, be stopped or meet, and is one film."""

import datetime as dt
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import ROOT, Settings
from lms.core.db import db, transaction
from lms.videos import chunk_jobs, chunk_tasks, jobs, operations, queries, steering
from lms.videos import tasks as video_tasks
from lms.videos.chunk_jobs import ChunkJob
from lms.videos.chunk_models import ChunkKind, ChunkState, VideoChunk
from lms.videos.faults import VideoFault
from lms.videos.jobs import LostClaimError
from lms.videos.models import Video, VideoState
from lms.videos.packaging import Package
from lms.videos.storage import (
    attempt_folders,
    claim_folders,
    hls_folder,
    originals_folder,
    shared_folder,
)
from tests.support import MovableClock, RecordedTasks
from tests.videos.test_jobs import _environment, again

PACKAGE_CHUNK = "lms.videos.chunk_tasks.package_chunk"
# The film of twelve seconds in stretches of six: its sound, two stretches, joining them.
SOUND, FIRST, SECOND, JOIN = range(4)


@pytest.fixture(autouse=True)
def short_chunks(app: Flask) -> Iterator[None]:
    whole: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(whole, chunk_seconds=6, transcode_preset="ultrafast")
    yield
    app.extensions["settings"] = whole


@pytest.fixture
def split(waiting: Video, tasks: RecordedTasks) -> Video:
    """A film whose chunks are queued."""
    work, args = tasks.queued.pop(0)
    work.run(*args)
    return again(waiting)


def chunks(video: Video) -> list[VideoChunk]:
    db.session.rollback()
    query = db.select(VideoChunk).where(VideoChunk.video_id == video.id)
    return list(db.session.scalars(query.order_by(VideoChunk.number)))


def claim(video: Video, number: int) -> ChunkJob | None:
    with transaction():
        return chunk_jobs.claim(video.id, number)


def taken(video: Video, number: int) -> ChunkJob:
    job = claim(video, number)
    assert job is not None
    return job


def late_deeds(job: ChunkJob) -> list[object]:
    return [
        lambda: chunk_jobs.beat(job, 50),
        lambda: chunk_jobs.finish(job, 90),
        lambda: chunk_jobs.fail(job, VideoFault.UNREADABLE),
    ]


def assert_lost(job: ChunkJob) -> None:
    for late in late_deeds(job):
        with pytest.raises(LostClaimError), transaction():
            late()  # type: ignore[operator]


def test_long_film_is_handed_out_and_its_coordinator_waits_for_nobody(
    split: Video, tasks: RecordedTasks
) -> None:
    assert split.state is VideoState.PROCESSING
    assert tasks.names() == [PACKAGE_CHUNK] * 3
    found = [(one.kind, one.start_seconds, one.end_seconds) for one in chunks(split)]
    assert found == [
        (ChunkKind.SOUND, 0, None),
        (ChunkKind.PICTURE, 0, 6),
        (ChunkKind.PICTURE, 6, None),
        (ChunkKind.JOIN, 0, None),
    ]


def test_chunks_in_any_order_become_one_ready_film(
    split: Video, lesson: Lesson, tasks: RecordedTasks
) -> None:
    tasks.queued.reverse()
    assert tasks.run_all() == 4
    video = again(split)
    assert (video.state, video.progress_percent) == (VideoState.READY, 100)
    assert (video.duration_ms, video.window_count, video.attempts) == (12_000, 1, 1)
    assert queries.current_video(lesson.id) is video
    assert [folder.name for folder in (hls_folder() / video.public_id).iterdir()] == ["1"]
    assert chunks(video) == []
    assert attempt_folders() == []


def test_one_process_alone_makes_all_chunks(waiting: Video, lesson: Lesson) -> None:
    heard: list[int] = []
    assert video_tasks.package_video_now(waiting.id, heard.append)
    assert again(waiting).state is VideoState.READY
    assert heard == sorted(heard)
    assert heard[-1] == 100
    assert attempt_folders() == []


def test_short_film_stays_whole(app: Flask, waiting: Video, tasks: RecordedTasks) -> None:
    settings: Settings = app.extensions["settings"]
    for seconds in (7, 0):
        app.extensions["settings"] = replace(settings, chunk_seconds=seconds)
        with transaction():
            again(waiting).state = VideoState.UPLOADED
        assert video_tasks.package_video_now(waiting.id)
        assert PACKAGE_CHUNK not in tasks.names()


def test_chunks_are_queued_as_others_end(
    app: Flask, waiting: Video, tasks: RecordedTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk_jobs, "_MOST_QUEUED", 2)
    work, args = tasks.queued.pop(0)
    work.run(*args)
    most = 0
    while tasks.queued:
        most = max(most, len(tasks.queued))
        work, args = tasks.queued.pop(0)
        work.run(*args)
    assert most == 2
    assert again(waiting).state is VideoState.READY


def test_chunk_is_one_workers_and_joining_waits_for_all(split: Video, clock: MovableClock) -> None:
    first = taken(split, FIRST)
    assert claim(split, FIRST) is None
    assert claim(split, JOIN) is None
    clock.advance(20)
    with transaction():
        chunk_jobs.beat(first, 10)
    clock.advance(20)
    assert claim(split, FIRST) is None


def test_split_film_is_not_begun_anew_while_its_chunks_wait(
    split: Video, clock: MovableClock, tasks: RecordedTasks
) -> None:
    tasks.queued.clear()
    clock.advance(hours=2)
    with transaction():
        assert jobs.claim(split.id) is None
    video_tasks.requeue_packaging.run()
    assert tasks.names() == [PACKAGE_CHUNK] * 3
    video_tasks.requeue_packaging.run()
    assert len(tasks.queued) == 3
    tasks.run_all()
    assert (again(split).state, split.attempts) == (VideoState.READY, 1)


def test_only_the_chunk_of_a_dead_worker_is_made_again(
    split: Video, clock: MovableClock, tasks: RecordedTasks
) -> None:
    dead = taken(split, FIRST)
    dead.made.mkdir(parents=True)
    (dead.made / "180p.ts").write_bytes(b"half of a piece")
    tasks.run_all()
    assert [one.state for one in chunks(split)] == [
        *(ChunkState.DONE, ChunkState.WORKING, ChunkState.DONE, ChunkState.WAITING)
    ]
    clock.advance(31)
    video_tasks.requeue_packaging.run()
    assert [args for _work, args in tasks.queued] == [(split.id, FIRST)]
    chunk_tasks.work_at(split.id, FIRST)
    assert not dead.made.exists()
    tasks.run_all()
    assert again(split).state is VideoState.READY
    assert_lost(dead)
    assert attempt_folders() == []


def test_worker_that_was_believed_dead_cannot_disturb_its_follower(
    split: Video, clock: MovableClock
) -> None:
    dead = taken(split, FIRST)
    clock.advance(31)
    alive = taken(split, FIRST)
    assert_lost(dead)
    with transaction():
        chunk_jobs.beat(alive, 10)
    assert chunks(split)[FIRST].progress_percent == 10


def test_percentage_is_the_sum_of_the_chunks_and_never_falls(
    split: Video, clock: MovableClock
) -> None:
    told = []
    first, second = taken(split, FIRST), taken(split, SECOND)
    for job, percent in ((first, 50), (second, 50), (first, 20)):
        with transaction():
            told.append(chunk_jobs.beat(job, percent))
    clock.advance(31)
    with transaction():
        told.append(chunk_jobs.beat(taken(split, SECOND), 1))
    # 6 s of pictures each, and sound that costs as much as 2 s of them.
    assert told == [int(95 * 3 / 14), int(95 * 6 / 14)] + [int(95 * 6 / 14)] * 2
    assert again(split).progress_percent == told[-1]


def test_of_workers_that_end_at_once_one_queues_the_joining(
    app: Flask, split: Video, tasks: RecordedTasks
) -> None:
    tasks.queued.clear()
    for number in (SOUND, FIRST):
        chunk_tasks.work_at(split.id, number)
    others = [taken(split, SECOND)]
    # The one that was believed dead ends in the same moment as the one that followed.
    with transaction():
        row = db.session.get_one(VideoChunk, chunks(split)[SECOND].id)
        row.state = ChunkState.WAITING
    others.append(taken(split, SECOND))
    for job in others:
        job.made.mkdir(parents=True)
    video_id, joins, barrier = split.id, [], threading.Barrier(len(others))
    db.session.rollback()

    def end(job: ChunkJob) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    joins.append(chunk_jobs.finish(job, 90))
            except LostClaimError:
                joins.append([-1])

    threads = [threading.Thread(target=end, args=(job,)) for job in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(joins) == [[-1], [JOIN]]
    assert db.session.get_one(Video, video_id).state is VideoState.PROCESSING


def test_sound_and_pictures_that_end_at_once_are_joined_once(
    app: Flask, split: Video, tasks: RecordedTasks
) -> None:
    chunk_tasks.work_at(split.id, FIRST)
    tasks.queued.clear()
    ends = [taken(split, number) for number in (SOUND, SECOND)]
    for job in ends:
        job.made.mkdir(parents=True)
    db.session.rollback()
    joins: list[Sequence[int]] = []
    barrier = threading.Barrier(len(ends))

    def end(job: ChunkJob) -> None:
        with app.app_context():
            barrier.wait()
            with transaction():
                joins.append(chunk_jobs.finish(job, 90))

    threads = [threading.Thread(target=end, args=(job,)) for job in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(joins) == [[], [JOIN]]


def test_two_who_join_make_one_film(split: Video, clock: MovableClock) -> None:
    for number in (SOUND, FIRST, SECOND):
        chunk_tasks.work_at(split.id, number)
    slow = taken(split, JOIN)
    clock.advance(31)
    taken(split, JOIN)
    late_package = Package(12_000, 1, ["180p"], 1)
    with pytest.raises(LostClaimError), transaction():
        chunk_jobs.finish_join(slow, late_package, Path("nowhere"))
    clock.advance(31)
    chunk_tasks.work_at(split.id, JOIN)
    assert again(split).state is VideoState.READY
    assert_lost(slow)
    chunk_tasks.work_at(split.id, JOIN)
    assert [folder.name for folder in (hls_folder() / split.public_id).iterdir()] == ["1"]
    assert again(split).attempts == 1


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


_WORKER = """
import os, sys
from lms.config import load_settings
from lms.factory import create_app
from lms.videos.chunk_tasks import work_at

app = create_app(load_settings(dict(os.environ)))
with app.app_context():
    work_at(int(sys.argv[1]), int(sys.argv[2]), lambda percent: print(percent, flush=True))
"""


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
def _workers(settings: Settings, video: Video, *numbers: int) -> Iterator[list[Popen[str]]]:
    """Workers that are in the middle of a chunk each."""
    command = [sys.executable, "-c", _WORKER, str(video.id)]
    environment = _environment(settings)
    workers = [
        Popen([*command, str(number)], env=environment, cwd=ROOT, stdout=PIPE, text=True)
        for number in numbers
    ]
    try:
        for number, worker in zip(numbers, workers, strict=True):
            while not list(shared_folder().glob(f"*/.{number}.*/*.ts")):
                assert worker.poll() is None
                time.sleep(0.02)
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


@pytest.mark.fault
def test_worker_killed_in_a_chunk_is_followed_by_another(
    slow: Video, settings: Settings, tasks: RecordedTasks, clock: MovableClock
) -> None:
    with _workers(settings, slow, 1):
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
    slow: Video, trainer: Person, settings: Settings
) -> None:
    with _workers(settings, slow, 0, 1) as workers:
        paths = [Path(f"/proc/{one.pid}/task/{one.pid}/children") for one in workers]
        children = [child for path in paths for child in path.read_text().split()]
        assert len(children) == 2
        with transaction():
            steering.cancel_packaging(trainer, slow)
        assert [worker.wait(timeout=30) for worker in workers] == [0, 0]
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert attempt_folders() == []
    assert again(slow).state is VideoState.CANCELLED
