"""Which question a pop-up asks and what an answer leads to, for learners and previews alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from lms.questions.models import Question


@dataclass(frozen=True)
class Outcome:
    """What an answer led to. `back_to` is the window to watch again from; never what was right."""

    is_right: bool
    wait_seconds: int = 0
    back_to: int | None = None


def choose_question(
    questions: Sequence[Question], asked: Sequence[int], chance: Random
) -> Question | None:
    """A question by chance, one not yet asked in this lesson as long as there is one.

    `asked` are the ids of those asked before, in order; None if there is no question at all.
    """
    seen = set(asked)
    last = asked[-1] if asked else None
    fresh = [question for question in questions if question.id not in seen]
    others = [question for question in questions if question.id != last]
    choice = fresh or others or questions
    return chance.choice(choice) if choice else None
