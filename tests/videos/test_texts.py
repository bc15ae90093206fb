"""Subtitles that lie in the film become those of the lesson."""

import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import transaction
from lms.videos import operations, queries
from lms.videos.models import Language, Remark, Video, VideoState
from lms.videos.storage import hls_folder
from lms.videos.texts import TakenText, language_of
from tests.support import RecordedTasks, sign_in
from tests.videos.test_jobs import again

CHINESE = "1\n00:00:01,000 --> 00:00:03,500\n学时银行\n"
ENGLISH = "1\n00:00:01,000 --> 00:00:03,500\nThe hour bank\n"


def film_with(film: Path, folder: Path, ending: str, codec: str, *tracks: tuple[str, str]) -> Path:
    """`film` with subtitle tracks, each a text and the language it is said to be in."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(film)]
    maps, tags = ["-map", "0:v", "-map", "0:a"], []
    for number, (text, language) in enumerate(tracks):
        source = folder / f"{number}.srt"
        source.write_text(text, encoding="utf-8")
        command += ["-i", str(source)]
        maps += ["-map", str(number + 1)]
        tags += [f"-metadata:s:s:{number}", f"language={language}"]
    target = folder / f"film.{ending}"
    # The same bytes each time: Matroska would give each file a number of its own.
    tags += ["-fflags", "+bitexact"]
    command += [*maps, "-c:v", "copy", "-c:a", "copy", "-c:s", codec, *tags, str(target)]
    subprocess.run(command, check=True)
    return target


def packaged(trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks) -> Video:
    with transaction():
        video = operations.import_video(trainer, lesson, film)
    tasks.run_all()
    return again(video)


def texts_of(lesson: Lesson) -> dict[Language, str]:
    return {
        track.language: (hls_folder() / track.path).read_text(encoding="utf-8")
        for track in queries.subtitles_of(lesson.id)
    }


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mp4", "mov_text"), ("mkv", "subrip"), ("mkv", "ass"), ("mkv", "webvtt")],
)
def test_text_tracks_become_the_lessons_by_language(
    trainer: Person,
    lesson: Lesson,
    film: Path,
    tasks: RecordedTasks,
    tmp_path: Path,
    ending: str,
    codec: str,
) -> None:
    source = film_with(film, tmp_path, ending, codec, (ENGLISH, "eng"), (CHINESE, "chi"))
    video = packaged(trainer, lesson, source, tasks)
    assert video.state is VideoState.READY
    # Matroska shifts all by the moment its sound begins before the picture.
    cue = r"WEBVTT\n\n00:00:01\.0\d\d --> 00:00:03\.5\d\d\n{}\n"
    found = texts_of(lesson)
    assert re.fullmatch(cue.format("学时银行"), found[Language.CHINESE])
    assert re.fullmatch(cue.format("The hour bank"), found[Language.ENGLISH])
    assert video.remarks == [Remark.TAKEN_SUBTITLES.value]


def test_subtitles_the_trainer_gave_stay(
    trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks, tmp_path: Path
) -> None:
    with transaction():
        own = CHINESE.replace("学时银行", "自己的字幕").encode()
        operations.set_subtitle(trainer, lesson, Language.CHINESE, own)
    source = film_with(film, tmp_path, "mkv", "subrip", (CHINESE, "chi"))
    video = packaged(trainer, lesson, source, tasks)
    assert "自己的字幕" in texts_of(lesson)[Language.CHINESE]
    assert video.remarks == []


def test_track_in_another_language_is_named_and_left_out(
    trainer: Person, lesson: Lesson, film: Path, tasks: RecordedTasks, tmp_path: Path
) -> None:
    source = film_with(film, tmp_path, "mkv", "subrip", (ENGLISH, "fre"))
    video = packaged(trainer, lesson, source, tasks)
    assert texts_of(lesson) == {}
    assert video.remarks == [Remark.STRANGE_SUBTITLES.value]


def test_picture_subtitles_are_named_as_not_usable(
    client: FlaskClient,
    trainer: Person,
    lesson: Lesson,
    film: Path,
    tasks: RecordedTasks,
    tmp_path: Path,
) -> None:
    pictures = tmp_path / "pictures.mkv"
    source = film_with(film, tmp_path, "mkv", "subrip", (CHINESE, "chi"))
    content = source.read_bytes()
    assert content.count(b"S_TEXT/UTF8") == 1
    # The same track, called what a disc would call it.
    pictures.write_bytes(content.replace(b"S_TEXT/UTF8", b"S_VOBSUB\0\0\0"))
    video = packaged(trainer, lesson, pictures, tasks)
    assert (video.state, video.remarks) == (VideoState.READY, [Remark.PICTURE_SUBTITLES.value])
    assert texts_of(lesson) == {}
    page = sign_in(client, trainer).get(f"/manage/videos/{video.id}/status").text
    assert "视频自带图形字幕" in page


@pytest.mark.parametrize(
    ("tag", "text", "language"),
    [
        ("zh-Hans", "x", Language.CHINESE),
        ("zho", "x", Language.CHINESE),
        ("EN", "x", Language.ENGLISH),
        ("und", CHINESE, Language.CHINESE),
        ("", "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n", Language.ENGLISH),
        ("", "WEBVTT\n\n00:01.000 --> 00:02.000\n123\n", None),
        ("jpn", "学時", None),
    ],
)
@pytest.mark.no_database
def test_language_is_the_named_one_or_told_from_the_text(
    tag: str, text: str, language: Language | None
) -> None:
    assert language_of(TakenText(tag, text.encode())) is language
