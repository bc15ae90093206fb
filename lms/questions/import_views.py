"""Staff pages: questions from a file of any known format, checked first, then the sound ones
written together; the faulty ones go back to the trainer with their reasons."""

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.catalog.models import Course
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.questions import kept_files, operations, queries
from lms.questions.behaviours import KeyLine, behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.formats import FORMATS, recognize
from lms.questions.formats.files import MAX_PACKAGE_BYTES
from lms.questions.formats.reading import QuestionFormat, Reading, examine
from lms.questions.formats.workbook import template_workbook
from lms.questions.forms import ImportForm
from lms.questions.kept_files import KeptFile
from lms.questions.manage_views import EDIT, Page, blueprint, managed_course
from lms.questions.pictures import picture_problem
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.refusals import flash_refusal, show_refusal

# The largest file, and what a form adds around it.
_UPLOAD_BYTES = MAX_PACKAGE_BYTES + 64 * 1024


@dataclass(frozen=True)
class Checked:
    """A file that was kept, what format it is in, and what was read."""

    kept: KeptFile
    format: QuestionFormat
    reading: Reading


@blueprint.url_value_preprocessor
def _allow_packages(endpoint: str | None, _values: object) -> None:
    if endpoint == "manage_questions.import_questions":
        request.max_content_length = _UPLOAD_BYTES


@blueprint.route("/import", methods=["GET", "POST"])
@staff(EDIT)
def import_questions(slug: str) -> Page | BaseResponse:
    course = managed_course(slug)
    form = ImportForm()
    if form.validate_on_submit():
        content = form.file.data.stream.read()
        try:
            _read(course, content)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            token = kept_files.keep(content, course.id, current_user.id)
            return redirect(url_for("manage_questions.checked_import", slug=slug, token=token))
    page = render_template(
        "questions/manage/import.html", course=course, form=form, formats=FORMATS
    )
    return page, 422 if form.errors else 200


def _read(course: Course, content: bytes) -> tuple[QuestionFormat, Reading]:
    found = recognize(content)
    reading = found.read(content)
    texts = [draft.facts.text for draft in reading.drafts if draft.facts]
    known = queries.known_texts(course, texts)
    reading = examine(reading, {lesson.title for lesson in course.lessons}, known)
    for draft in reading.sound:
        # What else a writer would be refused at the form must not stop the others here.
        spoilt = picture_problem(course, draft.facts) if draft.facts else None
        if spoilt is not None:
            draft.refuse(spoilt, _l("文字中的图片不在本课程的题库里，请先上传。"))
    return found, reading


def _checked(course: Course, token: str) -> Checked:
    kept = kept_files.find(token, course.id, current_user.id)
    return Checked(kept, *_read(course, kept.content))


@blueprint.get("/import/<token>")
@staff(EDIT)
def checked_import(slug: str, token: str) -> str:
    course = managed_course(slug)
    checked = _checked(course, token)
    return render_template(
        "questions/manage/checked.html",
        course=course,
        token=token,
        checked=checked,
        key_lines=_key_lines,
    )


def _key_lines(facts: QuestionFacts) -> list[KeyLine]:
    return behaviour_of(facts.kind).key_lines(facts)


@blueprint.post("/import/<token>")
@staff(EDIT)
def apply_import(slug: str, token: str) -> BaseResponse:
    course = managed_course(slug)
    checked = _checked(course, token)
    here = url_for("manage_questions.checked_import", slug=slug, token=token)
    try:
        count = _write(course, checked)
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(here)
    flash(ngettext("已导入 %(num)d 道题。", "已导入 %(num)d 道题。", count), "success")
    left = checked.reading.faulty
    return redirect(here if left else url_for("manage_questions.questions", slug=slug))


def _write(course: Course, checked: Checked) -> int:
    lessons = {lesson.title: lesson for lesson in course.lessons}
    rows = [
        (draft.facts, lessons.get(draft.lesson)) for draft in checked.reading.sound if draft.facts
    ]
    if not rows:
        raise Invalid(_("没有可以导入的题目。"))
    taken = kept_files.take(checked.kept)
    try:
        with transaction():
            operations.create_questions(current_user, course, rows)
    except BaseException:
        kept_files.give_back(taken)
        raise
    return len(rows)


@blueprint.get("/import/<token>/faulty")
@staff(EDIT)
def faulty_questions(slug: str, token: str) -> Response:
    checked = _checked(managed_course(slug), token)
    found = checked.format
    content = found.give_back(checked.reading.faulty)
    return attachment(content, f"questions-to-mend.{found.extension}", found.mimetype)


@blueprint.get("/template.xlsx")
@staff(EDIT)
def template(slug: str) -> Response:
    managed_course(slug)
    return attachment(template_workbook(), "questions-template.xlsx")
