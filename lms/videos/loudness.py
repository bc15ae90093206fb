"""Sound of an even level: measured by EBU R 128 first, then turned up or down as a whole.

-16 LUFS is the upper end of what AES TD1004 recommends for files played over a network, and what
podcasts are made for: phones in a noisy room are not loud enough for the -23 LUFS of broadcasting.
One channel is measured as two, since it comes out of two loudspeakers; else a lecture in mono
would sound 3 LU louder than the same lecture in stereo.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from lms.videos.probe import CONTAINERS
from lms.videos.running import TranscodeError, run_ffmpeg
from lms.videos.streams import VideoFacts

TARGET_LUFS = -16.0
# Room for what AAC adds to the peaks.
CEILING_DBTP = -1.5
# A wider range than this is a lecture of whom half is not heard in a train.
_WIDEST_LU = 11.0
# What is quieter than this is a room with nobody in it.
_SILENCE_LUFS = -60.0
_MOST_GAIN_DB = 40.0
# Peaks of speech are short: shaved by so much they do not change how loud it is.
_SHAVED_DB = 6.0
_LOG = "ffmpeg.log"
_FIGURE = r"{}:\s+(-?[\d.]+|-?inf|nan) "


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness and gate in LUFS, range in LU, true peak in dBTP."""

    integrated: float
    threshold: float
    range_lu: float
    peak: float

    @property
    def gain_db(self) -> float:
        """How much louder it is to be made."""
        return min(_MOST_GAIN_DB, TARGET_LUFS - self.integrated)

    @property
    def excess_db(self) -> float:
        """How far that gain lifts the highest peak above the ceiling; below 0 there is room."""
        return self.peak + self.gain_db - CEILING_DBTP

    @property
    def is_linear(self) -> bool:
        """Whether one gain for the whole will do, but for a few peaks."""
        return self.excess_db <= _SHAVED_DB and self.range_lu <= _WIDEST_LU


def steady_sound(opened: Any, facts: VideoFacts) -> Any:
    """The sound at 48 kHz from instant 0; one channel stays one, whatever has more becomes two."""
    # Encoding one voice as two channels would cost a sixth of all the work, and nobody hears it.
    sound = opened["a:0"].filter("aresample", 48000, first_pts=0, **{"async": 1})
    return _formed(sound, facts)


def _formed(sound: Any, facts: VideoFacts) -> Any:
    layout = "mono" if facts.is_mono else "stereo"
    return sound.filter("aformat", sample_rates=48000, channel_layouts=layout)


def measure(
    source: Path,
    facts: VideoFacts,
    program: str,
    folder: Path,
    on_seconds: Callable[[float], None],
    stall_seconds: float,
) -> Loudness | None:
    """How loud the sound of `source` is; None for silence, or if it cannot be measured.

    One run over the sound alone, in `folder`. Raises TranscodeError if the machine failed.
    """
    opened = ffmpeg.input(
        f"file:{source.resolve()}", protocol_whitelist="file", format_whitelist=CONTAINERS, vn=None
    )
    meter = steady_sound(opened, facts).filter(
        "ebur128", peak="true", dualmono=int(facts.is_mono), framelog="verbose"
    )
    listened = ffmpeg.output(meter, "-", format="null")
    said = ("-nostdin", "-nostats", "-hide_banner", "-v", "info", "-progress", "pipe:1")
    command = list(listened.global_args(*said).compile(cmd=program))
    try:
        run_ffmpeg(command, folder, on_seconds, stall_seconds)
    except TranscodeError as error:
        if error.is_surroundings:
            raise
        # The run that makes the package will tell what is wrong with the film.
        return None
    return read_summary((folder / _LOG).read_text(errors="replace"))


def read_summary(log: str) -> Loudness | None:
    """The figures that the filter ebur128 ends its work with; None for silence."""
    summary = log.rpartition("Summary:")[2]
    figures = [_figure(name, summary) for name in ("I", "Threshold", "LRA", "Peak")]
    if not all(map(math.isfinite, figures)) or figures[0] < _SILENCE_LUFS:
        return None
    return Loudness(*figures)


def _figure(name: str, summary: str) -> float:
    found = re.search(_FIGURE.format(name), summary)
    return float(found[1]) if found else math.nan


def even_sound(opened: Any, facts: VideoFacts, loudness: Loudness | None) -> Any:
    """The sound at the loudness wanted.

    What one gain brings there is only turned up or down, as in loudnorm's linear mode, and a
    limiter takes the tips off a few consonants. What is too uneven for that goes through loudnorm
    with the figures, which costs five times as much.
    """
    sound = steady_sound(opened, facts)
    if loudness is None:
        return sound
    if loudness.is_linear:
        return _turned(sound, loudness)
    levelled = sound.filter(
        "loudnorm",
        I=min(TARGET_LUFS, loudness.integrated + _MOST_GAIN_DB),
        TP=CEILING_DBTP,
        LRA=_WIDEST_LU,
        measured_I=loudness.integrated,
        measured_TP=loudness.peak,
        measured_LRA=loudness.range_lu,
        measured_thresh=loudness.threshold,
        dual_mono=str(facts.is_mono).lower(),
    )
    # It works at 192 kHz.
    return _formed(levelled, facts)


def _turned(sound: Any, loudness: Loudness) -> Any:
    turned = sound.filter("volume", f"{loudness.gain_db:.2f}dB")
    if loudness.excess_db <= 0:
        return turned
    ceiling = 10 ** (CEILING_DBTP / 20)
    return turned.filter("alimiter", limit=f"{ceiling:.4f}", level="false")
