"""The tus endpoint: going on where one stopped, and nobody else."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import db
from lms.videos import tasks as video_tasks
from lms.videos import uploads
from lms.videos.magic import is_no_film
from lms.videos.models import Upload, Video, VideoState
from lms.videos.storage import incoming_file, originals_folder
from tests.factories import PersonFactory, PostFactory
from tests.support import MovableClock, RecordedTasks, sign_in
from tests.videos.conftest import SPECIMENS, outside_movie

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def visitor(client: FlaskClient, trainer: Person) -> FlaskClient:
    return sign_in(client, trainer)


def metadata(lesson: Lesson, name: str = "第一讲.mp4") -> str:
    parts = {"filename": name, "lesson": str(lesson.id)}
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in parts.items())


def create(visitor: FlaskClient, lesson: Lesson, size: int, name: str = "第一讲.mp4") -> Any:
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(lesson, name)}
    return visitor.post("/api/v1/uploads", headers=headers)


def begin(visitor: FlaskClient, lesson: Lesson, size: int, name: str = "第一讲.mp4") -> str:
    response = create(visitor, lesson, size, name)
    assert response.status_code == 201
    return str(response.headers["Location"])


def send(visitor: FlaskClient, url: str, start: int, data: bytes, **more: str) -> Any:
    headers = {**CHUNK, "Upload-Offset": str(start), **more}
    return visitor.patch(url, data=data, headers=headers)


def offset(visitor: FlaskClient, url: str) -> int:
    response = visitor.head(url, headers=TUS)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return int(response.headers["Upload-Offset"])


def test_film_in_pieces_becomes_the_lessons_video(
    visitor: FlaskClient, lesson: Lesson, film: Path, tasks: RecordedTasks
) -> None:
    content = film.read_bytes()
    url = begin(visitor, lesson, len(content))
    for start in range(0, len(content), 40_000):
        assert offset(visitor, url) == start
        response = send(visitor, url, start, content[start : start + 40_000])
        assert response.status_code == 204
    video = db.session.scalars(select(Video)).one()
    assert response.headers["Upload-Result"] == f"/manage/videos/{video.id}/status"
    assert (video.lesson_id, video.original_name) == (lesson.id, "第一讲.mp4")
    kept = originals_folder() / f"{video.public_id}.mp4"
    assert kept.read_bytes() == content
    assert list((originals_folder() / "incoming").iterdir()) == []
    tasks.run_all()
    db.session.rollback()
    assert video.state is VideoState.READY


def test_wrong_place_is_a_conflict_and_changes_nothing(
    visitor: FlaskClient, lesson: Lesson
) -> None:
    url = begin(visitor, lesson, 1000)
    assert send(visitor, url, 0, b"a" * 100).status_code == 204
    for start in (0, 50, 101, 1000):
        assert send(visitor, url, start, b"b" * 100).status_code == 409
    assert offset(visitor, url) == 100
    public_id = url.rsplit("/", 1)[-1]
    assert incoming_file(public_id).read_bytes() == b"a" * 100


def test_more_bytes_than_promised_are_refused(visitor: FlaskClient, lesson: Lesson) -> None:
    url = begin(visitor, lesson, 100)
    assert send(visitor, url, 0, b"a" * 101).status_code == 409
    assert offset(visitor, url) == 0


def test_bytes_that_came_without_being_noted_are_written_again(
    visitor: FlaskClient, lesson: Lesson
) -> None:
    # As after a crash between the write and the commit.
    url = begin(visitor, lesson, 1000)
    send(visitor, url, 0, b"a" * 100)
    file = incoming_file(url.rsplit("/", 1)[-1])
    with file.open("ab") as more:
        more.write(b"lost" * 50)
    assert offset(visitor, url) == 100
    assert send(visitor, url, 100, b"b" * 100).status_code == 204
    assert file.read_bytes() == b"a" * 100 + b"b" * 100


def test_second_window_cannot_write_into_the_same_upload(
    visitor: FlaskClient, lesson: Lesson
) -> None:
    url = begin(visitor, lesson, 1000)
    with uploads.locked_file(url.rsplit("/", 1)[-1]):
        assert send(visitor, url, 0, b"a" * 100).status_code == 423
    assert send(visitor, url, 0, b"a" * 100).status_code == 204


def test_upload_of_another_person_does_not_exist(
    app: Flask, visitor: FlaskClient, lesson: Lesson
) -> None:
    url = begin(visitor, lesson, 1000)
    colleague: Person = PersonFactory()
    PostFactory(person=colleague, organization=lesson.course.base)
    other = sign_in(app.test_client(), colleague)
    assert other.head(url, headers=TUS).status_code == 404
    assert send(other, url, 0, b"a" * 100).status_code == 404
    assert other.delete(url, headers=TUS).status_code == 404
    assert offset(visitor, url) == 0


def test_trainer_of_another_base_cannot_fill_the_lesson(app: Flask, lesson: Lesson) -> None:
    stranger: Person = PersonFactory()
    PostFactory(person=stranger)
    assert create(sign_in(app.test_client(), stranger), lesson, 1000).status_code == 404
    assert db.session.scalar(select(func.count(Upload.id))) == 0


def test_learner_and_guest_cannot_upload(app: Flask, client: FlaskClient, lesson: Lesson) -> None:
    learner = sign_in(app.test_client(), PersonFactory())
    assert create(learner, lesson, 1000).status_code == 403
    machine = {**TUS, "Upload-Length": "1", "Accept": "application/json"}
    assert client.post("/api/v1/uploads", headers=machine).status_code in (302, 401)


def test_limits_are_told_before_anything_is_sent(
    app: Flask, visitor: FlaskClient, lesson: Lesson
) -> None:
    limit = app.extensions["settings"].upload_max_mb * 1024 * 1024
    response = visitor.options("/api/v1/uploads")
    assert int(response.headers["Tus-Max-Size"]) == limit
    assert "creation" in response.headers["Tus-Extension"]
    assert create(visitor, lesson, limit + 1).status_code == 413
    empty = create(visitor, lesson, 0)
    assert empty.status_code == 422
    assert "0 字节" in empty.get_json()["detail"]
    assert db.session.scalar(select(func.count(Upload.id))) == 0


@pytest.mark.parametrize("is_terminated", [False, True])
def test_chunk_of_the_largest_size_is_taken_and_a_larger_one_refused(
    app: Flask, visitor: FlaskClient, lesson: Lesson, is_terminated: bool
) -> None:
    """Granian ends the body itself, others leave that to the length."""
    if is_terminated:
        visitor.environ_base["wsgi.input_terminated"] = True
    limit = app.extensions["settings"].upload_chunk_mb * 1024 * 1024
    url = begin(visitor, lesson, limit * 2)
    assert send(visitor, url, 0, b"\0" * (limit + 1)).status_code == 413
    assert offset(visitor, url) == 0
    assert send(visitor, url, 0, b"\0" * limit).status_code == 204


@pytest.mark.parametrize("piece", [100, 511, 512, 4096])
@pytest.mark.parametrize(
    "head",
    [b"These are minutes.\n", "会议纪要\n".encode(), "会议纪要\n".encode("gbk"), b"%PDF-1.7\n\0"],
)
def test_what_is_no_film_is_refused_by_its_first_bytes(
    visitor: FlaskClient, lesson: Lesson, head: bytes, piece: int
) -> None:
    content = (head * 600)[:4096]
    url = begin(visitor, lesson, 1 << 30, "minutes.mp4")
    for start in range(0, len(content), piece):
        response = send(visitor, url, start, content[start : start + piece])
        if response.status_code != 204:
            break
    assert response.status_code == 422
    assert start < 512
    assert "视频" in response.get_json()["detail"]
    assert visitor.head(url, headers=TUS).status_code == 404
    assert [file for file in originals_folder().rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("name", ["landscape.mp4", "portrait.mov"])
def test_first_bytes_of_a_film_pass(name: str) -> None:
    assert not is_no_film((SPECIMENS / name).read_bytes()[:512])


def test_unfinished_uploads_of_mine_are_offered_to_go_on(
    app: Flask, visitor: FlaskClient, lesson: Lesson, trainer: Person, film: Path
) -> None:
    url = begin(visitor, lesson, 4000, "没传完.mp4")
    send(visitor, url, 0, b"\0" * 1000)
    page = f"/manage/courses/{lesson.course.slug}/lessons"
    shown = visitor.get(page).text
    assert f'data-upload="{url}"' in shown
    assert "没传完.mp4" in shown
    colleague: Person = PersonFactory()
    PostFactory(person=colleague, organization=lesson.course.base)
    assert "没传完.mp4" not in sign_in(app.test_client(), colleague).get(page).text
    whole = begin(visitor, lesson, film.stat().st_size, "传完了.mp4")
    send(visitor, whole, 0, film.read_bytes())
    assert f'data-upload="{whole}"' not in visitor.get(page).text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("not-a-video.mp4", "不是视频文件"),
        ("truncated.mp4", "视频不完整"),
        ("one.mp4", "视频太短"),
        ("still.mkv", "视频太短"),
        ("picture.png", "不是视频文件"),
        ("cut-off.mp4", "视频不完整"),
        ("beyond-8k.mkv", "画面尺寸"),
        ("trap.m3u8", "引用了别的文件"),
        ("trap.mov", "引用了别的文件"),
        ("cut-off.flac", "视频不完整"),
    ],
)
def test_unusable_film_is_refused_in_words_and_leaves_nothing(
    visitor: FlaskClient,
    lesson: Lesson,
    made: Path,
    rare: Path,
    heard: Path,
    film: Path,
    tmp_path: Path,
    name: str,
    words: str,
) -> None:
    (tmp_path / "trap.m3u8").write_text(f"#EXTM3U\n#EXTINF:12,\nfile://{film}\n")
    (tmp_path / "trap.mov").write_bytes(outside_movie(film, film))
    folders = (SPECIMENS, made, rare, heard, tmp_path)
    content = next(f / name for f in folders if (f / name).exists()).read_bytes()
    url = begin(visitor, lesson, len(content), name)
    response = send(visitor, url, 0, content)
    assert response.status_code == 422
    problem = response.get_json()
    assert problem["field"] == "file"
    assert words in problem["detail"]
    assert visitor.head(url, headers=TUS).status_code == 404
    assert db.session.scalar(select(func.count(Video.id))) == 0
    assert [file for file in originals_folder().rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("name", ["../../../../tmp/evil.mp4", "/etc/cron.d/x.mp4", "a\x00.mp4"])
def test_tricks_in_a_file_name_lead_nowhere(
    visitor: FlaskClient, lesson: Lesson, film: Path, name: str
) -> None:
    content = film.read_bytes()
    url = begin(visitor, lesson, len(content), name)
    assert send(visitor, url, 0, content).status_code == 204
    video = db.session.scalars(select(Video)).one()
    files = [file for file in originals_folder().rglob("*") if file.is_file()]
    assert files == [originals_folder() / f"{video.public_id}.mp4"]
    assert re.fullmatch(r"(evil|x|a)\.mp4", video.original_name)


def test_checksum_guards_a_chunk(visitor: FlaskClient, lesson: Lesson) -> None:
    url = begin(visitor, lesson, 1000)
    right = base64.b64encode(hashlib.sha256(b"a" * 100).digest()).decode()
    broken = send(visitor, url, 0, b"b" * 100, **{"Upload-Checksum": f"sha256 {right}"})
    assert broken.status_code == 460
    assert offset(visitor, url) == 0
    whole = send(visitor, url, 0, b"a" * 100, **{"Upload-Checksum": f"sha256 {right}"})
    assert whole.status_code == 204


def test_given_up_upload_is_gone(visitor: FlaskClient, lesson: Lesson) -> None:
    url = begin(visitor, lesson, 1000)
    send(visitor, url, 0, b"a" * 100)
    assert visitor.delete(url, headers=TUS).status_code == 204
    assert visitor.head(url, headers=TUS).status_code == 404
    assert not incoming_file(url.rsplit("/", 1)[-1]).exists()


def test_forgotten_upload_expires_a_day_after_its_last_chunk(
    clock: MovableClock, visitor: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    url = begin(visitor, lesson, 1000)
    clock.advance(hours=23)
    # An upload outlasts the session it was begun in.
    assert send(sign_in(visitor, trainer), url, 0, b"a" * 100).status_code == 204
    clock.advance(hours=23)
    video_tasks.clean_up.run()
    assert offset(sign_in(visitor, trainer), url) == 100
    clock.advance(hours=2)
    sign_in(visitor, trainer)
    assert visitor.head(url, headers=TUS).status_code == 404
    video_tasks.clean_up.run()
    assert not incoming_file(url.rsplit("/", 1)[-1]).exists()
    assert db.session.scalar(select(func.count(Upload.id))) == 0


def test_other_versions_of_the_protocol_are_told_so(visitor: FlaskClient, lesson: Lesson) -> None:
    headers = {"Upload-Length": "10", "Upload-Metadata": metadata(lesson)}
    response = visitor.post("/api/v1/uploads", headers=headers)
    assert response.status_code == 412
    assert response.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize("length", ["", "-1", "ten", "1e3", "٣"])
def test_length_that_is_no_number_is_refused(
    visitor: FlaskClient, lesson: Lesson, length: str
) -> None:
    headers = {**TUS, "Upload-Length": length.encode().decode("latin-1")}
    response = visitor.post("/api/v1/uploads", headers=headers)
    assert response.status_code == 422
    assert response.get_json()["field"] == "Upload-Length"


def test_without_the_forgery_token_nothing_is_taken(
    app: Flask, visitor: FlaskClient, lesson: Lesson
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert create(visitor, lesson, 1000).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert db.session.scalar(select(func.count(Upload.id))) == 0
