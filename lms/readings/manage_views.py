"""What a trainer sees of a lesson that is read: the stretch, the pages, the time and the hours."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.queries import is_allowed
from lms.catalog.models import Etextbook, Lesson, LessonKind
from lms.catalog.queries import get_etextbook, get_lesson, get_visible_course
from lms.catalog.rules import suggested_hours
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.permissions import Permission
from lms.readings import operations
from lms.readings.cutting import Cut, cut_stretch, most_of
from lms.readings.forms import StretchForm, stretch_form
from lms.readings.models import Reading
from lms.readings.queries import current_reading, current_readings
from lms.readings.storage import stored
from lms.web.auth import staff
from lms.web.refusals import show_refusal

blueprint = Blueprint(
    "manage_readings", __name__, url_prefix="/manage/courses/<slug>/lessons/<int:lesson_id>/reading"
)
EDIT = Permission.CATALOG_COURSE_EDIT
Page = str | Response | tuple[str, int]
# The button that only asks how long the stretch is.
_ESTIMATE = "estimate"


@blueprint.route("", methods=["GET", "POST"])
@staff(EDIT)
def edit(slug: str, lesson_id: int) -> Page:
    """Choose a book, and of it a stretch; or see first how many pages and hours it makes."""
    lesson = _own_lesson(slug, lesson_id)
    current = current_reading(lesson_id)
    book = _chosen_book(lesson, current)
    if book is None:
        return _page(lesson, None, None, current)
    try:
        form = stretch_form(book, most_of(book), current)
    except DomainError as refusal:
        flash(str(refusal.message), "danger")
        return _page(lesson, None, None, current)
    if not form.validate_on_submit():
        return _page(lesson, book, form, current)
    try:
        # Before the transaction: cutting a large book takes longer than others should wait.
        cut = cut_stretch(book, form.first.data, form.last.data)
        if _ESTIMATE in request.form:
            return _page(lesson, book, form, current, cut)
        with stored(cut) as pages, transaction():
            operations.set_reading(current_user, lesson, book, form.stretch(), pages)
    except DomainError as refusal:
        show_refusal(form, refusal)
        return _page(lesson, book, form, current)
    flash(_("阅读内容已保存。"), "success")
    return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=f"lesson-{lesson_id}"))


def _own_lesson(slug: str, lesson_id: int) -> Lesson:
    course = get_visible_course(slug, current_user)
    if not is_allowed(current_user, EDIT, course.base_id):
        raise NotFound()
    lesson = get_lesson(course, lesson_id)
    if lesson.kind is not LessonKind.READING:
        raise NotFound()
    return lesson


def _chosen_book(lesson: Lesson, current: Reading | None) -> Etextbook | None:
    """The book that was asked for, or the one in force, or the only one there is."""
    asked = request.values.get("book", type=int)
    if asked is not None:
        return get_etextbook(lesson.course, asked)
    books = lesson.course.etextbooks
    in_force = next((book for book in books if current and book.id == current.etextbook_id), None)
    return in_force or (books[0] if len(books) == 1 else None)


def _page(
    lesson: Lesson,
    book: Etextbook | None,
    form: StretchForm | None,
    current: Reading | None,
    cut: Cut | None = None,
) -> tuple[str, int]:
    page = render_template(
        "readings/edit.html",
        course=lesson.course,
        lesson=lesson,
        book=book,
        form=form,
        current=current,
        estimate=_estimate(len(cut.pages), form) if cut is not None and form is not None else None,
    )
    return page, 422 if form is not None and form.errors else 200


def _estimate(pages: int, form: StretchForm) -> dict[str, object]:
    """How many pages, how long, and how many hours that suggests."""
    duration_ms = pages * form.page_seconds.data * 1000
    return {"pages": pages, "duration_ms": duration_ms, "hours": suggested_hours(duration_ms)}


def states(lessons: Sequence[Lesson]) -> dict[int, str]:
    """For the list of lessons: whether those that are read have something to read."""
    badge = current_app.jinja_env.get_template("readings/_state.html").module.badge  # type: ignore[attr-defined]
    found = current_readings([lesson.id for lesson in lessons])
    return {
        lesson.id: badge(found.get(lesson.id))
        for lesson in lessons
        if lesson.kind is LessonKind.READING
    }


def panel(lesson: Lesson) -> str | None:
    """The part of a lesson on the trainer's course page; None for who may not edit it."""
    if lesson.kind is not LessonKind.READING:
        return None
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        return None
    reading = current_reading(lesson.id)
    hours = suggested_hours(reading.duration_ms) if reading is not None else None
    return render_template("readings/_panel.html", lesson=lesson, reading=reading, hours=hours)
