"""A long film is made by several workers, who may die, be stopped or meet, and is one film."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lms.catalog.models import Lesson
from lms.config import Settings
from lms.core.db import db, transaction
from lms.videos import chunk_jobs, chunk_tasks, jobs, queries
from lms.videos import tasks as video_tasks
from lms.videos.chunk_jobs import ChunkJob
from lms.videos.chunk_models import ChunkKind, ChunkState, VideoChunk
from lms.videos.faults import VideoFault
from lms.videos.jobs import LostClaimError
from lms.videos.models import Video, VideoState
from lms.videos.packaging import Package
from lms.videos.storage import (
    attempt_folders,
    hls_folder,
)
from tests.support import MovableClock, RecordedTasks
from tests.videos.test_jobs import again

PACKAGE_CHUNK = "lms.videos.chunk_tasks.package_chunk"
pytestmark = pytest.mark.usefixtures("short_chunks")
# The film of twelve seconds in stretches of six: its sound, two stretches, joining them.
SOUND, FIRST, SECOND, JOIN = range(4)


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
