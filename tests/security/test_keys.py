"""A window's key is had by watching and by nothing else."""

import base64
import re
from functools import partial

from lms.core.db import db, transaction
from lms.enrollments.models import Cycle, CycleState
from lms.watching.models import LessonProgress
from tests.factories import PersonFactory
from tests.security.support import at_once
from tests.support import sign_in
from tests.watching.support import Page, make_study, watch

WINDOWS = 8


def released(page: Page, tries: int = WINDOWS) -> int:
    """Ask for every key in turn, as fast as it goes; how many were given."""
    return sum(page.key(window).status_code == 200 for window in range(tries))


def test_keys_ahead_are_refused(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    for window in (1, 2, WINDOWS - 1, WINDOWS, 10**5):
        assert page.key(window).status_code == 403
    watch(page, clock, range(1))
    assert page.key(2).status_code == 403
    assert page.key(WINDOWS - 1).status_code == 403


def test_keys_come_no_faster_than_the_clock(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    given = [released(page)]
    for _ in range(5):
        clock.advance(10)
        given.append(released(page))
    # One in play and two ahead at once; then one each 30 s, and not one more in 50 s.
    assert given == [3, 3, 3, 4, 4, 4]


def test_asking_at_once_gives_no_key_twice_its_worth(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    at_once([partial(released, page) for _ in range(4)])
    assert page.study_clock.high_water == 3


def test_ten_lessons_at_once_earn_what_one_earns(app, clock):
    cycle = make_study(WINDOWS, lessons=10)
    pages = [Page.of(app, cycle, number) for number in range(10)]
    for _ in range(4):
        for page in pages:
            released(page.open())
        clock.advance(30)
    rows = db.session.query(LessonProgress).all()
    clock_row = pages[0].study_clock
    total = sum(r.high_water for r in rows if r.id != clock_row.progress_id) + clock_row.high_water
    # Three at the beginning, then one every 30 s, however many lessons ask.
    assert total == 3 + 3


def test_ten_courses_at_once_earn_what_one_earns(app, clock):
    person = PersonFactory()
    total = 0
    for _ in range(10):
        cycle = make_study(WINDOWS)
        with transaction():
            db.session.get_one(Cycle, cycle.id).person_id = person.id
        db.session.expire_all()
        total += released(Page.of(app, cycle).open())
    assert total == 3


def test_a_second_page_ends_the_first_ones_lease(app, clock):
    cycle = make_study(WINDOWS)
    first = Page.of(app, cycle).open()
    watch(first, clock, range(1))
    second = Page.of(app, cycle).open()
    assert first.key(1).status_code == 409
    assert first.key(0).status_code == 409
    assert second.key(1).status_code == 200


def test_no_key_of_a_course_one_does_not_study(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    stranger = sign_in(app.test_client(), PersonFactory())
    address = f"/learn/{page.cycle_id}/lessons/{page.lesson_id}/lease"
    assert stranger.post(address).status_code == 404
    assert stranger.get(f"/keys/{page.public_id}/0").status_code == 403


def test_no_token_no_key(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    assert app.test_client().get(f"/keys/{page.public_id}/0").status_code == 403
    # Signed in with a session, but without the page's token.
    bare = sign_in(app.test_client(), page.person)
    assert bare.get(f"/keys/{page.public_id}/0").status_code == 403


def test_a_forged_token_gives_nothing(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    raw = bytearray(base64.urlsafe_b64decode(page.token + "=" * (-len(page.token) % 4)))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        page.token = base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert page.key(0).status_code == 403, place
    assert page.study_clock.high_water == 0


def test_strange_tokens_are_refused_without_an_error(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    for token in ("x", "=", "é".encode().hex(), "A" * 10_000, "null", page.token[:-4], "0"):
        page.token = token
        assert page.key(0).status_code == 403


def test_an_expired_token_gives_nothing(app, clock):
    page = Page.of(app, make_study(WINDOWS)).open()
    clock.advance(hours=12, seconds=1)
    assert page.key(0).status_code == 403
    # The session has been idle for as long.
    sign_in(page.client, page.person)
    assert page.open().key(0).status_code == 200


def test_a_token_for_one_film_opens_no_other(app, clock):
    cycle = make_study(WINDOWS, lessons=2)
    other = Page.of(app, cycle, 1).open()
    page = Page.of(app, cycle, 0).open()
    page.public_id = other.public_id
    assert page.key(0).status_code == 403


def test_another_ones_token_does_not_answer_a_popup(app, clock):
    page = Page.of(app, make_study(WINDOWS, questions=2)).set_gates(1)
    watch(page, clock, range(1))
    thief = Page(app, PersonFactory(), page.cycle_id, page.lesson_id, page.token, page.public_id)
    assert thief.post("popup").status_code == 404
    # Nor through a cycle of the thief's own.
    own = make_study(WINDOWS, questions=2)
    thief = Page.of(app, own)
    thief.token = page.token
    assert thief.post("popup").status_code == 403


def test_a_shut_gate_opens_by_no_other_way(app, clock):
    page = Page.of(app, make_study(WINDOWS, questions=3)).set_gates(1)
    watch(page, clock, range(1))
    clock.advance(hours=1)
    assert page.key(1).status_code == 423
    assert page.open().key(1).status_code == 423
    assert page.post("finish").status_code in (409, 423)
    asked = page.popup()
    assert page.answer(asked, right=False).json["right"] is False
    assert page.key(1).status_code == 423
    # The question is used up: the right answer comes too late for it.
    assert page.answer(asked).status_code == 409
    assert page.key(1).status_code == 423
    # And the next one is not asked before the wait is over.
    assert page.post("popup").status_code == 425


def test_a_nonce_of_another_lesson_is_unknown(app, clock):
    cycle = make_study(WINDOWS, questions=2, lessons=2)
    first = Page.of(app, cycle, 0).set_gates(1)
    watch(first, clock, range(1))
    asked = first.popup()
    second = Page.of(app, cycle, 1).set_gates(1)
    watch(second, clock, range(1))
    assert second.answer(asked).status_code == 404


def test_every_option_at_once_is_no_answer(app, clock):
    page = Page.of(app, make_study(WINDOWS, questions=2)).set_gates(1)
    watch(page, clock, range(1))
    asked = page.popup()
    everything = {"nonce": asked["nonce"], "chosen": list(range(len(asked["options"])))}
    assert page.post("popup/answer", everything).json["right"] is False
    assert page.key(1).status_code == 423


def test_a_lesson_is_not_finished_by_saying_so(app, clock):
    page = Page.of(app, make_study(3)).open()
    claims = {"finished": True, "position": 90, "watched_seconds": 90, "percent": 100}
    assert page.post("finish", claims).status_code == 409
    watch(page, clock, range(3), seconds=0)
    assert page.post("finish", claims).status_code == 425
    clock.advance(89)
    assert page.post("finish", claims).status_code == 425
    clock.advance(1)
    assert page.post("finish", claims).status_code == 200


def test_no_key_leaves_by_any_other_address(app, clock):
    """What the pages and the lease say of the film holds no key of it."""
    page = Page.of(app, make_study(WINDOWS)).open()
    keys = [page.expected_key(window) for window in range(WINDOWS)]
    lesson = f"/learn/{page.cycle_id}/lessons/{page.lesson_id}"
    said = [page.post("lease").data, page.client.get(lesson).data]
    for key in keys:
        for form in (key, key.hex().encode(), base64.b64encode(key)):
            assert not any(form in body for body in said)
    assert all(re.search(rb"\S", body) for body in said)


def test_an_ended_cycle_releases_nothing_more(app, clock):
    cycle = make_study(WINDOWS)
    page = Page.of(app, cycle).open()
    watch(page, clock, range(1))
    with transaction():
        db.session.get_one(Cycle, cycle.id).state = CycleState.FAILED
    page.open()
    clock.advance(hours=1)
    assert [page.key(window).status_code for window in range(3)] == [200, 403, 403]
