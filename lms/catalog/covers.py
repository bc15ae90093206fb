"""The drawn cover of a course that has no picture: its title on a calm ground, as SVG."""

import hashlib
import math
import re
import unicodedata

from lms.catalog.models import Course
from lms.core.enums import HourCategory

# Ground and ornament by category; the ornament's place follows from the title.
_COLOURS = {
    HourCategory.PUBLIC: ("#0d5568", "#083f4e"),
    HourCategory.PROFESSIONAL: ("#2c5a47", "#1d4234"),
}
_LINE_EMS = 10.0
_MOST_LINES = 3
# Latin words stay whole, and no line begins with a closing mark.
_TOKENS = re.compile(r"[!-~]{1,16}\s*|.[，。、：；！？）》”]*\s*")
_FONTS = "'Songti SC','Noto Serif CJK SC','Source Han Serif SC',SimSun,serif"


def cover_version(course: Course) -> str:
    """A short text that changes whenever the cover does; part of its address."""
    shown = course.shown
    seen = course.cover_path or f"{shown.title}|{shown.category.value}|{shown.year}"
    return hashlib.sha256(seen.encode()).hexdigest()[:10]


def wrap_title(title: str) -> list[str]:
    """The title in at most three even lines; what is longer ends in an ellipsis."""
    tokens = _TOKENS.findall(title)
    count = min(_MOST_LINES, math.ceil(_ems(title) / _LINE_EMS))
    width = min(_LINE_EMS, _ems(title) / max(1, count))
    # The narrowest lines that are no more than needed leave no single character behind.
    lines = _fill(tokens, width)
    while len(lines) > count and width < _LINE_EMS:
        width = min(_LINE_EMS, width + 0.5)
        lines = _fill(tokens, width)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1][:-1] + "…"]
    return [line.strip() for line in lines]


def _fill(tokens: list[str], width: float) -> list[str]:
    lines = [""]
    for token in tokens:
        if lines[-1] and _ems((lines[-1] + token).rstrip()) > width:
            lines.append("")
        lines[-1] += token
    return lines


def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)


def drawn_cover(course: Course) -> dict[str, object]:
    """What the template catalog/cover.svg needs: colours, lines with their places, ornament."""
    shown = course.shown
    ground, deep = _COLOURS[shown.category]
    lines = wrap_title(shown.title)
    size = 76 if len(lines) < _MOST_LINES else 68
    first = 300 - (len(lines) - 1) * size * 0.68
    seed = hashlib.sha256(shown.title.encode()).digest()
    return {
        "ground": ground,
        "deep": deep,
        "fonts": _FONTS,
        "size": size,
        "lines": [(round(first + i * size * 1.36), line) for i, line in enumerate(lines)],
        "centre": (720 + seed[0] % 200, 60 + seed[1] % 420),
        "radii": [70 + 54 * ring for ring in range(8)],
        "year": shown.year,
    }
