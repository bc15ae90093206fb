"""A question as it stood at one time, and what differs between two such times, as lines to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours import behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.forms import DIFFICULTIES
from lms.questions.kinds import Counting, QuestionKind, QuestionUse
from lms.questions.models import Question

Snapshot = Mapping[str, Any]

_AS_THEY_ARE = ("text", "options", "answer", "explanation", "difficulty", "topic", "lesson_id")
_LABELS: dict[str, Any] = {
    "text": _l("题干"),
    "options": _l("选项与答案"),
    "counting": _l("计分"),
    "explanation": _l("解析"),
    "use": _l("用途"),
    "difficulty": _l("难度"),
    "topic": _l("知识点"),
    "lesson_id": _l("课时"),
}


@dataclass(frozen=True)
class Difference:
    """One field that was changed: how it read before and after, each as lines."""

    label: Any
    old: list[str]
    new: list[str]


def snapshot(question: Question) -> dict[str, Any]:
    """All that a trainer wrote, as values that can be kept as JSON."""
    kept = {name: getattr(question, name) for name in _AS_THEY_ARE}
    values = {name: getattr(question, name).value for name in ("kind", "use", "counting")}
    return {**kept, **values}


def differences(old: Snapshot, new: Snapshot, titles: Mapping[int, str]) -> list[Difference]:
    """What `new` changes against `old`; `titles` are those of lessons, by their id."""
    found = []
    for name, label in _LABELS.items():
        names = (name, "answer") if name == "options" else (name,)
        if any(_value(old, each) != _value(new, each) for each in names):
            found.append(Difference(label, _lines(name, old, titles), _lines(name, new, titles)))
    return found


def _value(state: Snapshot, name: str) -> Any:
    # What was kept before questions could count otherwise says nothing of it.
    return state.get(name, Counting.KEY.value) if name == "counting" else state[name]


def _lines(name: str, state: Snapshot, titles: Mapping[int, str]) -> list[str]:
    value = _value(state, name)
    if name == "options":
        return _key_lines(state)
    if name == "use":
        return [str(QuestionUse(value).label)]
    if name == "counting":
        return [str(Counting(value).label)]
    if name == "difficulty":
        return [str(DIFFICULTIES[value])]
    if name == "lesson_id":
        return [titles.get(value, "")] if value else []
    return [str(value)] if value else []


def _key_lines(state: Snapshot) -> list[str]:
    facts = QuestionFacts(
        kind=QuestionKind(state["kind"]),
        text=state["text"],
        options=tuple(state["options"]),
        answer=tuple(state["answer"]),
    )
    lines = behaviour_of(facts.kind).key_lines(facts)
    # Of choices some lines are right; where all are, as of blanks, the mark would say nothing.
    marks = any(not line.is_key for line in lines)
    return [f"✓ {line.text}" if marks and line.is_key else str(line.text) for line in lines]
