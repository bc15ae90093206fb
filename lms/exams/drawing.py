"""Which questions a paper asks. Pure.

Lines of a blueprint may want the same questions: one takes any of a topic, another any that are
hard. Whoever serves one line after another may leave the last without, though there is a paper.
So questions are given to lines as in a matching of a graph: one that finds its lines full pushes
another on to a line that takes that one, too. A question once in stays in, and those that come
first have the first call: unseen ones come first, therefore no paper repeats fewer seen ones.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from lms.exams.rules import UNITS_A_POINT, Part
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind


@dataclass(frozen=True)
class Candidate:
    """What drawing needs to know of a question."""

    id: int
    kind: str
    difficulty: int
    option_count: int = 0
    topic: str = ""


@dataclass(frozen=True)
class Shuffling:
    """What is put in an order of its own for each paper."""

    questions: bool = True
    options: bool = True


@dataclass(frozen=True)
class DrawnItem:
    """A question of a paper: full marks in hundredths of a point, and the order of its options."""

    question_id: int
    points: int
    option_order: list[int]
    section: str = ""


@dataclass(frozen=True)
class Shortage:
    """Lines (numbers from 1) that together ask for more questions than fit any of them."""

    lines: tuple[int, ...]
    wanted: int
    available: int


class NotEnoughQuestions(Exception):
    """No paper by this blueprint can be made of this bank."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(str(shortages))
        self.shortages = shortages


def draw_paper(
    parts: Sequence[Part],
    bank: Iterable[Candidate],
    seen: set[int],
    random: Random,
    shuffling: Shuffling = Shuffling(),
) -> list[DrawnItem]:
    """A paper by the blueprint, with as few questions of `seen` as the bank allows.

    Finds a paper whenever there is one. Raises NotEnoughQuestions.
    """
    order = list(bank)
    random.shuffle(order)
    # Sorting is stable, so each half keeps its shuffled order.
    order.sort(key=lambda candidate: candidate.id in seen)
    lines = _Lines(parts, order)
    if shortages := lines.shortages():
        raise NotEnoughQuestions(shortages)
    sections: dict[str | int, list[DrawnItem]] = {}
    for number, part in enumerate(parts):
        questions = sorted(lines.given[number], key=lambda candidate: candidate.id)
        drawn = [_drawn(question, part, random, shuffling) for question in questions]
        # A line without a heading stands by itself.
        sections.setdefault(part.section or number, []).extend(drawn)
    if shuffling.questions:
        for items in sections.values():
            random.shuffle(items)
    return [item for items in sections.values() for item in items]


def shortages(parts: Sequence[Part], bank: Iterable[Candidate]) -> list[Shortage]:
    """Why no paper can be made of the bank; empty if one can."""
    return _Lines(parts, list(bank)).shortages()


def _drawn(candidate: Candidate, part: Part, random: Random, shuffling: Shuffling) -> DrawnItem:
    behaviour = behaviour_of(QuestionKind(candidate.kind))
    if shuffling.options or behaviour.order_is_answer:
        order = behaviour.draw_order(candidate.option_count, random)
    else:
        order = list(range(candidate.option_count))
    return DrawnItem(candidate.id, part.points * UNITS_A_POINT, order, part.section)


class _Lines:
    """The lines of a blueprint and the questions given to each, as many as can be."""

    def __init__(self, parts: Sequence[Part], bank: Sequence[Candidate]) -> None:
        self.parts = parts
        self.bank = bank
        self.given: list[list[Candidate]] = [[] for _ in parts]
        # Lines that no question can enter any more, whatever is pushed on.
        self._shut: set[int] = set()
        for candidate in bank:
            self._place(candidate)

    def _place(self, candidate: Candidate) -> None:
        """Give the question to a line, by way of others if need be; leave it out if none can."""
        # By line: which question would come in, and from which line it would be pushed on.
        ways: dict[int, tuple[Candidate, int | None]] = {}
        queue: deque[int] = deque()

        def offer(question: Candidate, source: int | None) -> None:
            for line in self._fits[question.kind, question.difficulty, question.topic]:
                if line not in ways and line not in self._shut:
                    ways[line] = (question, source)
                    queue.append(line)

        offer(candidate, None)
        while queue:
            line = queue.popleft()
            if len(self.given[line]) < self.parts[line].count:
                self._move(line, ways)
                return
            for question in self.given[line]:
                offer(question, line)
        self._shut |= ways.keys()

    def _move(self, line: int, ways: dict[int, tuple[Candidate, int | None]]) -> None:
        target: int | None = line
        while target is not None:
            question, source = ways[target]
            self.given[target].append(question)
            if source is not None:
                self.given[source].remove(question)
            target = source

    @cached_property
    def _fits(self) -> dict[tuple[str, int, str], list[int]]:
        """The lines that questions of one kind, difficulty and topic fit."""
        looks = {(one.kind, one.difficulty, one.topic): one for one in self.bank}
        return {
            look: [line for line, part in enumerate(self.parts) if fits(one, part)]
            for look, one in looks.items()
        }

    def shortages(self) -> list[Shortage]:
        """The lines left short, each with those that compete with it; empty if all are full."""
        found: list[Shortage] = []
        told: set[int] = set()
        for line, part in enumerate(self.parts):
            if line in told or len(self.given[line]) >= part.count:
                continue
            group = self._competing(line)
            told |= group
            found.append(self._shortage(group))
        return found

    def _competing(self, line: int) -> set[int]:
        """The line, and if it could be filled by itself those that hold what it lacks."""
        group = {line}
        if self._shortage(group).available < self.parts[line].count:
            return group
        grown = True
        while grown:
            wider = {
                other
                for other, questions in enumerate(self.given)
                if any(fits(one, self.parts[each]) for one in questions for each in group)
            }
            grown = not wider <= group
            group |= wider
        return group

    def _shortage(self, group: set[int]) -> Shortage:
        available = sum(any(fits(one, self.parts[line]) for line in group) for one in self.bank)
        numbers = tuple(line + 1 for line in sorted(group))
        return Shortage(numbers, sum(self.parts[line].count for line in group), available)


def fits(candidate: Candidate, part: Part) -> bool:
    """Whether a line asks for such a question."""
    return (
        candidate.kind == part.kind
        and part.difficulty in (None, candidate.difficulty)
        and part.topic in ("", candidate.topic)
    )
