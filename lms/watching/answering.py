"""Grading the answer to a pop-up: one transaction over the learner's clock, without the ORM.

Every learner answers one every few minutes, so this is a hot path like releasing a key. What the
page is told is the same by whichever way the answer came.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from lms.core import clock
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.lean import LeanConnection, lean
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import Counting, QuestionKind
from lms.questions.rules import is_accepted
from lms.watching import rules
from lms.watching.choosing import Outcome
from lms.watching.errors import LeaseLost
from lms.watching.tokens import WatchTerms

# The clock's lock is the learner's: whoever else changes what is read here takes it first.
_STANDING = """
SELECT c.lease, c.high_water, c.due_ms, c.trail,
       p.id, p.cycle_id, p.lesson_id, p.window_count, p.gates, p.gates_passed, p.wrong_in_a_row,
       p.ends_at_ms, u.id, u.gate, u.nonce, u.option_order, q.kind, q.counting, q.text, q.options,
       q.answer
FROM study_clocks c
JOIN lesson_progress p ON p.id = c.progress_id
LEFT JOIN popups u ON u.progress_id = p.id AND u.answered_at IS NULL
LEFT JOIN questions q ON q.id = u.question_id
WHERE c.person_id = :person
FOR UPDATE OF c
"""
_WAS_ASKED = "SELECT 1 FROM popups WHERE progress_id = :progress AND nonce = :nonce"
_USE_UP = """
UPDATE popups
SET chosen = :chosen, is_right = :right, answered_at = :now, wait_until = :until
WHERE id = :popup AND answered_at IS NULL
"""
_MOVE_PROGRESS = """
UPDATE lesson_progress
SET high_water = :high, trail = trail || :trail, gates_passed = :passed, wrong_in_a_row = :wrong,
    ends_at_ms = :ends
WHERE id = :progress
"""
_MOVE_CLOCK = """
UPDATE study_clocks SET high_water = :high, next_gate = :gate, trail = ''
WHERE person_id = :person
"""


@dataclass(slots=True)
class _Standing:
    """The row of `_STANDING`; JSON columns are lists."""

    lease: int
    high_water: int
    due_ms: int
    trail: str
    progress_id: int
    cycle_id: int
    lesson_id: int
    window_count: int
    gates: list[int]
    gates_passed: list[int]
    wrong_in_a_row: int
    ends_at_ms: int | None
    popup_id: int | None
    popup_gate: int
    nonce: str
    option_order: list[int]
    question: Any

    @property
    def next_gate(self) -> int | None:
        """The first gate that is still shut, or None."""
        return next((gate for gate in self.gates if gate not in self.gates_passed), None)


class PopupAnswers:
    """Grades answers for whoever holds a lease. One object a process."""

    def __init__(self, app: Flask, wait_seconds: Sequence[int]) -> None:
        self._connections = lean(app)
        self._waits = wait_seconds
        statement = self._connections.statement
        self._standing, self._was_asked = statement(_STANDING), statement(_WAS_ASKED)
        self._use_up = statement(_USE_UP)
        self._moves = statement(_MOVE_PROGRESS), statement(_MOVE_CLOCK)

    def grade(
        self, terms: WatchTerms, nonce: str, given: list[Any], place: tuple[int, int]
    ) -> Outcome:
        """Grade the answer (`given`: as its kind gives it, options by their place as shown, from 0)
        and open the gate if it is right. `place` is the cycle and lesson of the page.

        Wrong: another question after a growing wait; the third wrong one in a row leads back to the
        last gate. Raises LeaseLost, NotFound for a nonce of anybody else's, Conflict for one used
        already or after the course's close, Invalid for an answer that is none.
        """
        with self._connections.borrow() as connection, connection.transaction():
            standing = self._standing_of(connection, terms, place)
            if not _is_nonce(standing, nonce):
                raise self._unknown(connection, standing, nonce)
            chosen = _own_answer(standing, given)
            right = is_accepted(standing.question, chosen)
            outcome = self._move_on(standing, terms) if not right else _open_gate(standing)
            self._write(connection, terms, standing, chosen, outcome)
        return outcome

    def _standing_of(
        self, connection: LeanConnection, terms: WatchTerms, place: tuple[int, int]
    ) -> _Standing:
        row = connection.read(self._standing, {"person": terms.person_id})
        if row is None or row[0] != terms.lease:
            raise LeaseLost()
        check_takes_answers(terms.closes_at_ms)
        standing = _read(row)
        if (standing.cycle_id, standing.lesson_id) != place:
            raise NotFound()
        return standing

    def _unknown(
        self, connection: LeanConnection, standing: _Standing, nonce: str
    ) -> NotFound | Conflict:
        asked = {"progress": standing.progress_id, "nonce": nonce}
        used = connection.read(self._was_asked, asked)
        return Conflict(_l("这道题已经回答过了。")) if used else NotFound()

    def _move_on(self, standing: _Standing, terms: WatchTerms) -> Outcome:
        """What a wrong answer leads to: a wait, or back to the last gate."""
        standing.wrong_in_a_row += 1
        if standing.wrong_in_a_row < rules.WRONG_IN_A_ROW:
            wait = rules.wait_seconds(self._waits, standing.wrong_in_a_row)
            return Outcome(is_right=False, wait_seconds=wait)
        # Taken back are the windows since the last gate; the trail keeps that they were seen.
        back_to = max(standing.gates_passed, default=0)
        standing.trail += rules.fall_back_mark(back_to, terms.started_at_ms, clock.now_ms())
        standing.high_water, standing.wrong_in_a_row = back_to, 0
        return Outcome(is_right=False, back_to=back_to)

    def _write(
        self,
        connection: LeanConnection,
        terms: WatchTerms,
        standing: _Standing,
        chosen: list[Any],
        outcome: Outcome,
    ) -> None:
        move_progress, move_clock = self._moves
        clock_values = {
            "person": terms.person_id,
            "high": standing.high_water,
            "gate": standing.next_gate,
        }
        # The clock's lock lets one answer in at a time; the condition holds even without it.
        if connection.change(self._use_up, self._used(standing, chosen, outcome)) != 1:
            raise Conflict(_l("这道题已经回答过了。"))
        connection.change(move_progress, _progress_values(standing, outcome))
        connection.change(move_clock, clock_values)

    def _used(self, standing: _Standing, chosen: list[Any], outcome: Outcome) -> Mapping[str, Any]:
        now, wait = clock.now(), outcome.wait_seconds
        until = now + dt.timedelta(seconds=wait) if wait else None
        return {
            "popup": standing.popup_id,
            "chosen": json.dumps(chosen),
            "right": outcome.is_right,
            "now": self._connections.instant(now),
            "until": self._connections.instant(until),
        }


def check_takes_answers(closes_ms: int) -> None:
    """Raise Conflict once the course has closed and what was in play is over, too."""
    if 0 < closes_ms <= clock.now_ms() - rules.CLOSING_GRACE_MS:
        raise Conflict(_l("课程已经截止，不能继续学习。"))


def _read(row: Sequence[Any]) -> _Standing:
    *facts, kind, counting, text, options, answer = row
    question = SimpleNamespace(
        kind=None if kind is None else QuestionKind(kind),
        counting=None if counting is None else Counting(counting),
        text=text,
        options=_list(options),
        answer=_list(answer),
    )
    standing = _Standing(*(*facts, question))
    standing.gates, standing.gates_passed = _list(standing.gates), _list(standing.gates_passed)
    standing.option_order = _list(standing.option_order)
    return standing


def _list(value: Any) -> list[Any]:
    """A JSON column: SQLite's driver gives its text."""
    found: list[Any] = json.loads(value) if isinstance(value, str) else value or []
    return found


def _is_nonce(standing: _Standing, nonce: str) -> bool:
    if standing.popup_id is None:
        return False
    return secrets.compare_digest(standing.nonce.encode(), nonce.encode())


def _own_answer(standing: _Standing, given: list[Any]) -> list[Any]:
    question = standing.question
    behaviour = behaviour_of(question.kind)
    chosen = behaviour.own_answer(question, standing.option_order, given)
    # What is no answer, or half of one, costs nothing: whoever sent it is asked to mend it.
    if chosen is None or not behaviour.is_complete(question, chosen):
        raise Invalid(_l("请选择答案。"), field="chosen")
    return chosen


def _open_gate(standing: _Standing) -> Outcome:
    standing.gates_passed = [*standing.gates_passed, standing.popup_gate]
    standing.wrong_in_a_row = 0
    return Outcome(is_right=True)


def _progress_values(standing: _Standing, outcome: Outcome) -> Mapping[str, Any]:
    is_at_end = standing.high_water == standing.window_count and outcome.back_to is None
    ends = (standing.ends_at_ms or standing.due_ms) if is_at_end else None
    return {
        "progress": standing.progress_id,
        "high": standing.high_water,
        "trail": standing.trail,
        "passed": json.dumps(standing.gates_passed),
        "wrong": standing.wrong_in_a_row,
        "ends": ends,
    }


def popup_answers() -> PopupAnswers:
    """The grader of this process."""
    found: PopupAnswers = current_app.extensions["popup_answers"]
    return found
