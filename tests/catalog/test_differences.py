"""What the trainer is told to differ from what learners see."""

import io

import pytest

from lms.catalog import operations
from lms.catalog.differences import differences
from lms.catalog.models import Etextbook
from lms.catalog.queries import published_courses
from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.videos.models import VideoState
from lms.videos.queries import current_video
from tests.catalog.test_content_operations import PDF
from tests.catalog.test_rules import facts
from tests.factories import CourseFactory, LessonFactory
from tests.factories.catalog import version_as_it_is
from tests.watching.support import make_video


@pytest.fixture
def course(base):
    made = CourseFactory(base=base)
    for title in ("第一讲", "第二讲"):
        make_video(LessonFactory(course=made, title=title))
    return made


# What the reader's own requests say, to which the file is handed.
READER = {"X-Etextbook-Reader": "1"}


def changes(course):
    return differences(course.version, course)


def test_nothing_differs_at_first(course):
    assert changes(course) == []


def test_changed_facts_are_told_with_both_values(trainer, course):
    same = {"category": course.category, "year": course.year, "summary": course.summary}
    same["lecturer_name"] = course.lecturer_name
    with transaction():
        operations.update_course(
            trainer, course, facts(**same, title="新名称", hours=Hours(25), requires_exam=False)
        )
    assert changes(course) == [
        "课程名称：专业技术人员继续教育政策与实务 → 新名称",
        "学时：2 → 2.5",
        "需要通过考试：是 → 否",
    ]


def test_lessons_added_renamed_and_moved_are_told(trainer, course):
    with transaction():
        operations.update_lesson(trainer, course.lessons[0], "第一讲（修订）")
        operations.add_lesson(trainer, course, "第三讲")
        operations.move_lesson(trainer, course.lessons[1], -1)
    assert changes(course) == [
        "新增课时：第三讲",
        "课时改名：第一讲 → 第一讲（修订）",
        "课时顺序有调整",
    ]


def test_replaced_film_is_told(course):
    lesson = course.lessons[0]
    former = course.version.lessons[0]
    replace_video(lesson)
    assert changes(course) == [f"课时“{former.title}”的视频已更换"]


def replace_video(lesson):
    current_video(lesson.id).state = VideoState.REPLACED
    db.session.flush()
    return make_video(lesson)


def test_etextbook_that_a_version_names_outlives_the_draft(trainer, course, settings, client):
    with transaction():
        book = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    assert changes(course) == ["新增教材：教材"]
    version_as_it_is(course)
    with transaction():
        operations.remove_etextbook(trainer, book)
    assert course.etextbooks == []
    assert changes(course) == ["去掉教材：教材"]
    assert (settings.media_path / book.path).is_file()
    address = f"/courses/{course.slug}/etextbook/{book.id}"
    assert client.get(address, headers=READER, buffered=True).data == PDF


def test_etextbook_that_no_version_names_goes_with_its_file(trainer, course, settings):
    with transaction():
        book = operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF))
    path = settings.media_path / book.path
    with transaction():
        operations.remove_etextbook(trainer, book)
    assert db.session.get(Etextbook, book.id) is None
    assert not path.exists()


def test_catalogue_searches_what_it_shows(trainer, course):
    course.title = "还没有发布的名称"
    db.session.commit()
    assert db.session.scalars(published_courses(text="还没有发布")).all() == []
    assert db.session.scalars(published_courses(text="政策与实务")).all() == [course]
