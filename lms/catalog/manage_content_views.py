"""Staff pages: the lessons and e-textbooks of a course."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.catalog import operations, queries
from lms.catalog.etextbooks.reading import read_book
from lms.catalog.forms import EtextbookForm, LessonForm, NewLessonForm
from lms.catalog.manage_views import EDIT, Page, blueprint, managed_course
from lms.catalog.models import Course, LessonKind
from lms.catalog.rules import ETEXTBOOK_MAX_BYTES, lesson_title
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.web.auth import staff
from lms.web.inputs import MOST_DIGITS
from lms.web.refusals import show_refusal

NEW = "new"
# A file somewhat too large still arrives, so that the form can say so at its field.
_UPLOAD_BYTES = 3 * ETEXTBOOK_MAX_BYTES


@blueprint.url_value_preprocessor
def _allow_etextbooks(endpoint: str | None, _values: object) -> None:
    # Before the token in the form is read, for by then the body has been taken or refused.
    if endpoint == "manage_catalog.etextbooks":
        request.max_content_length = _UPLOAD_BYTES


def _lessons_page(course: Course, form: LessonForm) -> tuple[str, int]:
    """All lessons in order. What each holds comes when it is looked at, for there may be 500."""
    page = render_template("catalog/manage/lessons.html", course=course, form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/<slug>/lessons", methods=["GET", "POST"])
@staff(EDIT)
def lessons(slug: str) -> Page:
    found = managed_course(slug)
    form = NewLessonForm(prefix=f"lesson-{NEW}-")
    if form.validate_on_submit():
        try:
            with transaction():
                lesson = operations.add_lesson(
                    current_user,
                    found,
                    form.title.data,
                    form.summary.data,
                    kind=LessonKind(form.kind.data),
                )
                anchor = f"lesson-{lesson.id}"
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("课时已添加。"), "success")
            return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=anchor))
    return _lessons_page(found, form)


@blueprint.post("/<slug>/lessons/named")
@staff(EDIT)
def add_named_lesson(slug: str) -> str:
    """A lesson called after the file somebody dropped; answers with its row for the list."""
    found = managed_course(slug)
    title = lesson_title(request.form.get("file_name", ""))
    with transaction():
        lesson = operations.add_lesson(current_user, found, title or _("未命名课时"))
        number = len(found.lessons)
    return render_template(
        "catalog/manage/_lesson_part.html", course=found, lesson=lesson, number=number
    )


@blueprint.post("/<slug>/lessons/order")
@staff(EDIT)
def order_lessons(slug: str) -> Response:
    """Save the order of all lessons: their ids with commas between."""
    found = managed_course(slug)
    given = request.form.get("order", "").split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS for part in given):
        raise Invalid(field="order")
    with transaction():
        operations.order_lessons(current_user, found, [int(part) for part in given])
    return Response(status=204)


@blueprint.route("/<slug>/lessons/<int:lesson_id>", methods=["GET", "POST"])
@staff(EDIT)
def edit_lesson(slug: str, lesson_id: int) -> Page:
    """What a lesson holds: as a page, or as the part that the list of lessons asks for."""
    found = managed_course(slug)
    lesson = queries.get_lesson(found, lesson_id)
    shown = lesson if request.method == "GET" else None
    form = LessonForm(prefix=f"lesson-{lesson_id}-", obj=shown)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.update_lesson(current_user, lesson, form.title.data, form.summary.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("课时已保存。"), "success")
            anchor = f"lesson-{lesson_id}"
            return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=anchor))
    is_part = request.method == "GET" and "HX-Request" in request.headers
    name = "_lesson_body" if is_part else "lesson"
    page = render_template(f"catalog/manage/{name}.html", course=found, lesson=lesson, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/<slug>/lessons/<int:lesson_id>/move")
@staff(EDIT)
def move_lesson(slug: str, lesson_id: int) -> Response:
    found = managed_course(slug)
    places = {"up": -1, "down": 1}.get(request.form.get("direction", ""))
    if places is None:
        raise Invalid(field="direction")
    with transaction():
        lesson = queries.get_lesson(found, lesson_id)
        operations.move_lesson(current_user, lesson, places)
        is_first, is_last = lesson is found.lessons[0], lesson is found.lessons[-1]
    # The pressed button gets the focus back; at an end its twin, for it is there no longer.
    goes_up = places < 0
    button = "down" if (goes_up and is_first) or (not goes_up and not is_last) else "up"
    anchor = f"lesson-{lesson_id}-{button}"
    return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=anchor))


@blueprint.post("/<slug>/lessons/<int:lesson_id>/remove")
@staff(EDIT)
def remove_lesson(slug: str, lesson_id: int) -> Response:
    found = managed_course(slug)
    try:
        with transaction():
            operations.remove_lesson(current_user, queries.get_lesson(found, lesson_id))
    except Conflict as refusal:
        flash(str(refusal.message), "error")
    else:
        flash(_("课时已删除。"), "success")
    return redirect(url_for("manage_catalog.lessons", slug=slug))


@blueprint.route("/<slug>/etextbooks", methods=["GET", "POST"])
@staff(EDIT)
def etextbooks(slug: str) -> Page:
    found = managed_course(slug)
    form = EtextbookForm()
    if form.validate_on_submit():
        try:
            # Before the transaction: unpacking a book takes longer than others should wait.
            book = read_book(form.file.data.stream)
            with transaction():
                operations.add_etextbook(
                    current_user,
                    found,
                    form.title.data,
                    book,
                    may_download=form.may_download.data,
                )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("教材已添加。"), "success")
            if book.left_out:
                flash(_("有 %(count)d 张图片无法读取，已略去。", count=book.left_out), "warning")
            return redirect(url_for("manage_catalog.etextbooks", slug=slug))
    page = render_template("catalog/manage/etextbooks.html", course=found, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/<slug>/etextbooks/<int:etextbook_id>/remove")
@staff(EDIT)
def remove_etextbook(slug: str, etextbook_id: int) -> Response:
    found = managed_course(slug)
    with transaction():
        book = queries.get_etextbook(found, etextbook_id)
        operations.remove_etextbook(current_user, book)
    flash(_("教材已删除。"), "success")
    return redirect(url_for("manage_catalog.etextbooks", slug=slug))
