"""What a course costs, what may be written in it, and how its address is made. Pure functions."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.types import Fen, Hours, price_of

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 60
# The word after /manage/courses/ that is a page of its own.
RESERVED_SLUGS = frozenset({"new"})
MOST_HOURS = Hours(9000)
FIRST_YEAR, LAST_YEAR = 2000, 2099
SLOWEST_PACE_TENTHS, FASTEST_PACE_TENTHS = 10, 20
LONGEST_REMARK = 500
ETEXTBOOK_MAX_BYTES = 20 * 1024 * 1024
PDF_MAGIC = b"%PDF-"


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """What a trainer writes about a course."""

    title: str
    category: HourCategory
    hours: Hours
    year: int
    lecturer_name: str
    summary: str = ""
    lecturer_title: str = ""
    lecturer_about: str = ""
    requires_exam: bool = True
    max_pace_tenths: int = 10
    closes_on: dt.date | None = None


class _Priced(Protocol):
    @property
    def category(self) -> Any: ...
    @property
    def hours(self) -> Any: ...


def course_price(course: _Priced, fen_per_hour: int) -> Fen:
    """What the course costs, in fen: nothing if public, else so much an hour, rounded half up.

    Rizhao 2024, 二(一)1 and 2: public courses are free, professional ones 0.80 yuan an hour.
    """
    if course.category is HourCategory.PUBLIC:
        return Fen(0)
    return price_of(course.hours, fen_per_hour)


# Lesson time of one credit hour, in minutes.
MINUTES_AN_HOUR = 45


def suggested_hours(duration_ms: int) -> Hours:
    """The hours that films of so many milliseconds make: 45 minutes each, tenths rounded down."""
    return Hours(duration_ms * 10 // (MINUTES_AN_HOUR * 60_000))


def latin_slug(title: str) -> str:
    """The latin words and figures of a title as an address, or "" for a title without any."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:LONGEST_SLUG].strip("-")


def next_year_slug(slug: str, year: int) -> str:
    """The address of a course's copy for `year`: its year replaced, or the year added."""
    bare = re.sub(r"-20[0-9]{2}$", "", slug)
    return f"{bare[: LONGEST_SLUG - 5].rstrip('-')}-{year}"


def is_slug(text: str) -> bool:
    """Whether `text` can be a course's address: lower case words and figures joined by hyphens."""
    fits = 2 <= len(text) <= LONGEST_SLUG and SLUG.fullmatch(text) is not None
    return fits and text not in RESERVED_SLUGS


def first_problem(facts: CourseFacts) -> tuple[str, Any] | None:
    """The first field that is wrong and what to do about it, or None if all are right."""
    checks = (
        ("title", 2 <= len(facts.title) <= 120, _l("课程名称请用 2 到 120 个字。")),
        ("hours", Hours(0) < facts.hours <= MOST_HOURS, _l("学时应在 0.1 到 900 之间。")),
        ("year", FIRST_YEAR <= facts.year <= LAST_YEAR, _l("请填写四位年度，如 2025。")),
        (
            "lecturer_name",
            1 <= len(facts.lecturer_name) <= 64,
            _l("请填写主讲教师姓名，不超过 64 个字。"),
        ),
        ("lecturer_title", len(facts.lecturer_title) <= 64, _l("不能超过 64 个字。")),
        (
            "max_pace_tenths",
            SLOWEST_PACE_TENTHS <= facts.max_pace_tenths <= FASTEST_PACE_TENTHS,
            _l("播放速度应在 1 到 2 倍之间。"),
        ),
    )
    return next(((field, message) for field, is_right, message in checks if not is_right), None)


# Shandong 2025, 二(三): twice the hours of a selected quality course go to its lecturer.
QUALITY_FACTOR = 2


def lecturer_hours(hours: Hours) -> Hours:
    """What the lecturer of a selected quality course of so many hours gets."""
    return Hours(hours.tenths * QUALITY_FACTOR)


# What a version copies from the draft, under the same names.
VERSION_FACTS = (
    "title",
    "summary",
    "category",
    "hours",
    "year",
    "lecturer_name",
    "lecturer_title",
    "lecturer_about",
    "requires_exam",
    "max_pace_tenths",
)

# What a certificate and an hour in the bank were earned by may not change under the learner.
FROZEN_FIELDS = ("category", "hours", "year", "requires_exam")


def frozen_changes(course: Any, facts: CourseFacts) -> list[str]:
    """The frozen fields that `facts` would change."""
    return [name for name in FROZEN_FIELDS if getattr(course, name) != getattr(facts, name)]


def lesson_title(file_name: str) -> str:
    """The title of a lesson made from a file: its name without folders and ending, or ""."""
    name = unicodedata.normalize("NFC", file_name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = name.rsplit(".", 1)[0] if "." in name.strip(".") else name
    shown = "".join(character for character in stem if character.isprintable())
    return " ".join(shown.split())[:120].strip()


def free_lesson_slug(taken: Collection[str]) -> str:
    """The first of lesson-1, lesson-2, … that is not taken."""
    number = len(taken) + 1
    while f"lesson-{number}" in taken:
        number += 1
    return f"lesson-{number}"
