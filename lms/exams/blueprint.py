"""A blueprint against the bank: what of it cannot be drawn, in words."""

from collections.abc import Sequence

from flask_babel import gettext as _

from lms.catalog.models import Course
from lms.exams.drawing import Candidate, Shortage, shortages
from lms.exams.rules import Part
from lms.questions.forms import DIFFICULTIES
from lms.questions.kinds import QuestionKind, QuestionUse
from lms.questions.queries import count_pool


def blueprint_problems(course: Course, parts: Sequence[Part]) -> list[str]:
    """Which lines ask for more than the bank of the course's draft holds; empty if a paper can be
    drawn. Told by the very same assignment that draws papers."""
    return [_told(shortage, parts) for shortage in shortages(parts, _bank(course))]


def _bank(course: Course) -> list[Candidate]:
    counts = count_pool(course.id, QuestionUse.EXAM)
    looks = [look for look, count in counts.items() for _number in range(count)]
    return [
        Candidate(number, kind.value, difficulty, topic=topic)
        for number, (kind, difficulty, topic) in enumerate(looks)
    ]


def _told(shortage: Shortage, parts: Sequence[Part]) -> str:
    numbers = {"count": shortage.wanted, "available": shortage.available}
    if len(shortage.lines) == 1:
        [line] = shortage.lines
        told = _(
            "第 %(line)d 行（%(what)s）需要 %(count)d 道题，题库中只有 %(available)d 道。",
            line=line,
            what=line_text(parts[line - 1]),
            **numbers,
        )
    else:
        told = _(
            "第 %(lines)s 行合计需要 %(count)d 道题，题库中能用于这些行的只有 %(available)d 道；"
            "一道题在同一份试卷中只能用一次。",
            lines=_("、").join(map(str, shortage.lines)),
            **numbers,
        )
    return str(told)


def line_text(part: Part) -> str:
    """What a line asks for: kind, difficulty and topic, as far as it says."""
    words = [str(QuestionKind(part.kind).label)]
    if part.difficulty is not None:
        words.append(_("难度：%(level)s", level=DIFFICULTIES[part.difficulty]))
    if part.topic:
        words.append(_("知识点：%(topic)s", topic=part.topic))
    return " · ".join(words)
