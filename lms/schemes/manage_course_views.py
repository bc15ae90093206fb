"""Staff pages: the courses of a scheme, found, put in order and taken out."""

from collections.abc import Callable
from typing import Any

from flask import Response as PlainResponse
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.catalog.models import Course
from lms.core.db import db, transaction
from lms.core.errors import DomainError, NotFound
from lms.schemes import course_operations, queries
from lms.schemes.forms import AddCourseForm, MoveForm
from lms.schemes.manage_views import EDIT, blueprint
from lms.schemes.models import Scheme
from lms.schemes.rules import MOST_COURSES
from lms.web.auth import staff
from lms.web.paging import place_of
from lms.web.refusals import flash_refusal

LONGEST_SEARCH = 128


def _to_courses(scheme_id: int, **more: Any) -> Response:
    return redirect(url_for("manage_schemes.courses", scheme_id=scheme_id, **more))


@blueprint.get("/<int:scheme_id>/courses")
@staff(EDIT)
def courses(scheme_id: int) -> str:
    scheme = queries.get_managed(current_user, scheme_id)
    revision = queries.latest_revision(scheme)
    page = queries.courses_page(revision, place_of(request.args, int, int))
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return render_template(
        "schemes/manage/courses.html",
        scheme=scheme,
        revision=revision,
        page=page,
        places=course_operations.places_of(revision, [row.course_id for row in page.rows]),
        count=queries.course_counts([revision.id]).get(revision.id, 0),
        most=MOST_COURSES,
        form=AddCourseForm(formdata=None, q=text),
        text=text,
        found=queries.search_courses(scheme, text) if text else [],
    )


@blueprint.get("/<int:scheme_id>/courses/search")
@staff(EDIT)
def search(scheme_id: int) -> PlainResponse:
    """Courses that may be added, by words of their titles; at most 20."""
    scheme = queries.get_managed(current_user, scheme_id)
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = queries.search_courses(scheme, text) if text else []
    return jsonify(courses=[_choice(course) for course in found])


def _choice(course: Course) -> dict[str, object]:
    shown = course.shown
    hours = _("%(hours)s 学时", hours=shown.hours)
    note = f"{shown.category.label} · {hours} · {course.base.name}"
    return {"id": course.id, "name": shown.title, "note": note}


@blueprint.post("/<int:scheme_id>/courses/add")
@staff(EDIT)
def add(scheme_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    form = AddCourseForm()
    if not form.validate_on_submit():
        return _to_courses(scheme_id)
    if form.course.data is None:
        # Without JavaScript the words are looked for, and the page shows what was found.
        return _to_courses(scheme_id, q=form.q.data or "")
    course = db.session.get(Course, form.course.data)
    if course is None:
        raise NotFound()
    return _change(
        scheme,
        _("已加入“%(title)s”。", title=course.shown.title),
        lambda: course_operations.add_course(current_user, scheme, course),
    )


@blueprint.post("/<int:scheme_id>/courses/<int:course_id>/move")
@staff(EDIT)
def move(scheme_id: int, course_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    form = MoveForm()
    if not form.validate_on_submit():
        flash(_("请填写位置的序号。"), "error")
        return _to_courses(scheme_id)
    place = form.place.data
    return _change(
        scheme,
        _("顺序已调整。"),
        lambda: course_operations.move_course(current_user, scheme, course_id, place),
    )


@blueprint.post("/<int:scheme_id>/courses/<int:course_id>/remove")
@staff(EDIT)
def remove(scheme_id: int, course_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    return _change(
        scheme,
        _("课程已移出方案。"),
        lambda: course_operations.remove_course(current_user, scheme, course_id),
    )


def _change(scheme: Scheme, done: str, act: Callable[[], None]) -> Response:
    """Do one change in a transaction, tell of it, and show the page it was asked on again."""
    scheme_id = scheme.id
    try:
        with transaction():
            act()
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(done, "success")
    place = {name: request.form[name] for name in ("after", "before") if request.form.get(name)}
    return _to_courses(scheme_id, **place)
