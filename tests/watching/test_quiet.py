"""Stretches that a trainer keeps free of pop-ups: saved, frozen, copied, and heeded."""

import pytest
from sqlalchemy import select

from lms.catalog.copying import copy_to_next_year
from lms.catalog.differences import differences
from lms.catalog.queries import publish_problems
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.enrollments.operations import enrol
from lms.videos.models import VideoState
from lms.videos.queries import current_video
from lms.watching.quiet.operations import set_stretches
from lms.watching.quiet.queries import stretches_of
from lms.watching.quiet.rules import write_instant
from tests.factories import LessonFactory, PersonFactory, PostFactory
from tests.factories.catalog import version_as_it_is
from tests.support import sign_in
from tests.watching.support import Page, make_study, make_video

EVERY = 360
# All but the last six windows of a film of 24: what is left is at 540 s and later.
EARLY = [(0, 540)]
OTHERS = range(18, 25)


@pytest.fixture
def cycle(app):
    return make_study(24, questions=2, requires_exam=False)


@pytest.fixture
def course(cycle):
    return cycle.course


@pytest.fixture
def lesson(course):
    return course.lessons[0]


@pytest.fixture
def trainer(course):
    return PostFactory(organization=course.base).person


def forbid(trainer, lesson, stretches):
    with transaction():
        return set_stretches(trainer, lesson, stretches, EVERY)


def begin(app, course):
    """The gates of somebody who begins the first lesson now."""
    with transaction():
        cycle = enrol(PersonFactory(), course)
    return Page.of(app, cycle).open().progress.gates


def test_overlapping_stretches_become_one_and_the_deed_is_recorded(trainer, lesson):
    assert forbid(trainer, lesson, [(60, 120), (90, 200), (300, 330)]) == [(60, 200), (300, 330)]
    assert stretches_of(lesson.id) == [(60, 200), (300, 330)]
    event = db.session.scalars(
        select(AuditEvent).filter_by(tag=AuditTag.WATCHING_QUIET_UPDATE.value)
    ).one()
    assert event.detail == {"stretches": ["01:00-03:20", "05:00-05:30"]}
    assert forbid(trainer, lesson, []) == []
    assert stretches_of(lesson.id) == []


def test_popups_of_who_begins_later_keep_out_of_them(app, trainer, course, lesson):
    forbid(trainer, lesson, EARLY)
    version_as_it_is(course)
    drawn = [gate for _ in range(6) for gate in begin(app, course)]
    assert len(drawn) == 12
    assert set(drawn) <= set(OTHERS)


def test_who_has_begun_keeps_the_popups_that_were_drawn(app, trainer, cycle, lesson):
    page = Page.of(app, cycle).open()
    drawn = page.progress.gates
    forbid(trainer, lesson, EARLY)
    version_as_it_is(cycle.course)
    assert page.open().progress.gates == drawn


def test_a_version_keeps_the_stretches_it_was_frozen_with(app, trainer, course, lesson):
    forbid(trainer, lesson, EARLY)
    version = version_as_it_is(course)
    forbid(trainer, lesson, [])
    assert stretches_of(lesson.id, version.id) == EARLY
    assert set(begin(app, course)) <= set(OTHERS)


def test_a_change_is_a_difference_that_reviewers_read(trainer, course, lesson):
    assert differences(course.version, course) == []
    forbid(trainer, lesson, EARLY)
    assert differences(course.version, course) == [f"课时“{lesson.title}”的不出题时段有修改"]


def test_stretches_come_along_to_the_next_year(trainer, course, lesson):
    forbid(trainer, lesson, EARLY)
    with transaction():
        copied = copy_to_next_year(trainer, course)
    assert stretches_of(copied.lessons[0].id) == EARLY
    forbid(trainer, lesson, [])
    assert stretches_of(copied.lessons[0].id) == EARLY


def test_so_much_that_nothing_could_be_drawn_is_refused_with_what_is_left(trainer, lesson):
    with pytest.raises(Invalid) as refusal:
        forbid(trainer, lesson, [(0, 700)])
    # Boundaries at 720 s alone is left, of the four that two pop-ups need.
    assert "2 道弹题" in str(refusal.value.message)
    assert "至少要留出 4 处" in str(refusal.value.message)
    assert "只剩 1 处（每 30 秒一处）" in str(refusal.value.message)
    assert stretches_of(lesson.id) == []


def test_a_shorter_film_is_no_way_around_it(trainer, course, lesson):
    forbid(trainer, lesson, EARLY)
    current_video(lesson.id).state = VideoState.REPLACED
    db.session.flush()
    make_video(lesson, 12)
    assert any("不出题时段太多" in problem for problem in publish_problems(course))


def test_even_then_a_lesson_has_a_popup(app, trainer, course, lesson):
    forbid(trainer, lesson, EARLY)
    current_video(lesson.id).state = VideoState.REPLACED
    db.session.flush()
    make_video(lesson, 12)
    version_as_it_is(course)
    assert begin(app, course) == [12]


@pytest.mark.parametrize("stretch", [(10, 10), (20, 10), (-5, 10), (0, 721)])
def test_what_is_no_stretch_of_the_film_is_refused(trainer, lesson, stretch):
    with pytest.raises(Invalid):
        forbid(trainer, lesson, [stretch])


def test_strangers_and_lessons_without_a_film_are_refused(trainer, course, lesson):
    with pytest.raises(NotAllowed):
        forbid(PostFactory().person, lesson, EARLY)
    with pytest.raises(Conflict):
        forbid(trainer, LessonFactory(course=course, title="空的"), EARLY)


@pytest.fixture
def client(app, trainer):
    return sign_in(app.test_client(), trainer)


def send(client, lesson, *pairs):
    data = {"start": [pair[0] for pair in pairs], "end": [pair[1] for pair in pairs]}
    return client.post(f"/manage/courses/{lesson.course.slug}/lessons/{lesson.id}/quiet", data=data)


def test_trainer_writes_them_into_fields(client, lesson):
    answer = send(client, lesson, ("01:00", "2:30"), ("", ""), ("5：00", "5:30"))
    assert answer.status_code == 302
    assert stretches_of(lesson.id) == [(60, 150), (300, 330)]
    part = client.get(f"/manage/courses/{lesson.course.slug}/lessons/{lesson.id}").text
    assert 'value="01:00"' in part
    assert "以学员身份预览" in part


@pytest.mark.parametrize(
    ("pair", "field", "words"),
    [
        (("abc", "1:00"), "start", "填写开始时间"),
        (("1:00", ""), "end", "填写结束时间"),
        (("2:00", "1:00"), "end", "结束时间应晚于开始时间"),
        (("2:00", "12:01"), "end", "视频只有 12:00"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(client, lesson, pair, field, words):
    answer = send(client, lesson, ("0:10", "0:20"), pair)
    assert answer.status_code == 422
    error = answer.text.split(f'id="quiet-{lesson.id}-{field}-2-error"')[1].split("</p>")[0]
    assert words in error
    assert stretches_of(lesson.id) == []
    # What was right stays written.
    assert 'value="0:10"' in answer.text


def test_too_much_is_told_above_the_fields_with_what_was_written(client, lesson):
    answer = send(client, lesson, ("0:00", "11:40"))
    assert answer.status_code == 422
    assert "现在只剩 1 处" in answer.text
    assert 'value="11:40"' in answer.text


def test_too_many_rows_are_refused(client, lesson):
    apart = [(write_instant(12 * n), write_instant(12 * n + 1)) for n in range(60)]
    answer = send(client, lesson, *apart)
    assert answer.status_code == 422
    assert "最多可以设置 50 个时段" in answer.text


def test_a_new_film_asks_to_look_again(app, trainer, client, lesson):
    forbid(trainer, lesson, [(60, 90)])
    address = f"/manage/courses/{lesson.course.slug}/lessons/{lesson.id}"
    assert "视频已更换" not in client.get(address).text
    current_video(lesson.id).state = VideoState.REPLACED
    db.session.flush()
    make_video(lesson, 30)
    assert "视频已更换" in client.get(address).text


def test_preview_draws_outside_them_too(app, trainer, client, lesson):
    forbid(trainer, lesson, EARLY)
    address = f"/manage/courses/{lesson.course.slug}/preview/lessons/{lesson.id}"
    assert set(client.post(f"{address}/lease").json["gates"]) <= set(OTHERS)
    assert "00:00–09:00" in client.get(address).text
