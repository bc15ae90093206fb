"""Staff pages: questions from a file, checked first and then written all or none; and to a file."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.catalog.models import Course
from lms.core.db import db, transaction
from lms.core.errors import DomainError, Invalid
from lms.questions import operations, queries
from lms.questions.forms import ApplyForm, ImportForm
from lms.questions.manage_views import EDIT, Page, blueprint, managed_course
from lms.questions.models import Question
from lms.questions.sheets import MAX_ROWS, read_rows
from lms.questions.workbook import (
    HEADINGS,
    Reading,
    export_workbook,
    read_questions,
    template_workbook,
)
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.refusals import show_refusal

# A thousand questions of the greatest length in UTF-8 need about 20 MB.
_ROWS_BYTES = 24 * 1024 * 1024


@blueprint.url_value_preprocessor
def _allow_rows(endpoint: str | None, _values: object) -> None:
    # The checked rows come back as one field, which is larger than fields usually may be.
    if endpoint == "manage_questions.apply_import":
        request.max_content_length = request.max_form_memory_size = _ROWS_BYTES


@blueprint.route("/import", methods=["GET", "POST"])
@staff(EDIT)
def import_questions(slug: str) -> Page:
    course = managed_course(slug)
    form = ImportForm()
    reading, rows = None, None
    if form.validate_on_submit():
        try:
            rows = read_rows(form.file.data.stream)
            reading = read_questions(rows, course)
        except DomainError as refusal:
            show_refusal(form, refusal)
    return _page(course, form, reading, rows)


def _page(
    course: Course, form: ImportForm, reading: Reading | None, rows: list[list[str]] | None
) -> tuple[str, int]:
    is_ready = reading is not None and not reading.problems
    page = render_template(
        "questions/manage/import.html",
        course=course,
        form=form,
        reading=reading,
        rows=json.dumps(rows, ensure_ascii=False) if is_ready else None,
        headings=HEADINGS,
    )
    is_wrong = form.errors or (reading is not None and not is_ready)
    return page, 422 if is_wrong else 200


@blueprint.post("/import/apply")
@staff(EDIT)
def apply_import(slug: str) -> Page | BaseResponse:
    course = managed_course(slug)
    form = ApplyForm()
    rows = _rows_from(form.rows.data)
    reading = read_questions(rows, course)
    if reading.problems:
        return _page(course, ImportForm(formdata=None), reading, rows)
    with transaction():
        operations.create_questions(current_user, course, reading.questions)
    count = len(reading.questions)
    flash(ngettext("已导入 %(num)d 道题。", "已导入 %(num)d 道题。", count), "success")
    return redirect(url_for("manage_questions.questions", slug=slug))


def _rows_from(text: str | None) -> list[list[str]]:
    try:
        rows: Any = json.loads(text or "")
    except ValueError:
        rows = None
    is_table = isinstance(rows, list) and len(rows) <= MAX_ROWS + 1
    if not is_table or not all(_is_row(row) for row in rows):
        raise Invalid(_("导入内容已损坏，请重新选择文件。"), field="rows")
    return list(rows)


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) for cell in row)


@blueprint.get("/template.xlsx")
@staff(EDIT)
def template(slug: str) -> Response:
    managed_course(slug)
    return attachment(template_workbook(), "questions-template.xlsx")


@blueprint.get("/export.xlsx")
@staff(EDIT)
def export(slug: str) -> Response:
    course = managed_course(slug)
    query = queries.questions_of(course).order_by(Question.id)
    return attachment(export_workbook(db.session.scalars(query)), f"questions-{slug}.xlsx")
