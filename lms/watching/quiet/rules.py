"""Where pop-ups may stand in a film, and what a trainer may forbid. Pure functions, in seconds."""

import re
from collections.abc import Iterable, Sequence

from lms.watching.rules import wanted_popups

Stretch = tuple[int, int]

MOST_STRETCHES = 50
# Each pop-up has at least so many places to stand at, so that nobody can foretell where.
PLACES_EACH = 2
# A colon of whoever writes Chinese is full-width.
_INSTANT = re.compile(r"(?:([0-9]{1,2})[:\uff1a])?([0-9]{1,4})[:\uff1a]([0-9]{1,2})")


def read_instant(text: str) -> int | None:
    """Seconds from "m:ss", "mm:ss" or "h:mm:ss"; None for anything else."""
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if seconds > 59 or (found[1] is not None and minutes > 59):
        return None
    return hours * 3600 + minutes * 60 + seconds


def write_instant(seconds: int) -> str:
    """Seconds as a trainer writes them: "05:30"; minutes go on after 59."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in order, with those that overlap or touch made one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def places_of(
    window_count: int, window_seconds: int, stretches: Sequence[Stretch] = ()
) -> list[int]:
    """The boundaries of windows (from 1) at which a pop-up may stand.

    A stretch forbids what lies inside it; just as it begins, and once it is over, may be asked. So
    may at the end of the film, which is inside nothing.
    """
    return [
        place
        for place in range(1, window_count + 1)
        if place == window_count
        or not any(start < place * window_seconds < end for start, end in stretches)
    ]


def places_needed(window_count: int, duration_ms: int, every_seconds: int) -> int:
    """How many places must be left to the pop-ups of a film."""
    return min(window_count, PLACES_EACH * wanted_popups(duration_ms, every_seconds))
