"""Staff pages: mending a key with a preview of what follows, and the record of regrades."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.queries import get_visible_course
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.exams.regrade import operations, queries
from lms.exams.regrade.forms import RegradeForm, form_for
from lms.exams.regrade.models import Regrade, RegradedAttempt
from lms.questions.behaviours import behaviour_of
from lms.questions.history import history_of
from lms.questions.mending import Key, key_of
from lms.questions.models import Counting, Question
from lms.questions.queries import get_question
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import show_refusal

blueprint = Blueprint("regrades", __name__, url_prefix="/manage/courses/<slug>/regrades")
REGRADE = Permission.EXAMS_REGRADE_APPLY


def _managed_course(slug: str) -> Course:
    course = get_visible_course(slug, current_user)
    require(current_user, REGRADE, course.base_id)
    return course


@blueprint.get("")
@staff(REGRADE)
def index(slug: str) -> str:
    course = _managed_course(slug)
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.regrades_of(course), Regrade.id, after)
    return render_template("exams/regrade/list.html", course=course, page=page)


@blueprint.route("/questions/<int:question_id>", methods=["GET", "POST"])
@staff(REGRADE)
def mend(slug: str, question_id: int) -> str | Response | tuple[str, int]:
    course = _managed_course(slug)
    question = get_question(course, question_id)
    form = form_for(question)
    if request.method == "GET":
        _fill(form, question)
    preview, status = None, 200
    if form.validate_on_submit():
        try:
            if request.form.get("step") == "apply" and form.seen.data == form.fingerprint(question):
                return _applied(slug, question_id, form)
            preview = _previewed(question, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
    if form.errors or form.form_errors:
        status = 422
    page = render_template(
        "exams/regrade/mend.html",
        course=course,
        question=question,
        form=form,
        preview=preview,
        papers=queries.papers_with(question),
        key_lines=_lines(question, key_of(question)),
        new_lines=_lines(question, form.key(question)) if preview else [],
        chain=[each for each in history_of(question).chain if each is not question],
        running=queries.running_regrade(course.id),
        short=queries.short_versions(question),
    )
    return page, status


def _fill(form: RegradeForm, question: Question) -> None:
    """Show the key that is in force; or the one before a regrade that is to be undone."""
    undone = request.args.get("undo", type=record_id)
    found = queries.get_regrade(question.course, undone) if undone else None
    form.fill(key_of(question) if found is None else found.former_key)
    form.number.data = queries.next_number(question.id)


def _previewed(question: Question, form: RegradeForm) -> queries.Preview:
    key = form.key(question)
    operations.check_regrade(question, key, form.reason.data or "")
    preview = queries.preview_of(question, key)
    form.number.data = preview.number
    form.seen.data = form.fingerprint(question)
    return preview


def _applied(slug: str, question_id: int, form: RegradeForm) -> Response:
    with transaction():
        question = get_question(_managed_course(slug), question_id)
        regrade = operations.begin_regrade(
            current_user,
            question,
            form.key(question),
            form.reason.data or "",
            number=form.number.data or 0,
            stops_asking=form.stops_asking.data,
        )
        regrade_id = regrade.id
    flash(_("答案已更正，正在重新评分。"), "success")
    return redirect(url_for("regrades.show", slug=slug, regrade_id=regrade_id))


def _lines(question: Question, key: Key) -> list[tuple[str, bool]]:
    """The question by a key, as lines to read."""
    if key.counting is not Counting.KEY:
        return [(str(key.counting.label), True)]
    written = _Keyed(question, key)
    return [
        (str(each.text), each.is_key) for each in behaviour_of(question.kind).key_lines(written)
    ]


class _Keyed:
    """A question with another answer."""

    def __init__(self, question: Question, key: Key) -> None:
        self.kind, self.text = question.kind, question.text
        self.options, self.answer = question.options, key.answer


@blueprint.get("/<int:regrade_id>")
@staff(REGRADE)
def show(slug: str, regrade_id: int) -> str:
    return render_template("exams/regrade/show.html", **_record(slug, regrade_id))


@blueprint.get("/<int:regrade_id>/progress")
@staff(REGRADE)
def progress(slug: str, regrade_id: int) -> str:
    """The record alone, for the page that waits for its end."""
    return render_template("exams/regrade/_record.html", **_record(slug, regrade_id))


def _record(slug: str, regrade_id: int) -> dict[str, object]:
    course = _managed_course(slug)
    regrade = queries.get_regrade(course, regrade_id)
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.changes_of(regrade), RegradedAttempt.attempt_id, after, size=50)
    cycles = queries.cycle_changes(regrade, {each.attempt.cycle_id for each in page.rows})
    return {
        "course": course,
        "regrade": regrade,
        "page": page,
        "cycles": cycles,
        "old_lines": _lines(regrade.question, regrade.former_key),
        "new_lines": _lines(regrade.question, regrade.key),
        "is_newest": regrade.number == queries.next_number(regrade.question_id) - 1,
    }
