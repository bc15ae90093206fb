"""The gate: every answer it gives, and what no page can talk it into."""

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor

from lms.core.clock import end_of_day
from lms.core.db import db, transaction
from lms.enrollments.models import CycleState
from lms.enrollments.operations import withdraw_cycle
from lms.watching.models import StudyClock
from lms.watching.queries import releases_of
from tests.factories import PersonFactory
from tests.support import sign_in
from tests.watching.support import Page, make_study, watch


def test_first_windows_are_released_with_their_own_keys(app, clock):
    page = Page.of(app, make_study()).open()
    answers = [page.key(window) for window in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.data for answer in answers] == [page.expected_key(n) for n in range(3)]
    assert len({answer.data for answer in answers}) == 3
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_one_window_in_play_and_two_ahead_then_the_clock_decides(app, clock):
    page = Page.of(app, make_study()).open()
    watch(page, clock, range(3), seconds=0)
    early = page.key(3)
    assert early.status_code == 425
    assert early.headers["Retry-After"] == "30"
    assert early.json["retry_after_ms"] == 30_000
    clock.advance(29)
    assert page.key(3).status_code == 425
    clock.advance(1)
    assert page.key(3).status_code == 200
    assert page.key(4).status_code == 425


def test_time_away_earns_nothing_ahead(app, clock):
    page = Page.of(app, make_study(windows=20)).open()
    watch(page, clock, range(1))
    clock.advance(hours=5)
    assert [page.key(n).status_code for n in range(1, 5)] == [200, 200, 200, 425]


def test_double_pace_costs_half_the_time(app, clock):
    page = Page.of(app, make_study(max_pace_tenths=20)).open()
    watch(page, clock, range(3), seconds=0)
    assert page.key(3).headers["Retry-After"] == "15"
    clock.advance(15)
    assert page.key(3).status_code == 200


def test_short_last_window_costs_its_real_length(app, clock):
    page = Page.of(app, make_study(windows=2, last_ms=7_000)).open()
    watch(page, clock, range(2), seconds=0)
    assert page.post("finish").headers["Retry-After"] == "37"
    clock.advance(37)
    assert page.post("finish").status_code == 200


def test_released_windows_are_given_again_and_cost_nothing(app, clock):
    page = Page.of(app, make_study()).open()
    first = page.key(0).data
    due = page.study_clock.due_ms
    assert [page.key(0).data for _ in range(5)] == [first] * 5
    assert page.study_clock.due_ms == due


def test_skipping_ahead_is_refused(app, clock):
    page = Page.of(app, make_study()).open()
    refused = [page.key(window) for window in (1, 5, 6, 999999)]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert refused[0].json["code"] == "skipping-ahead"
    assert page.study_clock.high_water == 0


def test_addresses_that_are_no_window_are_refused(app, clock):
    page = Page.of(app, make_study()).open()
    for window in ("-1", "x", "1e3", "٣", "0000000", ""):
        answer = page.client.get(
            f"/keys/{page.public_id}/{window}", headers={"X-Watch-Token": page.token}
        )
        assert answer.status_code == 403, window


def test_second_tab_takes_over_and_the_first_loses_nothing(app, clock):
    cycle = make_study()
    first = Page.of(app, cycle).open()
    watch(first, clock, range(2))
    second = Page.of(app, cycle).open()
    assert second.facts["released"] == 2
    lost = first.key(2)
    assert (lost.status_code, lost.json["code"]) == (409, "playing-elsewhere")
    assert first.key(0).status_code == 409
    assert second.key(2).status_code == 200
    assert first.open().facts["released"] == 3
    assert second.key(0).status_code == 409


def test_second_tab_earns_nothing(app, clock):
    cycle = make_study()
    watch(Page.of(app, cycle).open(), clock, range(3), seconds=0)
    assert Page.of(app, cycle).open().key(3).status_code == 425


def test_ten_lessons_at_once_earn_what_one_earns(app, clock):
    cycle = make_study(windows=20, lessons=10)
    released = 0
    for _round in range(4):
        for number in range(10):
            page = Page.of(app, cycle, number).open()
            while page.key(page.study_clock.high_water).status_code == 200:
                released += 1
        clock.advance(30)
    assert released == 3 + 3


def test_changing_lessons_keeps_what_each_has(app, clock):
    cycle = make_study(lessons=2)
    first = Page.of(app, cycle, 0).open()
    watch(first, clock, range(2))
    second = Page.of(app, cycle, 1).open()
    watch(second, clock, range(3))
    assert first.open().facts["released"] == 2
    assert second.open().facts["released"] == 3
    assert [entry.window for entry in releases_of(first.progress)] == [0, 1]


def test_trail_tells_when_every_window_was_given(app, clock):
    page = Page.of(app, make_study()).open()
    watch(page, clock, range(4))
    page.open()
    watch(page, clock, range(4, 6))
    told = releases_of(page.progress)
    assert [entry.window for entry in told] == list(range(6))
    gaps = [b.happened_at - a.happened_at for a, b in itertools.pairwise(told)]
    assert gaps == [dt.timedelta(seconds=30)] * 5


def test_forged_expired_and_foreign_tokens_are_refused(app, clock):
    page = Page.of(app, make_study()).open()
    good = page.token
    other = Page.of(app, make_study()).open()
    flipped = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(60)]
    for token in ("", "x", "é", good[:-4], good + "AAAA", "A" * 600, other.token, *flipped):
        page.token = token
        answer = page.key(0)
        assert (answer.status_code, answer.json["code"]) == (403, "token"), token
    page.token = good
    clock.advance(hours=12)
    assert page.key(0).json["code"] == "token"
    assert page.study_clock.high_water == 0


def test_token_of_another_person_is_refused_by_the_pages(app, clock):
    cycle = make_study(questions=1)
    page = Page.of(app, cycle).set_gates(1)
    watch(page, clock, range(1))
    thief = Page.of(app, make_study(questions=1)).open()
    thief.token = page.token
    assert thief.post("popup").status_code == 403
    stranger = sign_in(app.test_client(), PersonFactory())
    for what in ("lease", "popup", "popup/answer", "finish"):
        address = f"/learn/{page.cycle_id}/lessons/{page.lesson_id}/{what}"
        body = {"nonce": "x", "chosen": [0]}
        assert stranger.post(address, json=body).status_code == 404, what


def test_lesson_of_another_course_cannot_be_opened_in_this_cycle(app, clock):
    mine, foreign = make_study(), make_study()
    page = Page.of(app, mine)
    page.lesson_id = foreign.course.lessons[0].id
    assert page.post("lease").status_code == 404


def test_cookie_serves_players_that_send_no_header(app, clock):
    page = Page.of(app, make_study()).open()
    assert page.client.get(f"/keys/{page.public_id}/0").status_code == 200
    cookie = page.client.get_cookie("watch", path=f"/keys/{page.public_id}")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert page.client.get("/keys/another/0").status_code == 403


def test_closed_course_releases_nothing_more_than_what_is_in_play(app, clock):
    # The day that the clock stands on: a session does not outlast a longer absence.
    last_day = dt.date(2025, 6, 2)
    page = Page.of(app, make_study(closes_on=last_day)).open()
    clock.set(end_of_day(last_day) - dt.timedelta(seconds=1))
    assert page.open().key(0).status_code == 200
    clock.advance(1)
    closed = page.key(1)
    assert (closed.status_code, closed.json["code"]) == (403, "closed")
    assert page.key(0).status_code == 200
    assert page.open().facts["is_closed"] is True
    assert page.key(1).status_code == 403


def test_the_policy_of_the_division_closes_the_gate_and_opens_it_again(app, clock, study_policy):
    cycle = make_study()
    code = cycle.course.base.division_code
    study_policy(f"{code}-2025", "[study.public]\ncloses_on = 2025-06-02\n")
    page = Page.of(app, cycle).open()
    assert page.key(0).status_code == 200
    clock.set(end_of_day(dt.date(2025, 6, 2)) - dt.timedelta(seconds=1))
    assert page.open().key(0).status_code == 200
    clock.advance(1)
    assert (page.key(1).status_code, page.key(1).json["code"]) == (403, "closed")
    study_policy(f"{code}-2026", "[study.public]\nmake_up_years = [2025]\n")
    assert page.open().key(1).status_code == 403
    clock.set(end_of_day(dt.date(2025, 12, 31)))
    # The session has ended long since.
    page = Page.of(app, cycle).open()
    assert page.key(1).status_code == 200


def test_ended_cycle_can_be_looked_at_but_earns_nothing(app, clock):
    cycle = make_study(lessons=2)
    page = Page.of(app, cycle).open()
    watch(page, clock, range(2))
    with transaction():
        cycle.state = CycleState.FAILED
    page.open()
    assert [page.key(n).status_code for n in (0, 1, 2)] == [200, 200, 403]
    assert Page.of(app, cycle, 1).post("lease").status_code == 409


def test_replaced_video_leaves_a_begun_cycle_with_its_own(app, clock):
    cycle = make_study()
    page = Page.of(app, cycle).open()
    with transaction():
        page.progress_now().video.state = type(page.progress_now().video.state).REPLACED
    assert page.open().key(0).status_code == 200


def test_parallel_requests_release_one_window_once(app, clock):
    page = Page.of(app, make_study()).open()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _n: page.app.test_client().get(
                    f"/keys/{page.public_id}/0", headers={"X-Watch-Token": page.token}
                ),
                range(24),
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert page.study_clock.high_water == 1
    assert page.study_clock.trail.count(":") == 1


def test_ordinary_route_answers_the_same(app, clock):
    page = Page.of(app, make_study()).open()
    with app.test_request_context(
        f"/keys/{page.public_id}/0", headers={"X-Watch-Token": page.token}
    ):
        answer = app.full_dispatch_request()
    assert answer.data == page.key(0).data


def test_database_that_fails_answers_come_back_soon(app, clock):
    page = Page.of(app, make_study()).open()
    with db.engine.begin() as connection:
        StudyClock.__table__.drop(connection)
    answer = page.key(0)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    with db.engine.begin() as connection:
        StudyClock.__table__.create(connection)


def test_key_release_sets_no_session_and_reads_none(app, clock):
    page = Page.of(app, make_study()).open()
    answer = page.key(0)
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


def test_refunded_cycle_releases_nothing_more_by_an_old_token(app, clock):
    cycle = make_study()
    page = Page.of(app, cycle).open()
    assert page.key(0).status_code == 200
    with transaction():
        withdraw_cycle(PersonFactory(), cycle)
    assert page.key(1).status_code == 409
    assert page.post("lease").json["released"] == 1
    page.open()
    assert page.key(1).status_code == 403
