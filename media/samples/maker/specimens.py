"""Makes the tiny videos the test-suite feeds to the uploader, good ones and bad ones."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from maker.source import SAMPLES

FOLDER = SAMPLES / "test"
_CLOCK = (
    "drawtext=font=DejaVu Sans Mono:text='%{pts\\:hms}':fontsize=h/7:fontcolor=white:"
    "box=1:boxcolor=black@0.7:boxborderw=6:x=(w-tw)/2:y=h-th-16"
)
_H264 = ["-c:v", "libx264", "-preset", "slow", "-crf", "30", "-pix_fmt", "yuv420p"]
_AAC = ["-c:a", "aac", "-b:a", "32k", "-ac", "1"]


def make_specimens() -> None:
    """Writes every specimen; each stays under 150 kB."""
    FOLDER.mkdir(exist_ok=True)
    _film("landscape.mp4", "320x180", 12, [*_H264, "-movflags", "+faststart"], tone_hz=440)
    _film("portrait.mov", "180x320", 6, _H264, tone_hz=330)
    _film("silent.webm", "320x180", 6, ["-c:v", "libvpx-vp9", "-b:v", "100k", "-cpu-used", "4"])
    _film("matroska.mkv", "320x180", 6, _H264, tone_hz=550)
    _truncate(FOLDER / "landscape.mp4", FOLDER / "truncated.mp4")
    text = "This is a plain text file whose name ends like a video's.\n"
    (FOLDER / "not-a-video.mp4").write_text(text, encoding="utf-8")


def _film(name: str, size: str, seconds: int, coding: list[str], tone_hz: int = 0) -> None:
    command = ["ffmpeg", "-y", "-v", "error", "-f", "lavfi"]
    command += ["-i", f"testsrc=size={size}:rate=15:duration={seconds}"]
    if tone_hz:
        tone = f"sine=frequency={tone_hz}:beep_factor=4:sample_rate=44100:duration={seconds}"
        command += ["-f", "lavfi", "-i", tone, *_AAC]
    command += ["-vf", _CLOCK, *coding, "-fflags", "+bitexact", str(FOLDER / name)]
    subprocess.run(command, check=True)


def _truncate(whole: Path, broken: Path) -> None:
    # The index of an ordinary file lies at its end, so a broken upload loses it:
    # what is left looks like a video by its first bytes and can never be played.
    with tempfile.TemporaryDirectory() as name:
        ordinary = Path(name) / "ordinary.mp4"
        command = ["ffmpeg", "-y", "-v", "error", "-i", str(whole), "-c", "copy"]
        subprocess.run([*command, "-fflags", "+bitexact", str(ordinary)], check=True)
        data = ordinary.read_bytes()
    broken.write_bytes(data[: len(data) // 2])
