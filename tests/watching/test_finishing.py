"""Lessons and courses are finished by the server's clock, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lms.core.db import db
from lms.core.events import course_watched, cycle_completed
from lms.enrollments.models import Cycle, CycleState
from lms.watching.queries import is_course_watched, progress_of
from lms.watching.tasks import finish_seen_lessons
from tests.watching.support import Page, make_study, watch


@pytest.fixture
def told():
    """The names of the events told, in order."""
    names = []

    def watched(_cycle):
        names.append("watched")

    def completed(_cycle):
        names.append("completed")

    with course_watched.connected_to(watched), cycle_completed.connected_to(completed):
        yield names


def state_of(cycle_id):
    db.session.rollback()
    return db.session.get(Cycle, cycle_id).state


def test_lesson_is_not_finished_before_its_last_window_has_played(app, clock):
    page = Page.of(app, make_study(windows=3)).open()
    assert page.post("finish").status_code == 409
    watch(page, clock, range(3), seconds=0)
    early = page.post("finish")
    assert (early.status_code, early.headers["Retry-After"]) == (425, "90")
    clock.advance(89)
    assert page.post("finish").status_code == 425
    clock.advance(1)
    assert page.post("finish").json["finished"] is True


def test_gate_at_the_end_holds_the_lesson_open(app, clock):
    page = Page.of(app, make_study(windows=2, questions=2)).set_gates(2)
    watch(page, clock, range(2))
    assert page.post("finish").status_code == 423
    page.answer(page.popup())
    assert page.post("finish").status_code == 200


def test_course_is_watched_with_its_last_lesson_and_told_once(app, clock, told):
    cycle = make_study(windows=1, lessons=2)
    for number in range(2):
        page = Page.of(app, cycle, number).open()
        watch(page, clock, range(1))
        assert not is_course_watched(cycle)
        assert [page.post("finish").status_code for _ in range(3)] == [200] * 3
    assert is_course_watched(cycle)
    assert told == ["watched"]
    assert state_of(page.cycle_id) is CycleState.ACTIVE


def test_course_without_exam_completes_by_itself(app, clock, told):
    page = Page.of(app, make_study(windows=1, requires_exam=False)).open()
    watch(page, clock, range(1))
    assert page.post("finish").json["cycle_state"] == "completed"
    assert told == ["watched", "completed"]
    assert state_of(page.cycle_id) is CycleState.COMPLETED


def test_parallel_finishing_completes_once(app, clock, told):
    cycle = make_study(windows=1, lessons=2, requires_exam=False)
    pages = [Page.of(app, cycle, number) for number in (0, 1, 0, 1, 0, 1)]
    for page in pages[:2]:
        watch(page.open(), clock, range(1))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda page: page.post("finish"), pages))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert told == ["watched", "completed"]


def test_sweep_finishes_what_was_left_at_the_end(app, clock, told):
    cycle = make_study(windows=1, lessons=2)
    for number in range(2):
        watch(Page.of(app, cycle, number).open(), clock, range(1), seconds=0)
    assert finish_seen_lessons.run() == 0
    clock.advance(60)
    assert finish_seen_lessons.run() == 2
    assert finish_seen_lessons.run() == 0
    assert told == ["watched"]


def test_other_lessons_watched_meanwhile_do_not_postpone_the_end(app, clock):
    cycle = make_study(windows=2, lessons=2)
    first = Page.of(app, cycle, 0).open()
    watch(first, clock, range(2))
    watch(Page.of(app, cycle, 1).open(), clock, range(2), seconds=0)
    assert first.post("finish").status_code == 200


def test_study_page_finishes_and_shows_progress(app, clock):
    cycle = make_study(windows=4, lessons=2)
    first = Page.of(app, cycle, 0).open()
    watch(first, clock, range(4))
    watch(Page.of(app, cycle, 1).open(), clock, range(2))
    assert [one.percent for one in progress_of(cycle)] == [99, 50]
    page = first.client.get(f"/learn/{cycle.id}")
    assert page.status_code == 200
    assert [one.percent for one in progress_of(cycle)] == [100, 50]


def test_pages_of_another_learner_are_not_found(app, clock):
    mine, theirs = make_study(), make_study()
    page = Page.of(app, mine)
    lesson = theirs.course.lessons[0]
    for address in (f"/learn/{theirs.id}", f"/learn/{theirs.id}/lessons/{lesson.id}"):
        assert page.client.get(address).status_code == 404


def test_player_page_holds_no_key_gate_or_question(app, clock):
    page = Page.of(app, make_study(questions=3)).set_gates(2)
    shown = page.client.get(f"/learn/{page.cycle_id}/lessons/{page.lesson_id}")
    assert shown.status_code == 200
    for secret in ("gates", "每年累计", page.expected_key(0).hex()):
        assert secret not in shown.text
    assert set(page.facts) == {
        "token", "playlist", "keys", "released", "resume_ms", "window_count", "window_ms",
        "duration_ms", "max_pace", "is_finished", "is_closed", "lease", "left_by",
    }  # fmt: skip
