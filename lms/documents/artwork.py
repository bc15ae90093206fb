"""The guilloche of the certificate: fine interlaced curves, drawn once as PDF operators.

Through the renderer's SVG the curves would take more time than everything else together, so they
are laid under the page as a content stream that is computed once and only copied from then on.
Lengths are millimetres from the upper left corner of an A4 page in landscape.
"""

import math
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

PAGE_WIDTH, PAGE_HEIGHT = 297.0, 210.0
POINTS_PER_MM = 72 / 25.4
BAND_INSET = 11.5
CORNER_MM = 9.0
HALF_WAVE_MM = 4.6
AMPLITUDES = (2.9, 2.1, 1.3, 0.5)

PAPER = "1 0.992 0.973"
TEAL = "0.043 0.275 0.337"
GOLD = "0.722 0.573 0.310"
TINT = "0.937 0.902 0.824"

Point = tuple[float, float]


@lru_cache(maxsize=1)
def artwork_stream() -> bytes:
    """The whole background, deflated, as a content stream that leaves the state as it was."""
    scale = f"{POINTS_PER_MM:.5f}"
    flip = f"{scale} 0 0 -{scale} 0 {PAGE_HEIGHT * POINTS_PER_MM:.3f} cm"
    parts = ["q", flip, *_paper(), *_frame(), *map(_corner_piece, _corners()), "Q"]
    return zlib.compress("\n".join(parts).encode(), 9)


def _paper() -> Iterator[str]:
    yield f"{PAPER} rg 0 0 {PAGE_WIDTH} {PAGE_HEIGHT} re f"
    yield _stroked(_rosette((PAGE_WIDTH / 2, 104.0), 62.0, 18, 6), TINT, 0.18)
    for inset, width, colour in ((6, 0.7, TEAL), (7.3, 0.2, TEAL), (15.7, 0.2, TEAL)):
        yield _stroked(_rectangle(inset), colour, width)
    yield _stroked(_rectangle(16.7), GOLD, 0.35)


def _rectangle(inset: float) -> str:
    return f"{inset} {inset} {PAGE_WIDTH - 2 * inset:.2f} {PAGE_HEIGHT - 2 * inset:.2f} re"


def _frame() -> Iterator[str]:
    for place, amplitude in enumerate(AMPLITUDES):
        waves = (
            _wave(start, end, sign * amplitude) for start, end in _edges() for sign in (1.0, -1.0)
        )
        yield _stroked(" ".join(waves), GOLD if place % 2 else TEAL, 0.2)


def _edges() -> tuple[tuple[Point, Point], ...]:
    low, first = BAND_INSET, BAND_INSET + CORNER_MM / 2
    right, bottom = PAGE_WIDTH - low, PAGE_HEIGHT - low
    across, down = PAGE_WIDTH - first, PAGE_HEIGHT - first
    return (
        ((first, low), (across, low)),
        ((first, bottom), (across, bottom)),
        ((low, first), (low, down)),
        ((right, first), (right, down)),
    )


def _corners() -> tuple[Point, ...]:
    low = BAND_INSET
    return tuple((x, y) for x in (low, PAGE_WIDTH - low) for y in (low, PAGE_HEIGHT - low))


def _corner_piece(centre: Point) -> str:
    x, y = centre[0] - 4.2, centre[1] - 4.2
    box = f"{PAPER} rg {TEAL} RG 0.3 w {x:.2f} {y:.2f} 8.4 8.4 re B"
    flower = _stroked(_rosette(centre, 3.7, 8, 2), TEAL, 0.15)
    heart = f"{GOLD} rg {_smooth(list(_circle(centre, 0.9)))} f"
    return f"{box}\n{flower}\n{heart}"


def _wave(start: Point, end: Point, amplitude: float) -> str:
    """A wave from `start` to `end`, one cubic curve for each half, beginning on its axis."""
    length = math.dist(start, end)
    halves = round(length / HALF_WAVE_MM)
    step = length / halves
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)

    def place(x: float, y: float) -> Point:
        return (start[0] + along[0] * x - along[1] * y, start[1] + along[1] * x + along[0] * y)

    # With these control points a cubic curve is half a sine wave, to within what a printer shows.
    reach, rise = step * 4 / (3 * math.pi), amplitude * 4 / 3
    parts = [f"{_pair(start)} m"]
    for half in range(halves):
        begin, height = half * step, rise if half % 2 == 0 else -rise
        points = ((begin + reach, height), (begin + step - reach, height), (begin + step, 0.0))
        parts.append(_curve(place(x, y) for x, y in points))
    return " ".join(parts)


def _rosette(centre: Point, radius: float, petals: int, strands: int) -> str:
    """Strands of waves around a circle, interlaced."""
    phases = (2 * math.pi * strand / strands for strand in range(strands))
    return " ".join(_rosette_strand(centre, radius, petals, phase) for phase in phases)


def _rosette_strand(centre: Point, radius: float, petals: int, phase: float) -> str:
    def reach(angle: float) -> float:
        wave = math.sin(petals * angle + phase) * math.cos(3 * angle) ** 2
        return radius * (0.72 + 0.28 * wave)

    steps = petals * 8
    angles = (2 * math.pi * step / steps for step in range(steps))
    return _smooth([_polar(centre, angle, reach(angle)) for angle in angles])


def _circle(centre: Point, radius: float) -> Iterator[Point]:
    return (_polar(centre, math.pi * eighth / 4, radius) for eighth in range(8))


def _polar(centre: Point, angle: float, reach: float) -> Point:
    return (centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle))


def _smooth(points: list[Point]) -> str:
    """A closed curve through the points (Catmull-Rom, as cubic curves)."""
    count = len(points)
    parts = [f"{_pair(points[0])} m"]
    for i, here in enumerate(points):
        before, after, beyond = points[i - 1], points[(i + 1) % count], points[(i + 2) % count]
        first = (here[0] + (after[0] - before[0]) / 6, here[1] + (after[1] - before[1]) / 6)
        second = (after[0] - (beyond[0] - here[0]) / 6, after[1] - (beyond[1] - here[1]) / 6)
        parts.append(_curve((first, second, after)))
    return " ".join(parts) + " h"


def _curve(points: Iterable[Point]) -> str:
    return " ".join(map(_pair, points)) + " c"


def _stroked(path: str, colour: str, width_mm: float) -> str:
    return f"{colour} RG {width_mm} w {path} S"


def _pair(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"
