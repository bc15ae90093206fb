"""A course is copied to the next year: all of it, and so that the two keep out of each other."""

import io

import pytest
from PIL import Image

from lms.catalog import operations
from lms.catalog.copying import copy_to_next_year
from lms.catalog.models import CourseState
from lms.catalog.rules import next_year_slug
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotAllowed
from lms.exams.models import ExamSettings
from lms.questions.models import QuestionKind
from lms.questions.operations import create_question
from lms.questions.pictures import add_picture, pictures_of
from lms.questions.queries import questions_of
from lms.questions.rules import QuestionFacts
from lms.videos.keys import window_key
from lms.videos.models import Language
from lms.videos.operations import remove_subtitle, set_subtitle
from lms.videos.queries import current_video, package_url, subtitles_of
from lms.videos.secret import video_secret
from lms.videos.storage import hls_folder
from tests.catalog.test_content_operations import PDF
from tests.factories import CourseFactory, CycleFactory, LessonFactory, QuestionFactory
from tests.factories.catalog import version_as_it_is
from tests.factories.exams import ExamSettingsFactory
from tests.support import sign_in
from tests.watching.support import Page, make_video

VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"


@pytest.fixture
def course(base, trainer, app):
    made = CourseFactory(base=base, slug="ethics-2025", lecturer_name="李老师")
    for title in ("第一讲", "第二讲"):
        make_video(LessonFactory(course=made, title=title))
    QuestionFactory(course=made)
    QuestionFactory(course=made, lesson=made.lessons[1], topic="职业道德")
    QuestionFactory(course=made, is_retired=True)
    ExamSettingsFactory(course_id=made.id, minutes=45)
    with transaction():
        operations.set_cover(trainer, made, a_picture())
        operations.add_etextbook(trainer, made, "教材", io.BytesIO(PDF))
        set_subtitle(trainer, made.lessons[0], Language.CHINESE, VTT)
    return made


@pytest.fixture
def copied(trainer, course):
    with transaction():
        return copy_to_next_year(trainer, course)


def test_copy_is_a_draft_of_the_next_year(course, copied):
    assert (copied.year, copied.state, copied.slug) == (2026, CourseState.DRAFT, "ethics-2026")
    assert (copied.title, copied.hours, copied.version) == (course.title, course.hours, None)
    assert [lesson.title for lesson in copied.lessons] == ["第一讲", "第二讲"]
    assert {lesson.id for lesson in copied.lessons}.isdisjoint(
        lesson.id for lesson in course.lessons
    )


def test_questions_in_use_and_the_exam_come_along(course, copied):
    questions = db.session.scalars(questions_of(copied)).all()
    assert [(q.topic, q.lesson) for q in questions] == [
        ("", None),
        ("职业道德", copied.lessons[1]),
    ]
    settings = db.session.get(ExamSettings, copied.id)
    (copied_line,), (line,) = settings.parts, db.session.get(ExamSettings, course.id).parts
    assert settings.minutes == 45
    assert {**copied_line, **line} == copied_line


def test_cover_and_etextbook_have_files_of_their_own(trainer, course, copied, settings):
    (book,), (former,) = copied.etextbooks, course.etextbooks
    assert (settings.media_path / copied.cover_path).is_file()
    with transaction():
        operations.remove_etextbook(trainer, former)
        operations.set_cover(trainer, course, None)
    assert (settings.media_path / book.path).read_bytes() == PDF
    assert (settings.media_path / copied.cover_path).is_file()


def test_subtitles_outlive_those_of_the_source(trainer, course, copied):
    (own,) = subtitles_of(copied.lessons[0].id)
    with transaction():
        remove_subtitle(trainer, subtitles_of(course.lessons[0].id)[0])
    assert "hello" in (hls_folder() / own.path).read_text()


def test_film_is_played_from_the_package_of_the_source(app, course, copied):
    old, new = current_video(course.lessons[0].id), current_video(copied.lessons[0].id)
    assert new.id != old.id
    assert package_url(new, "master.m3u8") == package_url(old, "master.m3u8")
    copied.state = CourseState.PUBLISHED
    db.session.commit()
    version_as_it_is(copied)
    page = Page.of(app, CycleFactory(course=copied)).open()
    assert page.progress.video_id == new.id
    assert page.public_id == old.public_id
    assert page.key(0).data == window_key(video_secret(old), old.package_version, 0)


def test_copy_of_a_copy_shares_the_film_that_has_the_files(trainer, course, copied):
    with transaction():
        again = copy_to_next_year(trainer, copied)
    original = current_video(course.lessons[0].id)
    assert current_video(again.lessons[0].id).shares_id == original.id


def test_second_copy_has_another_address(trainer, course, copied):
    with transaction():
        second = copy_to_next_year(trainer, course)
    assert second.slug.startswith("ethics-2026-")


@pytest.mark.parametrize(
    ("slug", "new"),
    [
        ("ethics-2025", "ethics-2026"),
        ("ethics", "ethics-2026"),
        ("a" * 60, "a" * 55 + "-2026"),
        ("2025", "2025-2026"),
    ],
)
def test_address_of_a_copy_names_its_year(slug, new):
    assert next_year_slug(slug, 2026) == new


def test_stranger_copies_nothing_and_no_year_comes_after_the_last(stranger, trainer, course):
    with pytest.raises(NotAllowed), transaction():
        copy_to_next_year(stranger, course)
    course.year = 2099
    db.session.commit()
    with pytest.raises(Invalid), transaction():
        copy_to_next_year(trainer, course)


def test_button_leads_to_the_copy(client, trainer, course):
    desk = sign_in(client, trainer)
    assert "复制到 2026 年度" in desk.get("/manage/courses/ethics-2025").text
    answer = desk.post("/manage/courses/ethics-2025/copy")
    assert answer.location == "/manage/courses/ethics-2026"
    assert desk.get(answer.location).status_code == 200


def test_pictures_of_questions_come_along_under_names_of_their_own(trainer, course, settings):
    with transaction():
        picture = add_picture(trainer, course, a_picture(), "图示")
        create_question(
            trainer,
            course,
            QuestionFacts(
                kind=QuestionKind.SINGLE,
                text=f"看图 {picture.markup}",
                options=("甲", f"乙 {picture.markup}"),
                answer=(0,),
            ),
        )
        copied = copy_to_next_year(trainer, course)
    (own,) = db.session.scalars(pictures_of(copied)).all()
    assert own.public_id != picture.public_id
    assert (settings.media_path / own.path).is_file()
    asked = db.session.scalars(questions_of(copied)).all()[-1]
    assert own.markup in asked.text
    assert own.markup in asked.options[1]
    assert picture.public_id not in asked.text + asked.options[1]


def a_picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (32, 18), "teal").save(file, "PNG")
    file.seek(0)
    return file
