"""Which part of a film one run of ffmpeg makes: all of it, a stretch of its pictures, its sound.

Stretches begin where segments begin, so that each can be encoded by a worker of its own and the
segments of the joined film lie where those of one run would lie.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# So much is decoded before a stretch and thrown away: what lies nearest before its first picture
# may be shown in it, and some containers find a place only roughly.
_LEAD_SECONDS = 10
# The instant 0 of a film in its pieces: a picture may have to be decoded, and sound to be heard,
# before that, and MPEG-TS knows no time before its own 0.
PIECE_ZERO_SECONDS = 10


@dataclass(frozen=True)
class Part:
    """Seconds `start` to `end` of a film (None: its end), with pictures, sound or both.

    `seeks` False decodes from the film's beginning, for a file in which no place can be found.
    """

    start: int = 0
    end: int | None = None
    has_picture: bool = True
    has_sound: bool = True
    seeks: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether one run makes everything, cut into segments; else there is a piece to join."""
        return self.has_picture and self.has_sound and self.start == 0 and self.end is None

    @property
    def is_later(self) -> bool:
        """Whether it begins behind the film's beginning."""
        return self.start > 0

    @property
    def seek_seconds(self) -> int:
        """Where reading begins."""
        return max(0, self.start - _LEAD_SECONDS) if self.seeks else 0

    def holds(self, second: float) -> bool:
        """Whether the film's picture at `second` is in this part."""
        return self.start <= second and (self.end is None or second < self.end)

    def frames(self, rate: Fraction) -> tuple[int, int | None]:
        """The numbers of its first picture and of the first one after it (None: no limit)."""
        end = None if self.end is None else math.ceil(self.end * rate)
        return math.ceil(self.start * rate), end

    def frame_count(self, rate: Fraction) -> int | None:
        """How many pictures it has; None if only the film's end tells."""
        first, end = self.frames(rate)
        return None if end is None else end - first


WHOLE = Part()
SOUND_ALONE = Part(has_picture=False)


def stretches(duration: float, stretch_seconds: int, segment_seconds: int) -> Sequence[Part]:
    """The stretches of the pictures of a film, each about `stretch_seconds` long or longer.

    Empty for a film that is not long enough for two, or if `stretch_seconds` is 0.
    """
    longest = max(stretch_seconds, segment_seconds)
    count = math.floor(duration / longest) if stretch_seconds else 1
    if count < 2:
        return []
    # Of even length, so that no worker is left with a long rest when the others are done.
    segments = math.ceil(duration / segment_seconds)
    cuts = [round(Fraction(segments * number, count)) * segment_seconds for number in range(count)]
    ends = [*cuts[1:], None]
    return [Part(start, end, has_sound=False) for start, end in zip(cuts, ends, strict=True)]
