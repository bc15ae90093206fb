"""Who packages, what happens when he dies, and what is there in the end."""

import datetime as dt
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import ROOT, Settings
from lms.core.db import db, transaction
from lms.core.errors import IllegalMove
from lms.core.states import move
from lms.videos import jobs, operations, queries
from lms.videos import tasks as video_tasks
from lms.videos.faults import VideoFault
from lms.videos.jobs import LostClaimError
from lms.videos.models import Video, VideoState
from lms.videos.states import VIDEO_MOVES
from lms.videos.storage import building_folder, hls_folder, working_folder
from tests.support import MovableClock, RecordedTasks
from tests.videos.places import package_folder
from tests.videos.workers import is_at_work, start_packager


def again(video: Video) -> Video:
    """The row as it stands now."""
    db.session.rollback()
    return db.session.get_one(Video, video.id, populate_existing=True)


def leftovers() -> list[str]:
    folders = (working_folder(), building_folder())
    return [file.name for folder in folders for file in folder.glob("*")]


def test_upload_is_packaged_and_becomes_the_current_video(
    waiting: Video, lesson: Lesson, tasks: RecordedTasks
) -> None:
    assert queries.current_video(lesson.id) is None
    assert tasks.run_all() == 1
    video = again(waiting)
    assert video.state is VideoState.READY
    assert (video.window_count, video.window_seconds, video.duration_ms) == (1, 30, 12_000)
    assert video.progress_percent == 100
    assert queries.current_video(lesson.id) is video
    assert queries.playlist_url(video) == f"/media/hls/{video.public_id}/1/master.m3u8"
    assert (package_folder(video.public_id, 1) / "master.m3u8").exists()
    assert leftovers() == []


def test_packaging_twice_changes_nothing(waiting: Video, tasks: RecordedTasks) -> None:
    tasks.run_all()
    master = package_folder(waiting.public_id, 1) / "master.m3u8"
    before = master.stat().st_mtime_ns
    assert not video_tasks.package_video_now(waiting.id)
    assert master.stat().st_mtime_ns == before


def test_only_one_worker_gets_the_job(waiting: Video, clock: MovableClock) -> None:
    with transaction():
        first = jobs.claim(waiting.id)
    with transaction():
        second = jobs.claim(waiting.id)
    assert first is not None
    assert second is None


def test_job_of_a_dead_worker_is_taken_up_and_the_dead_one_cannot_return(
    waiting: Video, clock: MovableClock, tasks: RecordedTasks
) -> None:
    with transaction():
        dead = jobs.claim(waiting.id)
    assert dead is not None
    tasks.queued.clear()
    clock.advance(31)
    sweep = video_tasks.requeue_packaging
    sweep.run()
    assert tasks.names() == ["lms.videos.tasks.package_video"]
    sweep.run()
    assert len(tasks.queued) == 1
    tasks.run_all()
    assert again(waiting).state is VideoState.READY
    for late in (lambda: jobs.beat(dead, 50), lambda: jobs.fail(dead, VideoFault.UNREADABLE)):
        with pytest.raises(LostClaimError), transaction():
            late()
    assert again(waiting).state is VideoState.READY


def test_dead_worker_cannot_disturb_the_one_that_followed(
    waiting: Video, clock: MovableClock
) -> None:
    with transaction():
        dead = jobs.claim(waiting.id)
    clock.advance(31)
    with transaction():
        alive = jobs.claim(waiting.id)
    assert dead is not None
    assert alive is not None
    for late in (lambda: jobs.beat(dead, 50), lambda: jobs.fail(dead, VideoFault.UNREADABLE)):
        with pytest.raises(LostClaimError), transaction():
            late()
    with transaction():
        jobs.beat(alive, 10)
    assert (again(waiting).state, waiting.progress_percent) == (VideoState.PROCESSING, 10)


def test_heartbeat_keeps_the_job(waiting: Video, clock: MovableClock) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    for percent in (10, 40, 25):
        clock.advance(20)
        with transaction():
            jobs.beat(job, percent)
        with transaction():
            assert jobs.claim(waiting.id) is None
    assert again(waiting).progress_percent == 40


def test_message_the_queue_lost_is_sent_again(
    waiting: Video, clock: MovableClock, tasks: RecordedTasks
) -> None:
    tasks.queued.clear()
    clock.advance(days=1)
    video_tasks.requeue_packaging.run()
    assert tasks.run_all() == 1
    assert again(waiting).state is VideoState.READY


def test_film_that_kills_every_worker_is_given_up(waiting: Video, clock: MovableClock) -> None:
    for _attempt in range(jobs.MAX_ATTEMPTS):
        with transaction():
            assert jobs.claim(waiting.id) is not None
        clock.advance(60)
    with transaction():
        assert jobs.claim(waiting.id) is None
    video = again(waiting)
    assert (video.state, video.error_code) == (VideoState.FAILED, VideoFault.CRASHED)


def test_unusable_film_fails_in_words_and_its_original_goes(
    app: Flask, waiting: Video, tasks: RecordedTasks
) -> None:
    assert waiting.original_path is not None
    original = app.extensions["settings"].media_path / waiting.original_path
    original.write_bytes(b"rotten" * 1000)
    tasks.run_all()
    video = again(waiting)
    assert (video.state, video.error_code) == (VideoState.FAILED, VideoFault.NOT_A_VIDEO)
    assert str(VideoFault.NOT_A_VIDEO.label).startswith("这不是视频文件")
    assert not original.exists()
    assert leftovers() == []
    assert not (hls_folder() / video.public_id).exists()


def test_new_video_replaces_the_former_one_when_it_is_ready(
    waiting: Video, trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    with transaction():
        newer = operations.import_video(trainer, lesson, film)
    assert queries.current_video(lesson.id) == waiting
    tasks.run_all()
    assert again(waiting).state is VideoState.REPLACED
    assert queries.current_video(lesson.id) == again(newer)
    # Who is in the middle of the former film can still see it to its end.
    assert package_folder(waiting.public_id, 1).exists()


def test_newer_upload_stands_in_for_one_still_waiting(
    app: Flask, waiting: Video, trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks
) -> None:
    original = app.extensions["settings"].media_path / str(waiting.original_path)
    with transaction():
        newer = operations.import_video(trainer, lesson, film)
    assert again(waiting).state is VideoState.REPLACED
    assert not original.exists()
    tasks.run_all()
    assert queries.current_video(lesson.id) == again(newer)


def test_machine_that_fails_leaves_the_film_for_another_attempt(
    app: Flask, waiting: Video, clock: MovableClock, tasks: RecordedTasks, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    whole: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(whole, ffmpeg=str(killed))
    try:
        with pytest.raises(Exception, match="ffmpeg ended with -9"):
            tasks.run_all()
    finally:
        app.extensions["settings"] = whole
    assert again(waiting).state is VideoState.PROCESSING
    assert leftovers() == []
    clock.advance(31)
    video_tasks.requeue_packaging.run()
    tasks.run_all()
    assert again(waiting).state is VideoState.READY


@pytest.mark.parametrize("state", list(VideoState))
@pytest.mark.parametrize("target", list(VideoState))
def test_states_move_only_by_the_table(state: VideoState, target: VideoState) -> None:
    video = Video(state=state)
    if target in VIDEO_MOVES.get(state, frozenset()):
        move(video, target, VIDEO_MOVES)
        assert video.state is target
    else:
        with pytest.raises(IllegalMove):
            move(video, target, VIDEO_MOVES)


@pytest.mark.fault
def test_worker_killed_while_packaging_is_followed_by_another(
    waiting: Video,
    settings: Settings,
    tasks: RecordedTasks,
    clock: MovableClock,
    tmp_path: Path,
) -> None:
    log = tmp_path / "worker.log"
    worker = start_packager(settings, log, waiting.id)
    while not is_at_work(log):
        assert worker.poll() is None, log.read_text()
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert again(waiting).state is VideoState.PROCESSING
    assert not package_folder(waiting.public_id, 1).exists()
    assert leftovers() != []
    clock.set(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    tasks.queued.clear()
    video_tasks.requeue_packaging.run()
    tasks.run_all()
    video = again(waiting)
    assert (video.state, video.attempts) == (VideoState.READY, 2)
    assert [folder.name for folder in (hls_folder() / video.public_id).iterdir()] == ["1"]
    assert leftovers() == []


@pytest.mark.fault
def test_ffmpeg_dies_with_its_worker(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lms.videos.running import run_ffmpeg\n"
        "run_ffmpeg(['sh', '-c', 'echo $$ > pid; exec sleep 60'], Path(sys.argv[1]), print, 60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT)
    pid_file = tmp_path / "pid"
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = Path(f"/proc/{pid_file.read_text().strip()}")
    worker.kill()
    worker.wait()
    while child.exists() and " Z " not in (child / "stat").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
