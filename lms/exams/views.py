"""The learner's exam pages: before, during and after."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.sessions import session_of
from lms.catalog.policies import policy_of
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.queries import get_own_cycle
from lms.exams import histories, operations, queries, restudy_operations
from lms.exams.allowances.queries import allowance_on
from lms.exams.forms import RestudyForm
from lms.exams.models import Attempt, AttemptState, PaperItem, RestudyState
from lms.exams.regrade.queries import mended_since, regraded_attempts
from lms.exams.rules import ATTEMPTS_ALLOWED, read_answer
from lms.exams.saving import paper_token
from lms.exams.sections import sections_of
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import Counting
from lms.questions.rules import public_view
from lms.watching.queries import is_course_watched
from lms.web.auth import signed_in

blueprint = Blueprint("exams", __name__)


@blueprint.get("/learn/<int:cycle_id>/exam")
@signed_in
def intro(cycle_id: int) -> str:
    cycle = get_own_cycle(current_user, cycle_id)
    return render_template(
        "exams/intro.html", **exam_facts(cycle), studies=histories.studies_beside(cycle)
    )


def exam_facts(cycle: Cycle) -> dict[str, Any]:
    """What the exam page and the study page's exam card show."""
    settings = queries.version_exam(cycle.version_id)
    return {
        "cycle": cycle,
        "settings": settings,
        "minutes": queries.minutes_for(cycle.person_id, settings) if settings else 0,
        "allowance": allowance_on(cycle.person_id, clock.today()) if settings else None,
        "question_count": sum(part["count"] for part in settings.parts) if settings else 0,
        "attempts": queries.attempts_of(cycle.id),
        "running": queries.running_attempt(cycle.id),
        "attempts_left": queries.attempts_left_of(cycle),
        "attempts_allowed": ATTEMPTS_ALLOWED,
        "is_watched": is_course_watched(cycle),
        "application": queries.application_of(cycle.id),
        "has_failed": cycle.state is CycleState.FAILED,
    }


def restudy_facts(cycle: Cycle) -> dict[str, Any]:
    """What the page of the application shows besides: who decides, and all studies so far."""
    facts = exam_facts(cycle)
    application = facts["application"]
    is_open = application is not None and application.state is not RestudyState.REFUSED
    rule = application.rule if is_open else policy_of(cycle.course).restudy
    studies = histories.studies_beside(cycle)
    return {**facts, "deciders": queries.deciders(cycle, rule), "studies": studies}


@blueprint.post("/learn/<int:cycle_id>/exam")
@signed_in
def start(cycle_id: int) -> BaseResponse:
    try:
        with transaction():
            attempt = operations.open_attempt(current_user, get_own_cycle(current_user, cycle_id))
    except Conflict as refusal:
        flash(str(refusal.message), "error")
        return redirect(url_for("exams.intro", cycle_id=cycle_id))
    return redirect(url_for("exams.attempt", attempt_id=attempt.id))


@blueprint.get("/exams/<int:attempt_id>")
@signed_in
def attempt(attempt_id: int) -> str | BaseResponse:
    found = queries.own_attempt(current_user, attempt_id)
    if found.state is not AttemptState.RUNNING:
        return _result(found)
    if clock.now() > found.deadline_at:
        with transaction():
            operations.submit_attempt(
                queries.own_attempt(current_user, attempt_id), was_overdue=True
            )
        return redirect(url_for("exams.attempt", attempt_id=attempt_id))
    seconds_left = max(0, round((found.deadline_at - clock.now()).total_seconds()))
    sections = [
        (section.heading, [_shown_item(item) for item in section.items])
        for section in sections_of(queries.items_of(found))
    ]
    items = [item for _heading, shown in sections for item in shown]
    return render_template(
        "exams/paper.html",
        attempt=found,
        sections=sections,
        items=items,
        seconds_left=seconds_left,
        token=_token(found),
    )


def _token(found: Attempt) -> str:
    session = session_of(current_user)
    return paper_token(found.id, session.id) if session is not None else ""


def _shown_item(item: PaperItem) -> dict[str, Any]:
    behaviour = behaviour_of(item.question.kind)
    view = public_view(item.question, item.option_order)
    chosen = behaviour.shown_answer(item.option_order, item.chosen)
    return {"item": item, "question": view, "shape": behaviour.shape, "chosen": chosen}


def _result(found: Attempt) -> str:
    shows_answers = queries.may_see_answers(found)
    marked = queries.items_of(found)
    sections = [
        (section.heading, [_marked_item(item) for item in section.items])
        for section in (sections_of(marked) if shows_answers else [])
    ]
    return render_template(
        "exams/result.html",
        attempt=found,
        topics=queries.result_by_topic(marked),
        shows_answers=shows_answers,
        sections=sections,
        course_shows_answers=queries.shows_answers(found.cycle),
        attempts_left=queries.attempts_left_of(found.cycle),
        application=queries.application_of(found.cycle_id),
        regraded=regraded_attempts(found),
        mended_ids=mended_since(found),
    )


def _marked_item(item: PaperItem) -> dict[str, Any]:
    question = item.question
    return {
        **_shown_item(item),
        "verdict": _verdict(item),
        "lines": behaviour_of(question.kind).review(question, item.option_order, item.chosen),
    }


def _verdict(item: PaperItem) -> str:
    # The marks that were given decide, not what the question's key says today.
    if item.awarded == item.points:
        return "right"
    if item.question.counting is Counting.VOID:
        return "void"
    return "partly" if item.awarded else "wrong"


@blueprint.put("/exams/<int:attempt_id>/answers/<int:position>")
@signed_in
def save_answer(attempt_id: int, position: int) -> Response:
    """204 once it is saved; 200 and the answer that stands if another tab's is newer.

    Answers that are plainly right are saved before they come here: see saving.py.
    """
    answer = read_answer(request.get_json(silent=True))
    if answer is None:
        raise Invalid()
    with transaction():
        found = queries.own_attempt(current_user, attempt_id)
        standing = operations.save_answer(found, position, *answer)
        told = None if standing is None else _standing(standing)
    return Response(status=204) if told is None else jsonify(told)


def _standing(item: PaperItem) -> dict[str, Any]:
    behaviour = behaviour_of(item.question.kind)
    answered_at = item.answered_at or item.attempt.opened_at
    return {
        "serial": item.answer_serial,
        "chosen": behaviour.shown_answer(item.option_order, item.chosen),
        "seconds_ago": (clock.now() - answered_at).total_seconds(),
    }


@blueprint.post("/exams/<int:attempt_id>/submit")
@signed_in
def submit(attempt_id: int) -> BaseResponse:
    with transaction():
        operations.submit_attempt(queries.own_attempt(current_user, attempt_id))
    return redirect(url_for("exams.attempt", attempt_id=attempt_id))


@blueprint.route("/learn/<int:cycle_id>/restudy", methods=["GET", "POST"])
@signed_in
def restudy(cycle_id: int) -> str | BaseResponse | tuple[str, int]:
    cycle = get_own_cycle(current_user, cycle_id)
    form = RestudyForm()
    if form.validate_on_submit():
        try:
            with transaction():
                own = get_own_cycle(current_user, cycle_id)
                restudy_operations.apply_for_restudy(current_user, own, form.reason.data)
        except DomainError as refusal:
            form.reason.errors = [str(refusal.message)]
        else:
            flash(_("申请已提交，结果见本页。"), "success")
            return redirect(url_for("exams.restudy", cycle_id=cycle_id))
    page = render_template("exams/restudy.html", form=form, **restudy_facts(cycle))
    return page, 422 if form.errors else 200
