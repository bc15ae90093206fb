"""Joins pictures and speech into an H.264 and AAC file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from maker.pictures import draw_slides
from maker.source import Course
from maker.speech import Spoken, speak_slides
from maker.subtitles import write_subtitles

FRAMES_PER_SECOND = 12
# Speech without rumble, a little brighter where consonants are, and as loud as broadcast speech.
SOUND_FILTER = (
    "highpass=f=90,equalizer=f=3200:t=q:w=1.2:g=3,lowpass=f=9500,"
    "loudnorm=I=-18:TP=-2:LRA=7,aresample=44100"
)


def make_lesson(course: Course, lesson_slug: str, work: Path) -> None:
    """Writes the lesson's video and subtitles into the course folder."""
    lecture = course.read_lecture(lesson_slug)
    track, spoken = speak_slides([slide.sentences for slide in lecture.slides], work)
    pictures = draw_slides(course, lecture, work)
    timeline = _write_timeline(pictures, spoken, work / "timeline.txt")
    _encode(timeline, track, course.folder / f"{lesson_slug}.mp4", course.facts["title"])
    subtitles = course.folder / f"{lesson_slug}.vtt"
    subtitles.write_text(write_subtitles(spoken), encoding="utf-8")


def _write_timeline(pictures: list[list[Path]], spoken: list[Spoken], path: Path) -> Path:
    starts = [cue.starts for cue in spoken]
    lines = ["ffconcat version 1.0"]
    # The last picture outlives the sound, which alone decides where the film ends.
    for cue, end in zip(spoken, [*starts[1:], spoken[-1].ends + 5], strict=True):
        picture = pictures[cue.slide][cue.sentence]
        lines += [f"file '{picture}'", f"duration {end - cue.starts:.4f}"]
    path.write_text("\n".join([*lines, lines[-2]]) + "\n", encoding="utf-8")
    return path


def _encode(timeline: Path, track: Path, film: Path, title: str) -> None:
    picture = ["-vf", f"fps={FRAMES_PER_SECOND},format=yuv420p", "-c:v", "libx264"]
    picture += ["-preset", "slow", "-tune", "stillimage", "-crf", "25", "-g", "96"]
    sound = ["-af", SOUND_FILTER, "-c:a", "aac", "-b:a", "72k", "-ac", "1"]
    labels = ["-metadata", f"title={title}", "-metadata:s:a:0", "language=zho"]
    command = ["ffmpeg", "-y", "-v", "error", "-f", "concat", "-safe", "0", "-i", str(timeline)]
    command += ["-i", str(track), *picture, *sound, *labels, "-shortest"]
    command += ["-movflags", "+faststart", "-fflags", "+bitexact", str(film)]
    subprocess.run(command, check=True)
