"""Pure rules of exams: drawing a paper, marking it, judging the result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind

ATTEMPTS_ALLOWED = 2
"""Two attempts a cycle (Rizhao 2024, 二(一)1)."""

GRACE_SECONDS = 5
"""How long after the deadline an answer may still arrive that was under way."""

UNITS_A_POINT = 100
"""Papers count in hundredths of a point; blueprints are written in whole points."""


@dataclass(frozen=True)
class Candidate:
    """What drawing needs to know of a question."""

    id: int
    kind: str
    difficulty: int
    option_count: int


@dataclass(frozen=True)
class Part:
    """One line of a blueprint; `difficulty` None takes any."""

    kind: str
    count: int
    points: int
    difficulty: int | None = None


@dataclass(frozen=True)
class DrawnItem:
    """A question of a paper, its full marks (hundredths of a point) and the order of its options."""

    question_id: int
    points: int
    option_order: list[int]


class NotEnoughQuestions(Exception):
    """A part asks for more questions than the bank holds."""

    def __init__(self, part: Part, available: int) -> None:
        super().__init__(f"{part}: only {available}")
        self.part = part
        self.available = available


def draw_paper(
    parts: Sequence[Part], bank: Iterable[Candidate], seen: set[int], random: Random
) -> list[DrawnItem]:
    """A paper by the blueprint: unseen questions first, seen ones only where the bank runs out.

    Questions are shuffled within their part, and options within their question as its kind wants
    them. Raises NotEnoughQuestions.
    """
    left = list(bank)
    drawn: dict[int, list[DrawnItem]] = {}
    # A part that takes any difficulty must not use up what a part for one difficulty needs.
    for number, part in sorted(enumerate(parts), key=lambda pair: pair[1].difficulty is None):
        chosen = _choose(part, left, seen, random)
        drawn[number] = [_drawn(candidate, part, random) for candidate in chosen]
        taken = {candidate.id for candidate in chosen}
        left = [candidate for candidate in left if candidate.id not in taken]
    return [item for number in range(len(parts)) for item in drawn[number]]


def _choose(
    part: Part, left: Sequence[Candidate], seen: set[int], random: Random
) -> list[Candidate]:
    fitting = [candidate for candidate in left if _fits(candidate, part)]
    if len(fitting) < part.count:
        raise NotEnoughQuestions(part, len(fitting))
    random.shuffle(fitting)
    # Sorting is stable, so each half keeps its shuffled order.
    fitting.sort(key=lambda candidate: candidate.id in seen)
    chosen = fitting[: part.count]
    random.shuffle(chosen)
    return chosen


def _fits(candidate: Candidate, part: Part) -> bool:
    return candidate.kind == part.kind and part.difficulty in (None, candidate.difficulty)


def _drawn(candidate: Candidate, part: Part, random: Random) -> DrawnItem:
    behaviour = behaviour_of(QuestionKind(candidate.kind))
    order = behaviour.draw_order(candidate.option_count, random)
    return DrawnItem(candidate.id, part.points * UNITS_A_POINT, order)


def is_pass(points: int, total_points: int, pass_percent: int) -> bool:
    """Whether `points` of `total_points`, in one unit, reach the pass mark; without rounding."""
    return points * 100 >= total_points * pass_percent


def attempts_left(used: int) -> int:
    """How many attempts a cycle still has."""
    return max(0, ATTEMPTS_ALLOWED - used)
