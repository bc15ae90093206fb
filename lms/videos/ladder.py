"""Which renditions a source gets: 360, 720 and 1080 by the short side, never above the source."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

RUNGS = (360, 720, 1080)
MAX_RATE = Fraction(30)
MIN_RATE = Fraction(10)
# A source this much larger than the highest rung below it gets a rung of its own size too.
_WORTH_A_RUNG = 1.15

# Macroblocks a frame and a second of the levels of H.264 (table A-1), up to those phones play.
_LEVELS: Sequence[tuple[int, int, int]] = (
    (30, 1620, 40500),
    (31, 3600, 108000),
    (32, 5120, 216000),
    (40, 8192, 245760),
    (42, 8704, 522240),
    (50, 22080, 589824),
    (51, 36864, 983040),
)


@dataclass(frozen=True)
class Rendition:
    """One quality: its name ("720p"), even size in pixels, and highest rate in kbit/s."""

    name: str
    width: int
    height: int
    max_kbps: int
    level: int

    @property
    def codec(self) -> str:
        """The RFC 6381 name of its pictures: H.264 High at its level."""
        return f"avc1.6400{self.level:02x}"


# The one quality of a lesson to listen to.
SOUND = Rendition("audio", width=0, height=0, max_kbps=128, level=0)


def ladder(width: int, height: int, rate: Fraction) -> list[Rendition]:
    """The renditions of a source of `width` x `height` square pixels, lowest first."""
    short = min(width, height)
    sizes = [rung for rung in RUNGS if rung <= short]
    is_between = short < RUNGS[-1] and (not sizes or short > sizes[-1] * _WORTH_A_RUNG)
    if is_between:
        sizes.append(short)
    return [_rendition(width, height, size, rate) for size in sizes]


def _rendition(width: int, height: int, size: int, rate: Fraction) -> Rendition:
    scale = Fraction(size, min(width, height))
    even_width, even_height = _even(width * scale), _even(height * scale)
    return Rendition(
        name=f"{_even(Fraction(size))}p",
        width=even_width,
        height=even_height,
        max_kbps=_max_kbps(even_width * even_height),
        level=_level(even_width, even_height, rate),
    )


def _even(length: Fraction) -> int:
    """The nearest even number of pixels; 4:2:0 pictures have no other sizes."""
    return max(2, 2 * round(length / 2))


def _max_kbps(pixels: int) -> int:
    """About 800 kbit/s at 640x360, 2500 at 1280x720, 4700 at 1920x1080, in steps of 50."""
    needed: float = 800 * (pixels / 230400) ** 0.81
    return max(200, 50 * round(needed / 50))


def _level(width: int, height: int, rate: Fraction) -> int:
    blocks = math.ceil(width / 16) * math.ceil(height / 16)
    for number, frame, second in _LEVELS:
        if blocks <= frame and blocks * rate <= second:
            return number
    return _LEVELS[-1][0]


def steady_rate(average: Fraction, base: Fraction) -> Fraction:
    """The constant frame rate, 10 to 30 a second, for a source of this average and base rate.

    A steady source keeps its rate, halved until it is at most 30. A source whose rate varies
    (phones, screen recordings) gets 30, or 10 if it shows hardly more than slides.
    """
    if average <= 0:
        return MAX_RATE
    rate = average
    if abs(average - base) > average / 50:
        rate = MAX_RATE if average > MIN_RATE else MIN_RATE
    while rate > MAX_RATE:
        rate /= 2
    return max(rate, MIN_RATE).limit_denominator(1001)
