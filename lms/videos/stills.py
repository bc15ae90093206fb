"""The picture of a lesson of sound alone: the recording's own cover, or a drawn one.

A cover comes out of somebody's file. It is taken out as it lies there, and decoded here by a
library that knows three formats and a limit, never shown as it came.
"""

import hashlib
import io
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from lms.videos.probe import GUARD
from lms.videos.streams import STILL_SIZE, VideoFacts

_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 40_000_000
_MOST_BYTES = 32 * 1024 * 1024
_ASK_SECONDS = 60
_QUALITY = 82
_GROUND, _DEEP, _WAVE = (13, 85, 104), (8, 63, 78), (143, 205, 217)
_BARS = 48


def write_still(source: Path, facts: VideoFacts, program: str, seed: str, target: Path) -> None:
    """Write the still of the recording `source` to `target`, a JPEG of STILL_SIZE.

    `seed` decides what a drawn one looks like: the same for the same lesson.
    """
    content = _cover_of(source, facts.cover, program) if facts.cover is not None else b""
    picture = _framed(content) if content else None
    (picture or _drawn(seed)).save(target, "JPEG", quality=_QUALITY)


def _cover_of(source: Path, stream: int, program: str) -> bytes:
    """The cover's bytes; none if it cannot be had."""
    command = [
        *(program, "-nostdin", "-v", "error", *GUARD, "-i", f"file:{source.resolve()}"),
        *("-map", f"0:{stream}", "-c", "copy", "-frames:v", "1"),
        *("-fs", str(_MOST_BYTES), "-f", "image2pipe", "-"),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ASK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout


def _framed(content: bytes) -> Image.Image | None:
    """The whole cover before a blurred copy of itself; None if it is no usable picture."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as cover:
            if cover.width * cover.height > _MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(cover).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    ground = ImageOps.fit(upright, STILL_SIZE).filter(ImageFilter.GaussianBlur(40))
    front = ImageOps.contain(upright, STILL_SIZE)
    place = ((STILL_SIZE[0] - front.width) // 2, (STILL_SIZE[1] - front.height) // 2)
    ground.paste(front, place)
    return ground


def _drawn(seed: str) -> Image.Image:
    """A sound wave on a calm ground."""
    width, height = STILL_SIZE
    picture = Image.new("RGB", STILL_SIZE, _GROUND)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, round(height * 0.62), width, height), fill=_DEEP)
    heights = hashlib.shake_128(seed.encode()).digest(_BARS)
    step = width * 0.72 / _BARS
    for number, byte in enumerate(heights):
        # Louder in the middle, as a spoken sentence is.
        swell = 1 - abs(2 * number / (_BARS - 1) - 1)
        half = height * (0.03 + 0.22 * swell * (0.35 + 0.65 * byte / 255))
        left = width * 0.14 + number * step
        box = (left, height * 0.5 - half, left + step * 0.55, height * 0.5 + half)
        draw.rounded_rectangle(box, radius=step * 0.27, fill=_WAVE)
    return picture
