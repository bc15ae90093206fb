"""Stopping a packaging, and having it tried again."""

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import Settings
from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, NotAllowed
from lms.videos import jobs, operations, queries, steering
from lms.videos import tasks as video_tasks
from lms.videos.faults import VideoFault
from lms.videos.jobs import LostClaimError
from lms.videos.models import Video, VideoState
from lms.videos.storage import attempt_folders, claim_folders, hls_folder, originals_folder
from tests.factories import LessonFactory, PersonFactory, PostFactory
from tests.support import MovableClock, RecordedTasks, sign_in
from tests.videos.test_jobs import again
from tests.videos.workers import is_at_work, start_packager


def originals() -> list[str]:
    return [file.name for file in originals_folder().glob("*.*")]


def crash(video: Video, clock: MovableClock) -> None:
    """Let as many workers die as it takes to give up."""
    for _attempt in range(jobs.MAX_ATTEMPTS + 1):
        with transaction():
            jobs.claim(video.id)
        clock.advance(60)


def test_waiting_video_is_cancelled_and_nothing_is_left(
    waiting: Video, trainer: Person, tasks: RecordedTasks
) -> None:
    with transaction():
        steering.cancel_packaging(trainer, waiting)
    assert again(waiting).state is VideoState.CANCELLED
    assert originals() == []
    tasks.run_all()
    assert again(waiting).state is VideoState.CANCELLED
    assert not hls_folder().exists() or list(hls_folder().iterdir()) == []


def test_worker_whose_video_was_cancelled_can_change_nothing(
    waiting: Video, trainer: Person, clock: MovableClock
) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    with transaction():
        steering.cancel_packaging(trainer, waiting)
    for late in (lambda: jobs.beat(job, 50), lambda: jobs.fail(job, VideoFault.UNREADABLE)):
        with pytest.raises(LostClaimError), transaction():
            late()
    assert again(waiting).state is VideoState.CANCELLED


@pytest.mark.fault
def test_worker_at_work_stops_within_seconds_and_leaves_nothing(
    waiting: Video, trainer: Person, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    worker = start_packager(settings, log, waiting.id)
    of_worker = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    # Between two runs of ffmpeg there is none.
    while not (is_at_work(log) and (children := of_worker.read_text().split())):
        assert worker.poll() is None, log.read_text()
        time.sleep(0.02)
    with transaction():
        steering.cancel_packaging(trainer, waiting)
    assert worker.wait(timeout=20) == 0
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert attempt_folders() == []
    assert originals() == []
    assert again(waiting).state is VideoState.CANCELLED


def test_what_a_dead_worker_left_of_a_cancelled_video_is_swept_away(
    waiting: Video, trainer: Person, clock: MovableClock
) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    mine = claim_folders(job.public_id, job.token)
    for folder in mine:
        (folder / "180p").mkdir(parents=True)
    video_tasks.clean_up.run()
    assert set(attempt_folders()) == set(mine)
    with transaction():
        steering.cancel_packaging(trainer, waiting)
    video_tasks.clean_up.run()
    assert attempt_folders() == []


@pytest.mark.parametrize("state", [VideoState.READY, VideoState.FAILED, VideoState.REPLACED])
def test_what_is_over_cannot_be_cancelled(
    waiting: Video, trainer: Person, state: VideoState
) -> None:
    with transaction():
        again(waiting).state = state
    with pytest.raises(IllegalMove), transaction():
        steering.cancel_packaging(trainer, waiting)


def test_film_the_machine_failed_on_is_kept_and_tried_again(
    waiting: Video, trainer: Person, lesson: Lesson, clock: MovableClock, tasks: RecordedTasks
) -> None:
    crash(waiting, clock)
    failed = again(waiting)
    assert (failed.state, failed.error_code) == (VideoState.FAILED, VideoFault.CRASHED)
    assert failed.can_be_retried
    tasks.queued.clear()
    with transaction():
        steering.retry_packaging(trainer, failed)
    assert tasks.run_all() == 1
    video = again(waiting)
    assert (video.state, video.error_code, video.attempts) == (VideoState.READY, None, 1)
    assert queries.current_video(lesson.id) == video


def test_what_workers_left_of_a_given_up_film_goes(waiting: Video, clock: MovableClock) -> None:
    for _attempt in range(jobs.MAX_ATTEMPTS):
        with transaction():
            job = jobs.claim(waiting.id)
        assert job is not None
        claim_folders(job.public_id, job.token)[0].mkdir(parents=True)
        clock.advance(60)
    assert not video_tasks.package_video_now(waiting.id)
    assert again(waiting).state is VideoState.FAILED
    assert attempt_folders() == []


def test_unusable_film_cannot_be_tried_again(waiting: Video, trainer: Person) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    with transaction():
        jobs.fail(job, VideoFault.UNREADABLE)
    assert not again(waiting).can_be_retried
    with pytest.raises(Conflict), transaction():
        steering.retry_packaging(trainer, waiting)
    assert again(waiting).state is VideoState.FAILED


def test_newer_film_takes_the_place_of_one_that_failed(
    waiting: Video, trainer: Person, lesson: Lesson, film: Path, clock: MovableClock
) -> None:
    crash(waiting, clock)
    with transaction():
        newer = operations.import_video(trainer, lesson, film)
    assert originals() == [f"{newer.public_id}.mp4"]
    with pytest.raises(Conflict), transaction():
        steering.retry_packaging(trainer, again(waiting))


def test_stranger_may_neither_cancel_nor_retry(waiting: Video) -> None:
    stranger = PersonFactory()
    PostFactory(person=stranger)
    for operation in (steering.cancel_packaging, steering.retry_packaging):
        with pytest.raises(NotAllowed), transaction():
            operation(stranger, waiting)
    assert again(waiting).state is VideoState.UPLOADED


@pytest.fixture
def visitor(client: FlaskClient, trainer: Person) -> FlaskClient:
    return sign_in(client, trainer)


def test_trainer_cancels_and_retries_by_button(
    visitor: FlaskClient, waiting: Video, lesson: Lesson, clock: MovableClock
) -> None:
    page = visitor.get(f"/manage/videos/{waiting.id}/status").text
    assert f'action="/manage/videos/{waiting.id}/cancel"' in page
    crash(waiting, clock)
    page = visitor.get(f"/manage/videos/{waiting.id}/status").text
    assert "原文件还保留着" in page
    assert f'action="/manage/videos/{waiting.id}/retry"' in page
    answer = visitor.post(f"/manage/videos/{waiting.id}/retry")
    assert answer.headers["Location"].endswith(f"#lesson-{lesson.id}")
    assert again(waiting).state is VideoState.UPLOADED
    visitor.post(f"/manage/videos/{waiting.id}/cancel")
    assert again(waiting).state is VideoState.CANCELLED
    page = visitor.get(answer.headers["Location"]).text
    assert "已取消处理" in page
    assert "hx-trigger" not in visitor.get(f"/manage/videos/{waiting.id}/status").text
    visitor.post(f"/manage/videos/{waiting.id}/cancel")
    assert "视频的状态已经变化" in visitor.get(answer.headers["Location"]).text


def test_percentage_changes_without_the_button_beside_it(
    visitor: FlaskClient, waiting: Video, clock: MovableClock
) -> None:
    url = f"/manage/videos/{waiting.id}/status"
    answer = visitor.get(f"{url}?seen=uploaded")
    assert "<form" not in answer.text
    assert "HX-Retarget" not in answer.headers
    with transaction():
        jobs.claim(waiting.id)
    answer = visitor.get(f"{url}?seen=uploaded")
    assert answer.headers["HX-Retarget"] == f"#video-status-{waiting.id}"
    assert f'id="video-status-{waiting.id}"' in answer.text
    assert "<form" in answer.text


def test_page_with_many_films_in_work_asks_no_more_than_one_with_few(
    app: Flask, visitor: FlaskClient, waiting: Video, trainer: Person, lesson: Lesson, film: Path
) -> None:
    page = visitor.get(f"/manage/videos/{waiting.id}/status").text
    assert 'hx-trigger="every 2s"' in page
    for number in range(2, 5):
        other = LessonFactory(course=lesson.course, position=number)
        with transaction():
            operations.import_video(trainer, other, film)
    page = visitor.get(f"/manage/videos/{waiting.id}/status").text
    assert 'hx-trigger="every 8s"' in page
    db.session.rollback()
