"""What is to be made from a film: which renditions, at which rate, cut how."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.videos.ladder import SOUND, Rendition, ladder, steady_rate
from lms.videos.loudness import Loudness
from lms.videos.playlists import Sheet
from lms.videos.streams import VideoFacts

THUMBNAIL_EVERY_SECONDS = 10
_THUMBNAIL_LONG_SIDE = 160


@dataclass(frozen=True)
class Plan:
    """What is to be made from one source."""

    facts: VideoFacts
    renditions: Sequence[Rendition]
    rate: Fraction
    segment_seconds: int
    preset: str
    # As measured; None leaves the sound as it is.
    loudness: Loudness | None = None

    @property
    def sheet(self) -> Sheet:
        """The size of one seek thumbnail."""
        width, height = fit(self.facts.width, self.facts.height, _THUMBNAIL_LONG_SIDE)
        return Sheet(width, height)

    @property
    def keyframe_seconds(self) -> int:
        """Segments must be a whole number of groups of pictures."""
        return 1 if self.segment_seconds % 2 else 2


def plan(facts: VideoFacts, segment_seconds: int, preset: str) -> Plan:
    """Decide renditions and frame rate for a source."""
    rate = steady_rate(facts.average_rate, facts.base_rate)
    renditions = ladder(facts.width, facts.height, rate) if facts.has_picture else [SOUND]
    return Plan(facts, renditions, rate, segment_seconds, preset)


def fit(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The even size within `long_side` that keeps the shape and never enlarges."""
    scale = min(Fraction(1), Fraction(long_side, max(width, height)))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))
