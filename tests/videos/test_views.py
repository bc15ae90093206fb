"""What the trainer sees, what anyone may fetch, and the command line."""

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import db, transaction
from lms.videos import jobs, queries
from lms.videos.faults import VideoFault
from lms.videos.models import Subtitle, Video, VideoState
from tests.factories import PersonFactory, PostFactory
from tests.support import RecordedTasks, sign_in
from tests.videos.conftest import SPECIMENS


@pytest.fixture
def visitor(client: FlaskClient, trainer: Person) -> FlaskClient:
    return sign_in(client, trainer)


def status_url(video: Video) -> str:
    return f"/manage/videos/{video.id}/status"


def test_status_asks_again_while_the_video_is_in_work(visitor: FlaskClient, waiting: Video) -> None:
    page = visitor.get(status_url(waiting)).text
    assert 'hx-trigger="every 2s"' in page
    assert "等待处理" in page
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    with transaction():
        jobs.beat(job, 42)
    page = visitor.get(status_url(waiting)).text
    assert 'value="42"' in page
    assert "正在处理" in page


def test_status_rests_when_the_video_is_ready(
    visitor: FlaskClient, waiting: Video, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    page = visitor.get(status_url(waiting)).text
    assert "hx-trigger" not in page
    assert "0:12" in page
    assert f"/media/hls/{waiting.public_id}/1/poster.jpg" in page


def test_status_says_why_a_video_failed(visitor: FlaskClient, waiting: Video) -> None:
    with transaction():
        job = jobs.claim(waiting.id)
    assert job is not None
    with transaction():
        jobs.fail(job, VideoFault.UNREADABLE)
    page = visitor.get(status_url(waiting)).text
    assert "hx-trigger" not in page
    assert str(VideoFault.UNREADABLE.label) in page


def test_status_of_another_base_does_not_exist(app: Flask, waiting: Video) -> None:
    stranger: Person = PersonFactory()
    PostFactory(person=stranger)
    assert sign_in(app.test_client(), stranger).get(status_url(waiting)).status_code == 404
    assert sign_in(app.test_client(), PersonFactory()).get(status_url(waiting)).status_code == 403


def test_package_is_served_with_its_types_and_kept_for_a_year(
    client: FlaskClient, waiting: Video, tasks: RecordedTasks
) -> None:
    tasks.run_all()
    db.session.rollback()
    types = {
        "master.m3u8": "application/vnd.apple.mpegurl",
        "180p/index.m3u8": "application/vnd.apple.mpegurl",
        "180p/00001.ts": "video/mp2t",
        "thumbnails.vtt": "text/vtt",
        "poster.jpg": "image/jpeg",
    }
    for name, mimetype in types.items():
        response = client.get(queries.package_url(waiting, name))
        assert response.status_code == 200
        assert response.mimetype == mimetype
        assert "immutable" in response.headers["Cache-Control"]
        response.close()


@pytest.mark.parametrize(
    "name",
    ["../originals/x.mp4", "%2e%2e/originals/x.mp4", ".building/x/master.m3u8", "x/1/key", "x"],
)
def test_nothing_but_packages_is_served(app: Flask, client: FlaskClient, name: str) -> None:
    media = app.extensions["settings"].media_path
    for path in ("originals/x.mp4", "hls/.building/x/master.m3u8", "hls/x/1/key"):
        (media / path).parent.mkdir(parents=True, exist_ok=True)
        (media / path).write_text("secret")
    assert client.get(f"/media/hls/{name}").status_code == 404


def test_subtitles_are_uploaded_and_removed_by_form(visitor: FlaskClient, lesson: Lesson) -> None:
    url = f"/manage/lessons/{lesson.id}/subtitles"
    vtt = b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"
    data = {"language": "en", "next": "/courses", "file": (io.BytesIO(vtt), "en.vtt")}
    response = visitor.post(url, data=data, content_type="multipart/form-data")
    assert response.headers["Location"] == "/courses"
    subtitle = db.session.scalars(select(Subtitle)).one()
    file = visitor.get(queries.subtitle_url(subtitle))
    assert b"hello" in file.data
    file.close()
    visitor.post(f"/manage/subtitles/{subtitle.id}/remove", data={"next": "/courses"})
    assert db.session.scalars(select(Subtitle)).all() == []


def test_subtitles_of_another_base_cannot_be_touched(app: Flask, lesson: Lesson) -> None:
    stranger: Person = PersonFactory()
    PostFactory(person=stranger)
    visitor = sign_in(app.test_client(), stranger)
    url = f"/manage/lessons/{lesson.id}/subtitles"
    assert visitor.post(url, data={"language": "zh"}).status_code == 404


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["import-video", *words])
    db.session.rollback()
    return result.exit_code, result.output


def test_command_imports_and_packages(app: Flask, lesson: Lesson, tmp_path: Path) -> None:
    subtitles = tmp_path / "zh.srt"
    subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\n继续教育\n")
    words = ("--course", lesson.course.slug, "--lesson", lesson.slug, "--wait")
    status, output = run(
        app, str(SPECIMENS / "portrait.mov"), *words, "--subtitles", str(subtitles)
    )
    assert (status, "ready" in output) == (0, True)
    video = queries.current_video(lesson.id)
    assert video is not None
    assert video.state is VideoState.READY
    assert len(queries.subtitles_of(lesson.id)) == 1


def test_command_makes_a_lesson_for_a_title(app: Flask, lesson: Lesson, film: Path) -> None:
    status, _ = run(app, str(film), "--course", lesson.course.slug, "--title", "第二讲")
    assert status == 0
    titles = [each.title for each in lesson.course.lessons]
    assert titles == [lesson.title, "第二讲"]


@pytest.mark.parametrize(
    ("file", "course", "more", "words"),
    [
        ("not-a-video.mp4", "{course}", (), "这不是视频文件"),
        ("landscape.mp4", "nowhere", (), "没有找到"),
        ("landscape.mp4", "{course}", ("--lesson", "nowhere"), "has no lesson nowhere"),
        ("landscape.mp4", "{course}", ("--lesson", "a", "--title", "b"), "--title makes"),
    ],
)
def test_command_says_what_is_wrong_and_keeps_nothing(
    app: Flask, lesson: Lesson, file: str, course: str, more: tuple[str, ...], words: str
) -> None:
    slug = course.format(course=lesson.course.slug)
    status, output = run(app, str(SPECIMENS / file), "--course", slug, *more)
    assert status != 0
    assert words in output
    assert db.session.scalars(select(Video)).all() == []
    assert len(lesson.course.lessons) == 1
