"""Writes WebVTT: one cue for each spoken sentence."""

from __future__ import annotations

from maker.speech import Spoken


def format_instant(seconds: float) -> str:
    """Seconds as WebVTT wants them: 83.5 becomes 00:01:23.500."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def write_subtitles(spoken: list[Spoken]) -> str:
    """The whole WebVTT file."""
    cues = (
        f"{number}\n{format_instant(cue.starts)} --> {format_instant(cue.ends)}\n{cue.text}\n"
        for number, cue in enumerate(spoken, start=1)
    )
    return "WEBVTT\n\n" + "\n".join(cues)
