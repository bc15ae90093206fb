"""Lessons that are read: the same gate for pages, and what no page can talk it into."""

import datetime as dt

import pytest

from lms.core.clock import end_of_day
from lms.core.db import db, transaction
from lms.core.files import files
from lms.hours.models import Credit
from lms.readings.storage import page_path
from lms.watching.notes.queries import chapters_of
from lms.watching.queries import is_course_watched, progress_of, releases_of
from lms.watching.tracing import traces_of
from tests.factories import PersonFactory
from tests.factories.catalog import version_as_it_is
from tests.support import sign_in
from tests.watching.support import Page, make_pages, make_study, watch


@pytest.fixture
def cycle(app, clock):
    return make_study(read=(0,))


@pytest.fixture
def page(app, cycle):
    return Page.of(app, cycle).open()


def test_first_page_is_given_and_tells_when_the_next_one_may_be_opened(page, clock):
    answer = page.key(0)
    assert answer.text == "<p>第 1 页的内容</p>"
    assert answer.headers["X-Next-In"] == "30000"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_time_is_told_to_a_browser_that_is_signed_in_as_well(page, clock):
    # Its person may be looked up before the page is released, in a view of the database of then.
    answer = page.client.get(f"/pages/{page.public_id}/0", headers={"X-Watch-Token": page.token})
    assert answer.headers["X-Next-In"] == "30000"
    clock.advance(10)
    assert page.open().facts["next_in_ms"] == 20_000


def test_no_page_is_opened_ahead_of_the_one_that_is_read(page, clock):
    assert page.key(0).status_code == 200
    early = page.key(1)
    assert (early.status_code, early.json["retry_after_ms"]) == (425, 30_000)
    assert "第 2 页" not in early.text
    clock.advance(30)
    assert page.key(1).text == "<p>第 2 页的内容</p>"
    assert page.key(2).status_code == 425


def test_time_away_opens_one_page_and_no_more(page, clock):
    watch(page, clock, range(1))
    clock.advance(hours=5)
    assert [page.key(number).status_code for number in (1, 2)] == [200, 425]


def test_pages_that_were_opened_can_always_be_read_again(page, clock):
    watch(page, clock, range(3))
    due = page.study_clock.due_ms
    assert [page.key(number).status_code for number in (0, 2, 1)] == [200] * 3
    assert page.study_clock.due_ms == due


def test_skipping_pages_is_refused(page, clock):
    refused = [page.key(number) for number in (1, 2, 5, 6, 999999)]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert page.study_clock.high_water == 0


def test_no_page_without_the_token_of_this_person_and_lesson(app, page, clock):
    good, other = page.token, Page.of(app, make_study(read=(0,))).open()
    for token in ("", "x", good[:-4], other.token):
        page.token = token
        assert (page.key(0).status_code, page.key(0).json["code"]) == (403, "token")
    page.token = good
    # The address alone opens nothing either, for whoever is signed in.
    assert page.client.get(f"/pages/{page.public_id}/0").status_code == 403
    clock.advance(hours=12)
    assert page.key(0).json["code"] == "token"


def test_a_reading_token_opens_no_film_and_a_films_token_no_page(app, clock):
    cycle = make_study(lessons=2, read=(1,))
    film, reading = Page.of(app, cycle, 0).open(), Page.of(app, cycle, 1).open()
    reading.folder = "keys"
    assert (reading.key(0).status_code, reading.key(0).json["code"]) == (403, "token")
    film.open()
    film.folder = "pages"
    assert (film.key(0).status_code, film.key(0).json["code"]) == (403, "token")
    assert film.study_clock.high_water == 0


def test_another_page_takes_over_and_the_first_loses_nothing(app, cycle, page, clock):
    watch(page, clock, range(2))
    second = Page.of(app, cycle).open()
    assert second.facts["released"] == 2
    assert (page.key(2).status_code, page.key(0).status_code) == (409, 409)
    assert second.key(2).status_code == 200
    assert page.open().facts["released"] == 3


def test_reading_and_watching_at_once_earn_what_one_earns(app, clock):
    cycle = make_study(windows=20, lessons=2, read=(1,))
    released = 0
    for _round in range(6):
        for number in (0, 1):
            page = Page.of(app, cycle, number).open()
            while page.key(page.study_clock.high_water).status_code == 200:
                released += 1
        clock.advance(30)
    # One in play, two ahead for the film's player, and one for every half minute that passed.
    assert released == 3 + 5


def test_films_fetched_ahead_delay_the_first_page_by_their_own_time(app, clock):
    cycle = make_study(lessons=2, read=(1,))
    watch(Page.of(app, cycle, 0).open(), clock, range(3), seconds=0)
    page = Page.of(app, cycle, 1).open()
    assert page.facts["next_in_ms"] == 90_000
    assert page.key(0).headers["Retry-After"] == "90"


def test_popup_must_be_answered_before_the_page_behind_it(app, clock):
    page = Page.of(app, make_study(questions=3, read=(0,))).set_gates(2)
    watch(page, clock, range(2))
    assert (page.key(2).status_code, page.key(2).json["code"]) == (423, "popup-due")
    assert page.key(1).status_code == 200
    assert page.answer(page.popup()).json["right"] is True
    assert page.key(2).status_code == 200


def test_three_wrong_answers_close_the_pages_since_the_last_gate(app, clock):
    page = Page.of(app, make_study(questions=8, read=(0,))).set_gates(1, 3)
    watch(page, clock, range(1))
    page.answer(page.popup())
    watch(page, clock, range(1, 3))
    for _time in range(3):
        outcome = page.answer(page.popup(), right=False).json
        clock.advance(outcome["wait_seconds"])
    assert outcome["back_to"] == 1
    assert page.key(2).status_code == 403
    assert [page.key(number).status_code for number in (0, 1)] == [200, 200]


def test_finished_once_the_last_page_was_read_and_not_before(app, clock):
    page = Page.of(app, make_study(read=(0,), requires_exam=False)).open()
    watch(page, clock, range(6), seconds=30)
    clock.set(clock.present - dt.timedelta(seconds=1))
    assert page.post("finish").status_code == 425
    clock.advance(1)
    assert page.post("finish").json["course_watched"] is True
    assert page.post("finish").status_code == 200
    assert is_course_watched(page.progress.cycle)


def test_course_with_pages_unread_is_not_watched(app, clock):
    cycle = make_study(lessons=2, read=(1,), requires_exam=False)
    film = Page.of(app, cycle, 0).open()
    watch(film, clock, range(6))
    clock.advance(60)
    assert film.post("finish").json["course_watched"] is False


def test_closed_course_opens_no_further_page(app, clock):
    last_day = dt.date(2025, 6, 2)
    page = Page.of(app, make_study(closes_on=last_day, read=(0,))).open()
    clock.set(end_of_day(last_day) - dt.timedelta(seconds=1))
    assert page.open().key(0).status_code == 200
    clock.advance(40)
    assert page.key(1).json["code"] == "closed"
    assert page.key(0).status_code == 200


def test_a_reader_goes_on_where_it_was_left_on_any_device(app, cycle, page, clock):
    watch(page, clock, range(4))
    assert page.open().facts["resume_ms"] == 90_000
    assert page.post("position", {"at_ms": 30_000}).json["kept"] is True
    assert Page.of(app, cycle).open().facts["resume_ms"] == 30_000
    assert page.post("position", {"at_ms": 150_000}).status_code == 200
    assert page.open().facts["resume_ms"] == 30_000


def test_replaced_pages_leave_a_begun_cycle_with_its_own(app, cycle, page, clock):
    former = page.public_id
    lesson = cycle.course.lessons[0]
    with transaction():
        page.progress_now().reading.replaced_at = clock.present
    make_pages(lesson, 3)
    version_as_it_is(cycle.course)
    assert page.open().public_id == former
    assert (page.key(0).status_code, page.facts["window_count"]) == (200, 6)


def test_lost_file_of_a_page_is_asked_again_and_loses_nothing(page, clock):
    files().remove(page_path(page.progress.reading.path, 0, is_pdf=False))
    answer = page.key(0)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert page.study_clock.high_water == 1


def test_pages_of_the_lesson_are_in_no_public_place(app, page, clock):
    path = page_path(page.progress.reading.path, 0, is_pdf=False)
    for address in (f"/media/{path}", f"/media/hls/../{path}", f"/{path}"):
        assert page.client.get(address).status_code == 404, address


def test_lesson_page_holds_the_reader_and_no_text_of_any_page(page, cycle):
    text = page.client.get(f"/learn/{cycle.id}/lessons/{page.lesson_id}").text
    assert "js/reading.js" in text
    assert "js/player.js" not in text
    assert "第 1 页的内容" not in text
    assert "阅读 6 页" in page.client.get(f"/learn/{cycle.id}").text


def test_stranger_takes_no_lease(page, cycle):
    stranger = sign_in(page.app.test_client(), PersonFactory())
    address = f"/learn/{cycle.id}/lessons/{page.lesson_id}/lease"
    assert stranger.post(address, json={}).status_code == 404


def test_progress_counts_pages(app, cycle, page, clock):
    watch(page, clock, range(3))
    (standing,) = progress_of(cycle)
    assert (standing.percent, standing.reading.page_count, standing.video) == (50, 6, None)
    assert [release.window for release in releases_of(page.progress)] == [0, 1, 2]


def test_notes_name_the_page(app, cycle, page, clock):
    watch(page, clock, range(2))
    key = "0" * 32
    address = f"/learn/{cycle.id}/lessons/{page.lesson_id}/notes/{key}"
    sent = page.client.put(address, json={"at_ms": 30_000, "text": "要点", "based_on": 0})
    assert sent.status_code == 200
    (chapter,) = chapters_of(cycle)
    assert [passage.place for passage in chapter.passages] == ["第 2 页"]
    assert "第 2 页" in page.client.get(f"/learn/{cycle.id}/notes").text
    assert "[第 2 页] 要点" in page.client.get(f"/learn/{cycle.id}/notes.txt").text


def test_explanation_of_hours_tells_pages_and_questions(app, client, clock):
    cycle = make_study(windows=3, questions=3, read=(0,), requires_exam=False)
    page = Page.of(app, cycle).set_gates(2)
    watch(page, clock, range(2))
    page.answer(page.popup())
    watch(page, clock, range(2, 3))
    assert page.post("finish").json["finished"] is True
    (trace,) = traces_of(cycle)
    assert [(step.page, step.popup is not None) for step in trace.steps] == [
        (1, False),
        (2, False),
        (3, True),
        (3, False),
    ]
    credit = db.session.query(Credit).one()
    text = sign_in(client, cycle.person).get(f"/me/hours/{credit.id}").text
    for told in ("阅读 3 页", "第 2 页之后", "翻到这一页"):
        assert told in text
    assert "片中位置" not in text
