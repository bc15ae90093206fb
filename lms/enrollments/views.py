"""Enrolling, and what a learner studies."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.catalog.cards import cover_url
from lms.catalog.models import Course
from lms.catalog.queries import get_visible_course
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict
from lms.enrollments import operations, queries
from lms.web.auth import signed_in

blueprint = Blueprint("enrollments", __name__)


@blueprint.post("/courses/<slug>/enrol")
@signed_in
def enrol(slug: str) -> Response:
    person = current_user._get_current_object()
    try:
        with transaction():
            cycle = operations.enrol(person, get_visible_course(slug, person))
            address = cycle_url(cycle.id)
    except Conflict as refusal:
        flash(str(refusal.message), "error")
        return redirect(url_for("catalog.course", slug=slug))
    return redirect(address)


def cycle_url(cycle_id: int) -> str:
    """Where a cycle is studied."""
    return url_for("watching.cycle", cycle_id=cycle_id)


def course_action(course: Course, person: Person | None) -> str | None:
    """The button of the course page: enrol, go on, or that one is done; None for what is sold."""
    cycle = queries.latest_cycle(person, course) if person is not None else None
    if cycle is None and course.shown.category is not HourCategory.PUBLIC:
        return None
    return render_template(
        "enrollments/_course_action.html",
        course=course,
        cycle=cycle,
        cycle_url=cycle_url(cycle.id) if cycle is not None else None,
        sign_in_url=None if person else url_for("accounts.sign_in", next=request.path),
    )


def my_cycles(person: Person) -> str:
    """The learner's courses, for the page 我的学习."""
    cycles = queries.cycles_of(person)
    return render_template(
        "enrollments/_my_cycles.html", cycles=cycles, cycle_url=cycle_url, cover_url=cover_url
    )
