"""Pop-ups: when they are asked, what an answer does, and what it never gives away."""

import random
from concurrent.futures import ThreadPoolExecutor

from lms.core.db import transaction
from lms.questions.models import Question
from lms.watching import popup_operations
from lms.watching.queries import releases_of
from tests.watching.support import Page, make_study, popups, watch


def at_gate(app, clock, gate=2, questions=6, **course):
    """A page that has watched up to its gate."""
    page = Page.of(app, make_study(questions=questions, **course)).set_gates(gate)
    watch(page, clock, range(gate))
    return page


def test_gate_stops_the_film_until_it_is_answered_right(app, clock):
    page = at_gate(app, clock)
    stopped = page.key(2)
    assert (stopped.status_code, stopped.json["code"]) == (423, "popup-due")
    assert page.answer(page.popup()).json == {"right": True, "wait_seconds": 0, "back_to": None}
    assert page.key(2).status_code == 200


def test_popup_is_not_asked_before_its_windows_are_released(app, clock):
    page = Page.of(app, make_study(questions=2)).set_gates(3)
    watch(page, clock, range(2))
    assert page.post("popup").status_code == 409


def test_popup_is_not_asked_while_the_windows_before_it_play(app, clock):
    page = Page.of(app, make_study(questions=2)).set_gates(2)
    watch(page, clock, range(2), seconds=0)
    early = page.post("popup")
    assert (early.status_code, early.headers["Retry-After"]) == (425, "58")
    assert popups(page) == []
    clock.advance(58)
    assert page.popup() is not None


def test_reload_and_another_device_meet_the_same_question(app, clock):
    page = at_gate(app, clock)
    first = page.popup()
    assert page.popup() == first
    assert page.open().popup() == first
    assert len(popups(page)) == 1


def test_popup_tells_nothing_of_the_answer(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    assert set(asked) == {"text", "kind", "shape", "options", "nonce", "kind_label", "html"}
    wrong = page.answer(asked, right=False).json
    assert wrong == {"right": False, "wait_seconds": 5, "back_to": None}


def test_wrong_answer_costs_a_growing_wait_and_another_question(app, clock):
    page = at_gate(app, clock)
    first = page.popup()
    assert page.answer(first, right=False).json["wait_seconds"] == 5
    early = page.post("popup")
    assert (early.status_code, early.headers["Retry-After"]) == (425, "5")
    clock.advance(5)
    second = page.popup()
    assert (second["text"] != first["text"], second["nonce"] != first["nonce"]) == (True, True)
    assert page.answer(second, right=False).json["wait_seconds"] == 10
    assert page.key(2).status_code == 423


def answer_wrong(page, clock, times):
    for _time in range(times):
        outcome = page.answer(page.popup(), right=False).json
        clock.advance(outcome["wait_seconds"])
    return outcome


def test_three_wrong_answers_lead_back_to_the_last_gate(app, clock):
    page = Page.of(app, make_study(questions=8)).set_gates(1, 4)
    watch(page, clock, range(1))
    page.answer(page.popup())
    watch(page, clock, range(1, 4))
    assert answer_wrong(page, clock, 3)["back_to"] == 1
    assert page.study_clock.high_water == 1
    assert page.key(2).status_code == 403
    watch(page, clock, range(1, 4))
    assert page.answer(page.popup()).json["right"] is True
    told = [(entry.window, entry.is_fall_back) for entry in releases_of(page.progress)]
    assert told[4] == (1, True)
    assert [window for window, is_back in told if not is_back] == [0, 1, 2, 3, 1, 2, 3]


def test_right_answer_ends_the_row_of_wrong_ones(app, clock):
    page = Page.of(app, make_study(questions=8)).set_gates(1, 2)
    watch(page, clock, range(1))
    answer_wrong(page, clock, 2)
    page.answer(page.popup())
    watch(page, clock, range(1, 2))
    assert answer_wrong(page, clock, 2)["back_to"] is None


def test_nonce_is_good_once(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    assert page.answer(asked, right=False).status_code == 200
    assert page.answer(asked).status_code == 409
    assert page.answer({**asked, "nonce": "made-up"}).status_code == 404
    assert page.key(2).status_code == 423


def test_parallel_answers_count_once(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    with ThreadPoolExecutor(6) as pool:
        pages = [Page.of(app, page.progress.cycle) for _ in range(6)]
        for other in pages:
            other.token = page.token
        answers = list(pool.map(lambda other: other.answer(asked, right=False), pages))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert page.progress.wrong_in_a_row == 1


def test_answers_that_are_none_cost_nothing(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    for chosen in ([], [9], [-1], ["0"], [None], [True], [0.0]):
        body = {"nonce": asked["nonce"], "chosen": chosen}
        assert page.post("popup/answer", body).status_code == 422, chosen
    for body in ({}, {"nonce": 1, "chosen": [0]}, {"nonce": "x", "chosen": "0"}, [1]):
        assert page.post("popup/answer", body).status_code == 422, body
    assert page.popup() == asked


def test_page_that_lost_the_lease_can_neither_ask_nor_answer(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    Page.of(app, page.progress.cycle).open()
    assert page.post("popup").json["code"] == "playing-elsewhere"
    assert page.answer(asked).json["code"] == "playing-elsewhere"


def test_gate_opens_when_every_question_was_retired(app, clock):
    page = at_gate(app, clock)
    with transaction():
        for question in Question.query.all():
            question.is_retired = True
    assert page.popup() is None
    assert page.key(2).status_code == 200


def test_lesson_without_questions_has_no_gate(app, clock):
    page = Page.of(app, make_study()).open()
    assert page.progress.gates == []
    assert page.popup() is None


def test_lesson_with_questions_has_at_least_one_gate(app, clock):
    page = Page.of(app, make_study(windows=2, questions=1)).open()
    assert len(page.progress.gates) == 1


def test_the_ordinary_route_grades_as_the_fast_lane_does(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    # A body this long is left to the ordinary route.
    body = {"nonce": asked["nonce"], "chosen": [asked["options"].index("60")], "x": "x" * 70_000}
    refused = page.post("popup/answer", body)
    assert refused.json == {"right": False, "wait_seconds": 5, "back_to": None}
    clock.advance(5)
    asked = page.popup()
    body = {"nonce": asked["nonce"], "chosen": [asked["options"].index("90")], "x": "x" * 70_000}
    assert page.post("popup/answer", body).json["right"] is True
    assert page.key(2).status_code == 200


def test_an_answer_needs_the_token_of_its_own_lesson(app, clock):
    page = at_gate(app, clock)
    asked = page.popup()
    body = {"nonce": asked["nonce"], "chosen": [asked["options"].index("90")]}
    address = f"/learn/{page.cycle_id}/lessons/{page.lesson_id}/popup/answer"
    bare = app.test_client(use_cookies=False)
    for token in ("", "x", page.token[:-1] + ("A" if page.token[-1] != "A" else "B")):
        headers = {"X-Watch-Token": token, "Accept": "application/json"}
        assert bare.post(address, json=body, headers=headers).status_code in (401, 403)
    other = address.replace(f"/lessons/{page.lesson_id}/", f"/lessons/{page.lesson_id + 1}/")
    headers = {"X-Watch-Token": page.token, "Accept": "application/json"}
    assert page.client.post(other, json=body, headers=headers).status_code in (403, 404)
    assert page.popup() == asked


def test_trying_the_options_in_turn_takes_longer_than_watching(app, clock, monkeypatch):
    """A script that tries A, B, C, D waits and watches again; whoever knows the answer does not."""
    monkeypatch.setattr(popup_operations, "_chance", random.Random(7))
    windows, gates = 12, (2, 4, 6, 8, 10, 12)
    page = Page.of(app, make_study(windows, questions=40)).set_gates(*gates)
    begun, window, tried = clock.present, 0, 0
    while page.progress.gates_passed != list(gates):
        answer = page.key(window) if window < windows else None
        if answer is not None and answer.status_code == 200:
            window += 1
            clock.advance(30)
            continue
        asked = page.popup()
        body = {"nonce": asked["nonce"], "chosen": [tried % 4]}
        outcome = page.post("popup/answer", body).json
        tried += 1
        clock.advance(outcome["wait_seconds"])
        window = window if outcome["back_to"] is None else outcome["back_to"]
    honest = windows * 30
    assert (clock.present - begun).total_seconds() > 1.5 * honest
