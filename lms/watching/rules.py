"""When a window is released, where pop-ups stand, and how releases are noted. Pure functions."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

WRONG_IN_A_ROW = 3
# A player fetches windows before they are seen; of a page that was opened one has seen the top.
PLAYED_AHEAD, READ_AHEAD = 2, 1
# A pop-up may be asked this much before the window is over: clocks of players are not exact.
POPUP_TOLERANCE_MS = 2000
# After a course has closed, what was in play may still be answered and finished for so long.
CLOSING_GRACE_MS = 10 * 60 * 1000


class Chance(Protocol):
    """A source of chance; secrets.SystemRandom in production."""

    def randint(self, a: int, b: int) -> int: ...


class Verdict(Enum):
    """Why a key is given or not, with the HTTP status that says so."""

    RELEASED = 200, "released"
    CLOSED = 403, "closed"
    SKIPPING_AHEAD = 403, "skipping-ahead"
    PLAYING_ELSEWHERE = 409, "playing-elsewhere"
    POPUP_DUE = 423, "popup-due"
    TOO_EARLY = 425, "too-early"

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Standing:
    """A learner's clock as it stands: lease, windows released, next gate, bucket."""

    lease: int
    high_water: int
    next_gate: int | None
    due_ms: int


def wanted_popups(duration_ms: int, every_seconds: int) -> int:
    """How many pop-ups a film of so many milliseconds has: about one per `every_seconds`."""
    return max(1, round(duration_ms / 1000 / every_seconds))


def draw_gates(places: Sequence[int], wanted: int, chance: Chance | None = None) -> list[int]:
    """Those of `places` (boundaries of windows, in order) at which `wanted` pop-ups stand.

    The places are divided evenly, and each part has its gate at one that nobody can foretell
    (Rizhao 2024: random pop-ups). There are as many gates as places if those are fewer.
    """
    chance = chance or random.SystemRandom()
    count = min(wanted, len(places))
    edges = [part * len(places) // count for part in range(count + 1)]
    return [places[chance.randint(start + 1, end) - 1] for start, end in itertools.pairwise(edges)]


def cost_ms(window_ms: int, pace_tenths: int) -> int:
    """Milliseconds of the clock that a window of `window_ms` costs at the fastest pace allowed."""
    return -(-window_ms * 10 // pace_tenths)


def judge(
    window: int, lease: int, standing: Standing | None, allowance_ms: int, now_ms: int, closed: bool
) -> tuple[Verdict, int]:
    """Why `window` is given again or not released, and in how many milliseconds to ask again.

    It explains what the one conditional UPDATE decided; it releases nothing itself.
    """
    if standing is None or standing.lease != lease:
        return Verdict.PLAYING_ELSEWHERE, 0
    if window < standing.high_water:
        return Verdict.RELEASED, 0
    if closed:
        return Verdict.CLOSED, 0
    if window > standing.high_water:
        return Verdict.SKIPPING_AHEAD, 0
    if standing.next_gate is not None and standing.next_gate <= window:
        return Verdict.POPUP_DUE, 0
    return Verdict.TOO_EARLY, max(1, standing.due_ms - allowance_ms - now_ms)


def wait_seconds(waits: Sequence[int], wrong_in_a_row: int) -> int:
    """How long one waits for the next question after so many wrong answers in a row (from 1)."""
    return waits[min(wrong_in_a_row, len(waits)) - 1]


def resume_ms(
    left_ms: int | None,
    left_high_water: int | None,
    high_water: int,
    window_ms: int,
    ahead: int = PLAYED_AHEAD,
) -> int:
    """Where to go on: where a page says it stopped, or a little before what is unseen.

    A page that died told nothing. So a moment long before the newest windows counts only if none
    was released since it was told: otherwise somebody was watching those. Of what is released the
    last `ahead` windows may not have been seen.
    """
    newest_ms = max(0, high_water - ahead) * window_ms
    if left_ms is None or left_ms > high_water * window_ms:
        return newest_ms
    is_latest = left_high_water == high_water or left_ms >= newest_ms
    return left_ms if is_latest else newest_ms


def release_mark(window: int, started_ms: int, now_ms: int) -> str:
    """A release as the trail notes it: "12:361 ", window 12, 361 s after the lesson was begun."""
    return f"{window}:{max(0, now_ms - started_ms) // 1000} "


def fall_back_mark(window: int, started_ms: int, now_ms: int) -> str:
    """A fall-back as the trail notes it: from here on windows from `window` count anew."""
    return f"<{release_mark(window, started_ms, now_ms)}"


@dataclass(frozen=True)
class TrailEntry:
    """One entry: which window, how many seconds after the beginning, release or fall-back."""

    window: int
    seconds: int
    is_fall_back: bool


def read_trail(trail: str) -> Iterator[TrailEntry]:
    """The entries of a trail in order."""
    for entry in trail.split():
        window, _, seconds = entry.removeprefix("<").partition(":")
        yield TrailEntry(int(window), int(seconds), entry.startswith("<"))
