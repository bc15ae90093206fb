"""Whoever studies ends in the version they began with, whatever is published meanwhile."""

import pytest

from lms.catalog import content_operations
from lms.certificates.queries import certificate_of_cycle
from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.enrollments.models import CycleState
from lms.enrollments.operations import enrol
from lms.videos.models import VideoState
from lms.videos.queries import current_video
from lms.watching.finish_operations import finish_lesson
from tests.factories import PersonFactory, PostFactory
from tests.factories.catalog import version_as_it_is
from tests.watching.support import Page, make_study, make_video, watch


@pytest.fixture
def cycle(app):
    return make_study(windows=2, requires_exam=False)


def replace_video(lesson, windows):
    """A newer film for the lesson, as packaging leaves it."""
    current_video(lesson.id).state = VideoState.REPLACED
    db.session.flush()
    return make_video(lesson, windows)


def change_everything(course):
    """Another name, hours and film, and one lesson more, all of it published."""
    course.title, course.hours = "新版课程", Hours(30)
    course.requires_exam, course.max_pace_tenths = True, 20
    course.lessons[0].title = "新版第一讲"
    replace_video(course.lessons[0], windows=9)
    trainer = PostFactory(organization=course.base).person
    with transaction():
        lesson = content_operations.add_lesson(trainer, course, "新版第二讲")
    make_video(lesson)
    return version_as_it_is(course)


def test_learner_who_has_begun_goes_on_with_the_old_film(app, cycle, clock):
    page = Page.of(app, cycle).open()
    watch(page, clock, range(1))
    former = page.progress.video_id
    change_everything(cycle.course)
    page.open()
    assert (page.progress.video_id, page.facts["window_count"]) == (former, 2)
    watch(page, clock, range(1, 2))


def test_learner_who_has_not_opened_the_lesson_yet_gets_the_old_film_too(app, cycle):
    former = current_video(cycle.course.lessons[0].id)
    change_everything(cycle.course)
    page = Page.of(app, cycle).open()
    assert page.progress.video_id == former.id
    assert page.facts["max_pace"] == 1.0


def test_pages_of_the_old_version_show_the_old_course(app, cycle):
    change_everything(cycle.course)
    page = Page.of(app, cycle)
    study = page.client.get(f"/learn/{cycle.id}").text
    assert "新版" not in study
    assert "第一讲" in study
    lesson = page.client.get(f"/learn/{cycle.id}/lessons/{page.lesson_id}").text
    assert "新版" not in lesson
    added = cycle.course.lessons[1]
    assert page.client.get(f"/learn/{cycle.id}/lessons/{added.id}").status_code == 404
    assert Page(app, cycle.person, cycle.id, added.id).post("lease").status_code == 404
    assert "新版课程" not in page.client.get("/me").text


def test_old_version_is_completed_as_it_was(app, cycle, clock):
    page = Page.of(app, cycle).open()
    watch(page, clock, range(1))
    change_everything(cycle.course)
    watch(page, clock, range(1, 2))
    with transaction():
        finish_lesson(page.progress.id)
    db.session.refresh(cycle)
    assert cycle.state is CycleState.COMPLETED
    certificate = certificate_of_cycle(cycle.id)
    assert certificate.course_title == "专业技术人员继续教育政策与实务"
    assert (certificate.hours, certificate.has_exam) == (Hours(20), False)


def test_who_begins_later_studies_the_newest_version(app, cycle):
    newest = change_everything(cycle.course)
    person = PersonFactory()
    with transaction():
        later = enrol(person, cycle.course)
    assert later.version_id == newest.id
    page = Page.of(app, later).open()
    assert page.facts["window_count"] == 9
    assert "新版第二讲" in page.client.get(f"/learn/{later.id}").text


def test_lesson_of_the_draft_is_nobodys_to_study(app, cycle):
    trainer = PostFactory(organization=cycle.course.base).person
    with transaction():
        added = content_operations.add_lesson(trainer, cycle.course, "还没有发布的课")
    assert Page(app, cycle.person, cycle.id, added.id).post("lease").status_code == 404
