"""What a blueprint says, and when an exam is passed. Pure values and functions."""

from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum

ATTEMPTS_ALLOWED = 2
"""Two attempts a cycle (Rizhao 2024, 二(一)1)."""

GRACE_SECONDS = 5
"""How long after the deadline an answer may still arrive that was under way."""

UNITS_A_POINT = 100
"""Papers count in hundredths of a point; blueprints are written in whole points."""

LONGEST_SECTION = 60
MOST_LINES, MOST_QUESTIONS, MOST_POINTS = 40, 200, 100


class PartialCredit(LabelledEnum):
    """What an answer earns that is right in part."""

    NONE = "none", _l("不得分，全部答对才得分")
    HALF = "half", _l("多选题少选且没有错选，得一半分")
    PROPORTIONAL = (
        "proportional",
        _l("按比例得分：多选题按选对数减选错数，填空题按空，匹配题按对"),
    )


@dataclass(frozen=True)
class Part:
    """One line of a blueprint: so many questions of a kind, each for so many whole points.

    `difficulty` None and `topic` "" take any. Lines of one `section` stand together under it.
    """

    kind: str
    count: int
    points: int
    difficulty: int | None = None
    topic: str = ""
    section: str = ""

    def kept(self) -> dict[str, Any]:
        """As the blueprint is stored."""
        return asdict(self)


@dataclass(frozen=True)
class ExamFacts:
    """How a course is examined: blueprint, pass mark (per cent), time (minutes), and manners."""

    parts: tuple[Part, ...]
    pass_percent: int = 60
    minutes: int = 60
    partial_credit: PartialCredit = PartialCredit.NONE
    shuffles_questions: bool = True
    shuffles_options: bool = True
    shows_answers: bool = True


def parts_of(kept: list[Any]) -> tuple[Part, ...]:
    """A blueprint as it is stored, read."""
    return tuple(Part(**line) for line in kept)


def full_marks(parts: tuple[Part, ...]) -> int:
    """What a paper by this blueprint is worth, in whole points."""
    return sum(part.count * part.points for part in parts)


def is_pass(points: int, total_points: int, pass_percent: int) -> bool:
    """Whether `points` of `total_points`, in one unit, reach the pass mark; without rounding."""
    return points * 100 >= total_points * pass_percent


def attempts_left(used: int) -> int:
    """How many attempts a cycle still has."""
    return max(0, ATTEMPTS_ALLOWED - used)


def minutes_with(minutes: int, extra_percent: int) -> int:
    """Whole minutes with extra time; a part of a minute is given whole."""
    return minutes + -(-minutes * extra_percent // 100)


def read_answer(body: Any) -> tuple[list[Any], int] | None:
    """An answer and its serial as the page sends them; None for what no page of ours would send.

    What may stand in the list is known to the question's kind.
    """
    if not isinstance(body, dict):
        return None
    chosen, serial = body.get("chosen"), body.get("serial")
    if not isinstance(chosen, list) or type(serial) is not int or not 0 < serial < 2**31:
        return None
    return chosen, serial
