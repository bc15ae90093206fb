"""Staff pages: statistics of a course's exam, of one question, and what may be looked at."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.queries import get_visible_course
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.exams.statistics import operations, queries
from lms.exams.statistics.exporting import bins, workbook_of
from lms.exams.statistics.figures import Figures
from lms.exams.statistics.rules import FEWEST_PAPERS, GROUP_PERCENT
from lms.questions.queries import get_question
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.paging import record_id

blueprint = Blueprint("exam_statistics", __name__, url_prefix="/manage/courses/<slug>/statistics")
EDIT = Permission.CATALOG_COURSE_EDIT
# By which figure questions may be put in order: where it is missing they come last.
ORDERS = ("difficulty", "discrimination", "median_seconds")


def _managed_course(slug: str) -> Course:
    course = get_visible_course(slug, current_user)
    require(current_user, EDIT, course.base_id)
    return course


def _version_asked() -> int:
    return request.args.get("version", default=0, type=record_id)


def _facts(slug: str) -> dict[str, Any]:
    """What every page of statistics shows."""
    course, version = _managed_course(slug), _version_asked()
    return {
        "course": course,
        "version": version,
        "versions": queries.version_numbers(course),
        "standing": queries.standing_of(course, version),
        "fewest": FEWEST_PAPERS,
        "group_percent": GROUP_PERCENT,
    }


@blueprint.get("")
@staff(EDIT)
def show(slug: str) -> str:
    facts = _facts(slug)
    figures = facts["standing"].figures
    order = request.args.get("sort", "")
    lines = queries.lines_of(figures) if figures else []
    if order in ORDERS:
        lines.sort(key=lambda line: (line.figures[order] is None, line.figures[order] or 0))
    return render_template(
        "exams/statistics/show.html", lines=lines, order=order, bins=bins(), **facts
    )


@blueprint.post("")
@staff(EDIT)
def ask(slug: str) -> BaseResponse:
    version = _version_asked()
    with transaction():
        operations.ask_statistics(current_user, _managed_course(slug), version)
    flash(_("正在统计，完成后显示在本页。"), "success")
    return redirect(url_for("exam_statistics.show", slug=slug, version=version or None))


@blueprint.get("/questions/<int:question_id>")
@staff(EDIT)
def question(slug: str, question_id: int) -> str:
    facts = _facts(slug)
    found = get_question(facts["course"], question_id)
    line = queries.line_of(_figures(facts), found)
    return render_template(
        "exams/statistics/question.html",
        question=found,
        line=line,
        answers=queries.answers_of(line) if line else [],
        **facts,
    )


@blueprint.get("/patterns")
@staff(EDIT)
def patterns(slug: str) -> str:
    facts = _facts(slug)
    figures = _figures(facts)
    named = queries.may_see_names(current_user, facts["course"])
    return render_template(
        "exams/statistics/patterns.html",
        figures=figures,
        papers=queries.papers_named(figures) if named else {},
        **facts,
    )


@blueprint.get("/statistics.xlsx")
@staff(EDIT)
def workbook(slug: str) -> Response:
    return attachment(workbook_of(_figures(_facts(slug))), f"exam-{slug}.xlsx")


def _figures(facts: dict[str, Any]) -> Figures:
    figures: Figures | None = facts["standing"].figures
    if figures is None:
        raise NotFound()
    return figures
