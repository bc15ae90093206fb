"""Taking films and subtitles for a lesson."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotAllowed
from lms.videos import lesson_meta, operations, publish_problems, queries
from lms.videos.models import Language, Video, VideoState
from lms.videos.storage import file_ending, hls_folder, originals_folder, shown_name
from tests.factories import PersonFactory
from tests.support import RecordedTasks
from tests.videos.conftest import SPECIMENS


def kept_originals() -> list[str]:
    return [file.name for file in originals_folder().glob("*")]


def test_film_is_kept_and_queued(
    film: Path, trainer: Person, lesson: Lesson, tasks: RecordedTasks
) -> None:
    with transaction():
        video = operations.import_video(trainer, lesson, film, "第一讲.MP4")
    assert video.state is VideoState.UPLOADED
    assert video.original_name == "第一讲.MP4"
    assert kept_originals() == [f"{video.public_id}.mp4"]
    assert film.exists()
    assert [(work.name, args) for work, args in tasks.queued] == [
        ("lms.videos.tasks.package_video", (video.id,))
    ]
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()[-1]
    assert (event.tag, event.actor_id) == ("videos:video:upload", trainer.id)


@pytest.mark.parametrize("name", ["not-a-video.mp4", "truncated.mp4"])
def test_unusable_film_leaves_nothing(
    trainer: Person, lesson: Lesson, tasks: RecordedTasks, name: str
) -> None:
    with pytest.raises(Invalid) as refused, transaction():
        operations.import_video(trainer, lesson, SPECIMENS / name)
    assert refused.value.field == "file"
    assert str(refused.value.message).endswith("。")
    assert db.session.scalar(select(func.count(Video.id))) == 0
    assert kept_originals() == []
    assert tasks.queued == []


def test_stranger_may_not_give_a_film(film: Path, lesson: Lesson) -> None:
    with pytest.raises(NotAllowed), transaction():
        operations.import_video(PersonFactory(), lesson, film)
    assert kept_originals() == []


@pytest.mark.parametrize(
    ("given", "shown", "ending"),
    [
        ("../../etc/passwd", "passwd", ".video"),
        ("C:\\films\\第一讲.MOV", "第一讲.MOV", ".mov"),
        ("a\x00b\n.mp4", "ab.mp4", ".mp4"),
        ("invoice\u202e4pm.exe", "invoice4pm.exe", ".video"),
        ("..", "..", ".video"),
        ("", "video", ".video"),
        ("x" * 500 + ".mp4", "x" * 200, ".video"),
    ],
)
def test_file_name_of_a_user_is_only_shown(given: str, shown: str, ending: str) -> None:
    assert shown_name(given) == shown
    assert file_ending(given) == ending


def test_path_in_a_file_name_leads_nowhere(
    app: Flask, film: Path, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        video = operations.import_video(trainer, lesson, film, "../../../hls/x/evil.mp4")
    assert video.original_name == "evil.mp4"
    assert kept_originals() == [f"{video.public_id}.mp4"]


def test_secret_is_encrypted_and_bound_to_its_video(
    waiting: Video, trainer: Person, lesson: Lesson, film: Path
) -> None:
    with transaction():
        other = operations.import_video(trainer, lesson, film)
    secret = operations.video_secret(other)
    assert len(secret) == 32
    assert secret not in other.secret_cipher
    assert operations.video_secret(waiting) != secret
    other.secret_cipher = waiting.secret_cipher
    with pytest.raises(InvalidTag):
        operations.video_secret(other)
    db.session.rollback()


def test_course_cannot_open_before_every_lesson_can_be_watched(
    waiting: Video, lesson: Lesson, tasks: RecordedTasks
) -> None:
    assert [str(problem) for problem in publish_problems(lesson.course)] == [
        f"课时“{lesson.title}”还没有可以播放的视频。"
    ]
    tasks.run_all()
    db.session.rollback()
    assert publish_problems(lesson.course) == []


def test_lesson_row_shows_its_length_once_it_can_be_watched(
    app: Flask, waiting: Video, lesson: Lesson, tasks: RecordedTasks
) -> None:
    with app.test_request_context():
        assert lesson_meta(lesson) is None
        tasks.run_all()
        db.session.rollback()
        assert "0:12" in (lesson_meta(lesson) or "")


SRT = "1\r\n00:00:01,000 --> 00:00:03,500\r\n<font color=red>学时</font>银行\r\n".encode()


def test_subtitles_are_kept_and_replaced(trainer: Person, lesson: Lesson) -> None:
    with transaction():
        subtitle = operations.set_subtitle(trainer, lesson, Language.CHINESE, SRT)
    first = hls_folder() / subtitle.path
    text = first.read_text(encoding="utf-8")
    assert text == "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n学时银行\n"
    with transaction():
        operations.set_subtitle(trainer, lesson, Language.CHINESE, SRT.decode().encode("gb18030"))
    (only,) = queries.subtitles_of(lesson.id)
    assert queries.subtitle_url(only) == f"/media/hls/{only.path}"
    assert (hls_folder() / only.path).read_text(encoding="utf-8") == text
    assert not first.exists()


def test_removed_subtitles_are_gone(trainer: Person, lesson: Lesson) -> None:
    with transaction():
        subtitle = operations.set_subtitle(trainer, lesson, Language.ENGLISH, SRT)
    file = hls_folder() / subtitle.path
    with transaction():
        operations.remove_subtitle(trainer, subtitle)
    assert list(queries.subtitles_of(lesson.id)) == []
    assert not file.exists()


def test_unreadable_subtitles_leave_nothing(trainer: Person, lesson: Lesson) -> None:
    with pytest.raises(Invalid) as refused, transaction():
        operations.set_subtitle(trainer, lesson, Language.CHINESE, b"no subtitles at all")
    assert refused.value.field == "file"
    assert list(queries.subtitles_of(lesson.id)) == []
    assert not hls_folder().exists()
