"""The timeline of a film as its trainer sees it: where pop-ups may fall, and where they may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.videos.models import Video
from lms.watching.quiet.rules import Stretch, places_needed, places_of
from lms.watching.rules import wanted_popups


@dataclass(frozen=True)
class Timeline:
    """How long the film is, where places and quiet stretches lie, how many pop-ups there are."""

    seconds: float
    window_seconds: int
    window_count: int
    stretches: list[Stretch]
    places: list[int]
    wanted: int
    needed: int

    @property
    def last_second(self) -> int:
        """The first whole second at or behind the end: no stretch goes further."""
        return -int(-self.seconds // 1)

    @property
    def marks(self) -> list[tuple[float, bool]]:
        """Each boundary of windows: its place in per cent, and whether a pop-up may stand there."""
        open_places = set(self.places)
        numbers = range(1, self.window_count + 1)
        return [(self.percent(n * self.window_seconds), n in open_places) for n in numbers]

    @property
    def bars(self) -> list[tuple[float, float]]:
        """Each quiet stretch: where it begins and how long it is, in per cent."""
        return [
            (self.percent(start), self.percent(end) - self.percent(start))
            for start, end in self.stretches
        ]

    def percent(self, seconds: float) -> float:
        """Where an instant lies on the line, from 0 to 100."""
        return round(min(100.0, seconds * 100 / self.seconds), 3) if self.seconds else 0.0


def timeline_of(video: Video, stretches: Sequence[Stretch], popup_every: int) -> Timeline:
    """The timeline of the film with these stretches."""
    count, window_seconds = video.window_count, video.window_seconds
    return Timeline(
        seconds=video.duration_ms / 1000,
        window_seconds=window_seconds,
        window_count=count,
        stretches=list(stretches),
        places=places_of(count, window_seconds, stretches),
        wanted=min(wanted_popups(video.duration_ms, popup_every), count),
        needed=places_needed(count, video.duration_ms, popup_every),
    )
