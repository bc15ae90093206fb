"""Draws slides and covers: HTML through headless Chromium, cut into pictures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from maker.source import THEME, Course, Lecture

WIDTH, HEIGHT = 1280, 720
# Chromium cannot draw a page of more than 16384 pixels in one picture.
FRAMES_PER_SHEET = 16

_environment = Environment(
    loader=FileSystemLoader(THEME), autoescape=False, undefined=StrictUndefined
)

Frame = dict[str, Any]


def draw_slides(course: Course, lecture: Lecture, work: Path) -> list[list[Path]]:
    """One picture for each sentence of each slide; equal pictures are drawn once."""
    frames: list[Frame] = []
    numbers: list[list[int]] = []
    for index, slide in enumerate(lecture.slides):
        row: list[int] = []
        for sentence in range(len(slide.sentences)):
            pale = slide.pale_steps(sentence)
            if not row or frames[-1]["pale"] != pale:
                frames.append({"slide": slide, "page": index + 1, "pale": pale})
            row.append(len(frames) - 1)
        numbers.append(row)
    facts = {"course": course.facts, "pages": len(lecture.slides)}
    pictures = _draw_frames("slide.html.j2", frames, facts, work)
    return [[pictures[number] for number in row] for row in numbers]


def draw_cover(course: Course, work: Path) -> Path:
    """The cover picture of a course, as WebP."""
    motif = (course.folder / "source" / "cover-motif.svg").read_text(encoding="utf-8")
    facts = {"course": course.facts, "motif": motif}
    picture = _draw_frames("cover.html.j2", [{}], facts, work)[0]
    cover = course.folder / "cover.webp"
    with Image.open(picture) as image:
        image.resize((960, 540), Image.Resampling.LANCZOS).save(cover, quality=86, method=6)
    return cover


def _draw_frames(
    template: str, frames: list[Frame], facts: dict[str, Any], work: Path
) -> list[Path]:
    pictures: list[Path] = []
    for start in range(0, len(frames), FRAMES_PER_SHEET):
        sheet = frames[start : start + FRAMES_PER_SHEET]
        page = work / "sheet.html"
        html = _environment.get_template(template).render(frames=sheet, **facts)
        page.write_text(html, encoding="utf-8")
        picture = _photograph(page, len(sheet) * HEIGHT, work / "sheet.png")
        pictures += _cut(picture, len(sheet), start, work)
    return pictures


def _photograph(page: Path, height: int, picture: Path) -> Path:
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    size = f"--window-size={WIDTH},{height}"
    command = [chromium, *options, size, f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return picture


def _cut(sheet: Path, count: int, start: int, work: Path) -> list[Path]:
    paths = []
    with Image.open(sheet) as image:
        for index in range(count):
            path = work / f"frame-{start + index:03}.png"
            top = index * HEIGHT
            image.crop((0, top, WIDTH, top + HEIGHT)).convert("RGB").save(path)
            paths.append(path)
    return paths
