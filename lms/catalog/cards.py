"""Courses as the cards of the catalogue show them."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from lms.catalog.covers import cover_version
from lms.catalog.models import Course
from lms.catalog.rules import course_price
from lms.catalog.version_models import CourseVersion
from lms.core.types import Fen, Hours


@dataclass(frozen=True)
class CourseCard:
    """What the macro course_card shows of a course."""

    title: str
    summary: str
    category: Any
    hours: Hours
    price_fen: Fen
    lecturer_name: str
    cover_url: str
    url: str
    is_past_closing: bool
    is_quality: bool


def price_now(course: Course | CourseVersion) -> Fen:
    """The price of a draft or a version by the setting in force, in fen."""
    return course_price(course, current_app.extensions["settings"].price_per_hour)


def cover_url(course: Course) -> str:
    """The address of the course's cover; a changed cover has another one."""
    return url_for("catalog.cover", slug=course.slug, v=cover_version(course))


def card_of(course: Course) -> CourseCard:
    """The card of a course."""
    shown = course.shown
    return CourseCard(
        title=shown.title,
        summary=shown.summary,
        category=shown.category,
        hours=shown.hours,
        price_fen=price_now(shown),
        lecturer_name=shown.lecturer_name,
        cover_url=cover_url(course),
        url=url_for("catalog.course", slug=course.slug),
        is_past_closing=course.is_past_closing,
        is_quality=course.quality is not None,
    )
