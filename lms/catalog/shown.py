"""Courses as the audit trail shows them."""

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.subjects import Shown
from lms.catalog.models import Course, CourseState
from lms.core.db import db


def shown_courses(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Their titles; what stands in the catalogue is linked, for anybody may open it."""
    return {
        course.id: Shown(
            _("课程 %(title)s", title=course.shown.title),
            url_for("catalog.course", slug=course.slug) if viewer and _is_open(course) else None,
        )
        for course in db.session.scalars(select(Course).where(Course.id.in_(ids)))
    }


def _is_open(course: Course) -> bool:
    return course.state is CourseState.PUBLISHED
