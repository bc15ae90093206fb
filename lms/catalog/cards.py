"""Courses as the cards of the catalogue show them."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from lms.catalog.covers import cover_version
from lms.catalog.models import Course
from lms.catalog.rules import course_price
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


def price_now(course: Course) -> Fen:
    """The course's price by the setting in force, in fen."""
    return course_price(course, current_app.extensions["settings"].price_per_hour)


def cover_url(course: Course) -> str:
    """The address of the course's cover; a changed cover has another one."""
    return url_for("catalog.cover", slug=course.slug, v=cover_version(course))


def card_of(course: Course) -> CourseCard:
    """The card of a course."""
    return CourseCard(
        title=course.title,
        summary=course.summary,
        category=course.category,
        hours=course.hours,
        price_fen=price_now(course),
        lecturer_name=course.lecturer_name,
        cover_url=cover_url(course),
        url=url_for("catalog.course", slug=course.slug),
        is_past_closing=course.is_past_closing,
    )
