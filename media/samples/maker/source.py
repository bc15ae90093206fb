"""Reads the hand-written source of a course: its course.toml and its lecture scripts."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent.parent
THEME = Path(__file__).resolve().parent / "theme"

_STEP = re.compile(r'data-at="(\d+)"')


@dataclass(frozen=True)
class Slide:
    """One slide: what it shows (HTML) and the sentences spoken over it, in order.

    An element with ``data-at="2"`` stays pale until the third sentence (counted from 0).
    """

    section: str
    title: str
    layout: str
    body: str
    sentences: tuple[str, ...]

    def pale_steps(self, sentence: int) -> tuple[int, ...]:
        """The steps not yet reached while the given sentence (from 0) is spoken."""
        steps = {int(step) for step in _STEP.findall(self.body)}
        return tuple(sorted(step for step in steps if step > sentence))


@dataclass(frozen=True)
class Lecture:
    """The script of one lesson."""

    slug: str
    slides: tuple[Slide, ...]


@dataclass(frozen=True)
class Course:
    """A course folder with everything course.toml says."""

    slug: str
    folder: Path
    facts: dict[str, Any]

    @property
    def lessons(self) -> list[dict[str, Any]]:
        """The lessons in order, as course.toml lists them."""
        lessons: list[dict[str, Any]] = self.facts["lesson"]
        return lessons

    def read_questions(self) -> list[dict[str, Any]]:
        """The question bank, as questions.toml lists it."""
        questions: list[dict[str, Any]] = _read_toml(self.folder / "questions.toml")["question"]
        return questions

    def read_lecture(self, lesson_slug: str) -> Lecture:
        """The lecture script of one lesson."""
        data = _read_toml(self.folder / "source" / f"{lesson_slug}.toml")
        return Lecture(lesson_slug, tuple(_to_slide(slide) for slide in data["slide"]))


def _read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _to_slide(data: dict[str, Any]) -> Slide:
    return Slide(
        section=data.get("section", ""),
        title=data["title"],
        layout=data.get("layout", "page"),
        body=data.get("body", ""),
        sentences=tuple(data["say"]),
    )


def read_course(slug: str) -> Course:
    """The course in the folder of that name; raises FileNotFoundError if there is none."""
    folder = SAMPLES / slug
    return Course(slug, folder, _read_toml(folder / "course.toml"))


def list_course_slugs() -> list[str]:
    """Every folder here that holds a course.toml, sorted."""
    return sorted(path.parent.name for path in SAMPLES.glob("*/course.toml"))
