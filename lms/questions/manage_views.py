"""Staff pages: the question bank of a course."""

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
from lms.questions import operations, queries
from lms.questions.behaviours import KeyLine, behaviour_of
from lms.questions.forms import DIFFICULTIES, FilterForm
from lms.questions.kinds import KINDS
from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.question_forms import QuestionForm, form_for
from lms.questions.rules import LETTERS, QuestionFacts, problems
from lms.questions.versions import is_judged
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import show_refusal

blueprint = Blueprint("manage_questions", __name__, url_prefix="/manage/courses/<slug>/questions")
EDIT = Permission.QUESTIONS_QUESTION_EDIT
Page = str | Response | tuple[str, int]


def managed_course(slug: str) -> Course:
    """The course if the visitor may write its questions; raises NotFound or NotAllowed if not."""
    course = get_visible_course(slug, current_user)
    require(current_user, EDIT, course.base_id)
    return course


@blueprint.get("")
@staff(EDIT)
def questions(slug: str) -> str:
    course = managed_course(slug)
    form = FilterForm(request.args)
    form.validate()
    kind, use = form.kind.data, form.use.data
    query = queries.questions_of(
        course,
        kind=QuestionKind(kind) if kind and not form.kind.errors else None,
        use=QuestionUse(use) if use and not form.use.errors else None,
        text=form.q.data or "",
        is_retired=form.state.data == "retired",
    )
    page = newest_first(query, Question.id, request.args.get("after", type=record_id))
    kept = {k: v for k in ("q", "kind", "use", "state") if (v := request.args.get(k))}
    return render_template(
        "questions/manage/list.html",
        course=course,
        form=form,
        page=page,
        kept=kept,
        counts=queries.count_by_kind(course),
        kinds=KINDS,
        key_lines=_key_lines,
        difficulties=DIFFICULTIES,
    )


def _key_lines(question: Question) -> list[KeyLine]:
    return behaviour_of(question.kind).key_lines(question)


@blueprint.route("/new", methods=["GET", "POST"])
@staff(EDIT)
def new_question(slug: str) -> Page:
    course = managed_course(slug)
    asked = QuestionKind.find(request.args.get("kind"))
    kind = asked or QuestionKind.SINGLE
    form = form_for(kind)
    form.offer_lessons(course)
    facts = _valid_facts(form, kind)
    if facts is not None:
        try:
            with transaction():
                lesson = form.chosen_lesson(course)
                operations.create_question(current_user, course, facts, lesson)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("题目已添加，可以接着写下一道。"), "success")
            return redirect(url_for("manage_questions.new_question", slug=slug, kind=kind.value))
    return _form_page(course, form, kind, None)


@blueprint.route("/<int:question_id>", methods=["GET", "POST"])
@staff(EDIT)
def edit_question(slug: str, question_id: int) -> Page:
    course = managed_course(slug)
    question = queries.get_question(course, question_id)
    form = form_for(question.kind)
    form.offer_lessons(course)
    if request.method == "GET":
        form.fill(question)
    facts = _valid_facts(form, question.kind)
    if facts is not None:
        try:
            with transaction():
                lesson = form.chosen_lesson(course)
                operations.revise_question(current_user, question, facts, lesson)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("题目已保存。"), "success")
            return redirect(url_for("manage_questions.questions", slug=slug))
    return _form_page(course, form, question.kind, question)


def _valid_facts(form: QuestionForm, kind: QuestionKind) -> QuestionFacts | None:
    if not form.validate_on_submit():
        return None
    facts = form.facts(kind)
    wrong = problems(facts)
    for name, message in wrong.items():
        form[name].errors = [str(message)]
    return None if wrong else facts


def _form_page(
    course: Course, form: QuestionForm, kind: QuestionKind, question: Question | None
) -> tuple[str, int]:
    page = render_template(
        "questions/manage/edit.html",
        is_judged=question is not None and is_judged(question),
        course=course,
        form=form,
        kind=kind,
        kinds=KINDS,
        question=question,
        letters=LETTERS,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<int:question_id>/retire")
@staff(EDIT)
def retire_question(slug: str, question_id: int) -> Response:
    course = managed_course(slug)
    with transaction():
        operations.retire_question(current_user, queries.get_question(course, question_id))
    flash(_("题目已停用，今后不再出现。"), "success")
    return redirect(url_for("manage_questions.questions", slug=slug))
