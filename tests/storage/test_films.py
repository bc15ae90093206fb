"""A film's way with a bucket: from the upload to the segment that a learner's key opens."""

import datetime as dt
import os
import shutil
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import db, transaction
from lms.core.files import StorageError
from lms.videos import jobs, operations, posters, quotas, steering
from lms.videos import tasks as video_tasks
from lms.videos.hearts import Heart
from lms.videos.jobs import LostClaimError
from lms.videos.keys import open_segment
from lms.videos.models import Language, Video, VideoState
from lms.videos.originals import original_file
from lms.videos.queries import package_url, playlist_url, poster_url, subtitle_url
from lms.videos.storage import building_folder, originals_folder, pieces_folder, working_folder
from tests.factories import CycleFactory
from tests.factories.catalog import version_as_it_is
from tests.storage.bucket import Bucket, out_of_reach, status_of
from tests.support import MovableClock, RecordedTasks, sign_in
from tests.videos.test_uploads import begin, send
from tests.watching.support import Page


@pytest.fixture
def waiting(
    clock: MovableClock, bucket: Bucket, trainer: Person, lesson: Lesson, film: Path
) -> Video:
    """A video that waits for packaging, with nothing in the bucket yet."""
    with transaction():
        return operations.import_video(trainer, lesson, film)


def again(video: Video) -> Video:
    db.session.rollback()
    return db.session.get_one(Video, video.id, populate_existing=True)


def local_files() -> list[Path]:
    folders = (originals_folder(), building_folder(), working_folder(), pieces_folder())
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def test_uploaded_film_is_packaged_and_played_from_the_bucket(
    app: Flask,
    bucket: Bucket,
    client: FlaskClient,
    trainer: Person,
    lesson: Lesson,
    film: Path,
    tasks: RecordedTasks,
) -> None:
    content = film.read_bytes()
    visitor = sign_in(client, trainer)
    url = begin(visitor, lesson, len(content))
    assert send(visitor, url, 0, content).status_code == 204
    assert bucket.paths() == []
    tasks.run_all()
    video = lesson_video(lesson)
    assert local_files() == []
    assert bucket.store.read(str(video.original_path)) == content

    version_as_it_is(lesson.course)
    page = Page.of(app, CycleFactory(course=lesson.course)).open()
    playlist = page.facts["playlist"]
    assert playlist.startswith(f"{bucket.public_url}/{video.public_id}/1/")
    assert b"index.m3u8" in fetch(playlist)
    key = page.key(0)
    assert key.status_code == 200
    sealed = fetch(package_url(video, f"{video.renditions[0]}/00000.ts"))
    with pytest.raises(ValueError, match="padding"):
        open_segment(sealed, bytes(16), 0)
    assert open_segment(sealed, key.data, 0)[::188][:20] == b"G" * 20
    # From another host the way to the keys must be told whole.
    index = fetch(package_url(video, f"{video.renditions[0]}/index.m3u8")).decode()
    assert f'URI="{bucket.settings.public_url}/keys/{video.public_id}/0"' in index
    assert status_of(f"{bucket.public_url.removesuffix('/hls')}/{video.original_path}") == 403


def test_chunks_of_a_long_film_reach_whoever_joins_it_through_the_bucket(
    app: Flask, bucket: Bucket, waiting: Video, tasks: RecordedTasks
) -> None:
    """Each chunk is made on a machine of its own, that sees no disk of another."""
    app.extensions["settings"] = replace(
        bucket.settings, chunk_seconds=6, transcode_preset="ultrafast"
    )
    made = 0
    while tasks.queued:
        work, args = tasks.queued.pop(0)
        work.run(*args)
        made += 1
        shutil.rmtree(pieces_folder(), ignore_errors=True)
        original_file(str(waiting.original_path)).unlink(missing_ok=True)
    # Handing out, the sound, two stretches, joining.
    assert made == 5
    video = again(waiting)
    assert video.state is VideoState.READY
    segments = [path for path in bucket.paths() if path.endswith(".ts")]
    # Twelve seconds in segments of six.
    assert len(segments) == 2 * len(video.renditions)
    assert [path for path in bucket.paths() if path.startswith("packaging/")] == []
    assert local_files() == []


def lesson_video(lesson: Lesson) -> Video:
    db.session.rollback()
    video: Video = db.session.query(Video).filter_by(lesson_id=lesson.id).one()
    assert video.state is VideoState.READY
    return video


def test_files_around_a_film_lie_in_the_bucket_too(
    bucket: Bucket, waiting: Video, trainer: Person, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    video = again(waiting)
    first = posters.poster_at(video, 3)
    vtt = b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"
    with transaction():
        posters.set_poster(trainer, video, first)
        subtitle = operations.set_subtitle(trainer, video.lesson, Language.ENGLISH, vtt)
    assert fetch(poster_url(video)) == first
    assert b"hello" in fetch(subtitle_url(subtitle))
    former = poster_url(video)
    with transaction():
        posters.set_poster(trainer, video, first)
        operations.remove_subtitle(trainer, subtitle)
    assert (status_of(former), status_of(poster_url(video))) == (404, 200)
    assert not [path for path in bucket.paths() if path.startswith("hls/subtitles/")]
    size = video.package_bytes
    with transaction():
        video.package_bytes = 0
    quotas.count_packages()
    assert again(video).package_bytes == size + len(first)


def test_server_without_a_public_bucket_hands_out_packages_itself(
    app: Flask, bucket: Bucket, waiting: Video, client: FlaskClient, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    name = playlist_url(waiting).removeprefix(bucket.public_url)
    answer = client.get(f"/media/hls{name}")
    assert (answer.status_code, answer.mimetype) == (200, "application/vnd.apple.mpegurl")
    assert "immutable" in answer.headers["Cache-Control"]
    for other in ("../originals/x.ts", "%2e%2e/originals/x.ts", "..%5coriginals/x.ts", "x/1/a.ts"):
        assert client.get(f"/media/hls/{other}").status_code == 404


@pytest.mark.parametrize("writes", [0, 5])
def test_bucket_that_fails_half_way_leaves_a_film_that_can_be_tried_again(
    bucket: Bucket, waiting: Video, clock: MovableClock, tasks: RecordedTasks, writes: int
) -> None:
    tasks.queued.clear()
    bucket.server.fail_after(writes)
    with pytest.raises(StorageError):
        video_tasks.package_video_now(waiting.id)
    video = again(waiting)
    assert (video.state, video.package_version) == (VideoState.PROCESSING, 0)
    assert f"hls/{video.public_id}/1/master.m3u8" not in bucket.paths()
    assert original_file(str(video.original_path)).is_file()
    bucket.server.recover()
    clock.advance(minutes=2)
    video_tasks.requeue_packaging()
    tasks.run_all()
    assert again(waiting).state is VideoState.READY
    assert status_of(playlist_url(again(waiting))) == 200
    assert local_files() == []


def test_bucket_that_is_away_costs_no_attempt(
    app: Flask, bucket: Bucket, waiting: Video, tasks: RecordedTasks
) -> None:
    app.extensions["files"] = out_of_reach(bucket)
    for _time in range(jobs.MAX_ATTEMPTS + 1):
        with pytest.raises(StorageError):
            video_tasks.package_video_now(waiting.id)
    assert (again(waiting).state, again(waiting).attempts) == (VideoState.UPLOADED, 0)
    app.extensions["files"] = bucket.store
    tasks.run_all()
    assert again(waiting).state is VideoState.READY


def test_film_that_nobody_wants_any_more_is_not_published(
    bucket: Bucket, waiting: Video, trainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring = video_tasks.bring_package

    def cancelled_meanwhile(*arguments: object) -> None:
        bring(*arguments)
        with transaction():
            steering.cancel_packaging(trainer, again(waiting))

    monkeypatch.setattr(video_tasks, "bring_package", cancelled_meanwhile)
    assert not video_tasks.package_video_now(waiting.id)
    assert again(waiting).state is VideoState.CANCELLED
    assert local_files() == []
    assert bucket.paths() == []


def test_original_of_an_unusable_film_leaves_both_places(
    bucket: Bucket, trainer: Person, lesson: Lesson, waiting: Video, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    video = again(waiting)
    path = str(video.original_path)
    assert bucket.store.has(path)
    with transaction():
        jobs.forget_original(video)
    assert not bucket.store.has(path)
    assert again(video).original_path is None


def test_film_on_another_machines_disk_waits_for_that_machine(
    bucket: Bucket, waiting: Video, clock: MovableClock, tasks: RecordedTasks
) -> None:
    here = original_file(str(waiting.original_path))
    there = here.with_name("elsewhere")
    here.rename(there)
    tasks.run_all()
    assert (again(waiting).state, again(waiting).attempts) == (VideoState.UPLOADED, 0)
    there.rename(here)
    clock.advance(minutes=2)
    video_tasks.requeue_packaging()
    tasks.run_all()
    assert again(waiting).state is VideoState.READY


def test_worker_without_the_film_fetches_it_from_the_bucket(
    bucket: Bucket, waiting: Video, tasks: RecordedTasks
) -> None:
    here = original_file(str(waiting.original_path))
    bucket.store.put(str(waiting.original_path), here)
    here.unlink()
    tasks.run_all()
    assert again(waiting).state is VideoState.READY
    assert local_files() == []


def test_sweep_forgets_what_the_bucket_keeps_and_nothing_that_is_worked_on(
    bucket: Bucket, waiting: Video, clock: MovableClock
) -> None:
    here = original_file(str(waiting.original_path))
    bucket.store.put(str(waiting.original_path), here)
    old = (clock.present - dt.timedelta(days=2)).timestamp()
    os.utime(here, (old, old))
    video_tasks.clean_up()
    assert here.is_file()
    with transaction():
        again(waiting).state = VideoState.FAILED
    video_tasks.clean_up()
    assert not here.is_file()
    assert bucket.store.has(str(waiting.original_path))


def test_heartbeat_goes_on_during_the_upload_and_ends_it(
    bucket: Bucket, waiting: Video, tmp_path: Path
) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    with transaction():
        again(waiting).claim_token = "another"
    heart = Heart(lambda percent: jobs.beat(job, percent), None)
    built = tmp_path / "built"
    built.mkdir()
    (built / "00000.ts").write_bytes(b"segment")
    with pytest.raises(LostClaimError):
        video_tasks.bring_package(built, job.public_id, 1, lambda: heart.reach(99))
