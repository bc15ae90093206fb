"""Staff pages: a course's exam settings, and applications for re-study."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.queries import get_course
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.exams import histories, queries, restudy_operations, settings_operations
from lms.exams.forms import DecisionForm, ExamForm
from lms.exams.models import RestudyApplication
from lms.exams.rules import ExamFacts
from lms.questions.kinds import QuestionUse
from lms.questions.queries import topics_of
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_exams", __name__, url_prefix="/manage")


@blueprint.route("/courses/<slug>/exam", methods=["GET", "POST"])
@staff(Permission.CATALOG_COURSE_EDIT)
def edit(slug: str) -> str | Response | tuple[str, int]:
    course = get_course(slug)
    require(current_user, Permission.CATALOG_COURSE_EDIT, course.base_id)
    form = ExamForm()
    settings = queries.exam_settings(course.id)
    if request.method == "GET":
        form.fill(settings_operations.facts_of(settings) if settings else ExamFacts(()))
    elif "move" in request.form:
        # Nothing is saved yet: the page comes back with the lines as they are to stand.
        form.move_line(request.form["move"])
    elif "more_lines" not in request.form and form.validate_on_submit():
        try:
            with transaction():
                settings_operations.set_exam(current_user, get_course(slug), form.facts())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("考试设置已保存。"), "success")
            return redirect(url_for("manage_exams.edit", slug=slug))
    return _edit_page(course, form)


def _edit_page(course: Course, form: ExamForm) -> tuple[str, int]:
    has_failed = bool(form.errors or form.form_errors)
    form.add_lines()
    page = render_template(
        "exams/manage/edit.html",
        course=course,
        form=form,
        problems=settings_operations.exam_problems(course),
        topics=topics_of(course, QuestionUse.EXAM),
    )
    return page, 422 if has_failed else 200


@blueprint.get("/restudy")
@staff(Permission.EXAMS_RESTUDY_DECIDE)
def restudy_list() -> str:
    page = newest_first(
        queries.applications_to_see(current_user),
        RestudyApplication.id,
        request.args.get("after", type=record_id),
    )
    keys = {histories.key_of(application.cycle) for application in page.rows}
    return render_template(
        "exams/manage/restudy.html",
        page=page,
        form=DecisionForm(),
        studies=histories.studies_of(keys),
        key_of=histories.key_of,
    )


@blueprint.post("/restudy/<int:application_id>")
@staff(Permission.EXAMS_RESTUDY_DECIDE)
def decide_restudy(application_id: int) -> Response:
    form = DecisionForm()
    approve = form.decision.data == "approve"
    try:
        with transaction():
            restudy_operations.decide_restudy(
                current_user, application_id, approve=approve, remark=form.remark.data or ""
            )
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(_("已同意，新的学习已经开始。") if approve else _("已退回申请。"), "success")
    return redirect(url_for("manage_exams.restudy_list"))
