"""Where the pop-ups of a lesson stand for somebody who begins it."""

from lms.questions.models import QuestionUse
from lms.questions.queries import pool
from lms.watching import rules
from lms.watching.material import Windowed
from lms.watching.quiet.rules import Stretch, places_of


def lesson_gates(
    course_id: int,
    version_id: int | None,
    lesson_id: int,
    windows: Windowed,
    stretches: list[Stretch],
    popup_every: int,
) -> list[int]:
    """The gates, drawn by chance outside the quiet stretches; none if there is no question."""
    if not pool(course_id, lesson_id, QuestionUse.POPUP, version_id):
        return []
    places = places_of(windows.window_count, windows.window_seconds, stretches)
    return rules.draw_gates(places, rules.wanted_popups(windows.duration_ms, popup_every))
