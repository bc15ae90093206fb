"""Staff pages: a course on its way to learners, as the trainer leads it and as it is judged."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.catalog import review_operations, review_queries
from lms.catalog.cards import cover_url, price_now
from lms.catalog.differences import differences
from lms.catalog.forms import ReviewForm
from lms.catalog.manage_views import EDIT, PUBLISH, Page, managed_course
from lms.catalog.manage_views import blueprint as courses
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.permissions import Permission
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_reviews", __name__, url_prefix="/manage/reviews")
READ = Permission.CATALOG_REVIEW_READ


def _step(slug: str, take: Callable[[Course, str], object], done: str) -> Response:
    """Take one step with the course and tell what came of it on the course's overview."""
    found = managed_course(slug)
    form = ReviewForm()
    try:
        with transaction():
            if not form.validate():
                raise Invalid(next(iter(form.errors.values()))[0])
            take(found, form.remark.data)
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(done, "success")
    return redirect(url_for("manage_catalog.course", slug=slug))


def _in_review(course: Course) -> CourseVersion:
    if course.review is None:
        raise Conflict(_("本课程现在没有送审的版本，请刷新页面查看。"))
    return course.review


@courses.post("/<slug>/submit")
@staff(EDIT)
def submit(slug: str) -> Response:
    def take(course: Course, remark: str) -> None:
        review_operations.submit_course(current_user, course, remark)

    return _step(slug, take, _("已提交审核，审核结果会显示在这里。"))


@courses.post("/<slug>/recall")
@staff(EDIT)
def recall(slug: str) -> Response:
    def take(course: Course, remark: str) -> None:
        review_operations.recall_version(current_user, _in_review(course), remark)

    return _step(slug, take, _("已收回，可以修改后重新提交。"))


@courses.post("/<slug>/publish")
@staff(PUBLISH)
def publish(slug: str) -> Response:
    def take(course: Course, remark: str) -> None:
        review_operations.publish_version(current_user, _in_review(course), remark)

    return _step(slug, take, _("课程已发布，学员现在可以看到。"))


@courses.post("/<slug>/withdraw")
@staff(PUBLISH)
def withdraw(slug: str) -> Response:
    def take(course: Course, remark: str) -> None:
        review_operations.withdraw_course(current_user, course, remark)

    return _step(slug, take, _("课程已下架，目录中不再显示。"))


@blueprint.get("")
@staff(READ)
def reviews() -> str:
    shows_all = request.args.get("show") == "all"
    find = review_queries.versions_to_see if shows_all else review_queries.versions_to_decide
    page = newest_first(
        find(current_user), CourseVersion.id, request.args.get("after", type=record_id)
    )
    return render_template("catalog/manage/reviews.html", page=page, shows_all=shows_all)


@blueprint.route("/<int:version_id>", methods=["GET", "POST"])
@staff(READ)
def review(version_id: int) -> Page:
    version = review_queries.get_version_to_see(current_user, version_id)
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            with transaction():
                _decide(version, form.remark.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("审核意见已记录。"), "success")
            return redirect(url_for("manage_reviews.reviews"))
    return _review_page(version_id, form), 422 if form.errors or form.form_errors else 200


def _decide(version: CourseVersion, remark: str) -> None:
    decisions = {
        "approve": review_operations.approve_version,
        "return": review_operations.return_version,
    }
    decide = decisions.get(request.form.get("decision", ""))
    if decide is None:
        raise Invalid(_("请选择通过或退回。"))
    decide(current_user, version, remark)


def _review_page(version_id: int, form: ReviewForm) -> str:
    version = review_queries.get_version_to_see(current_user, version_id)
    course = version.course
    former = course.version if course.version is not version else None
    return render_template(
        "catalog/manage/review.html",
        version=version,
        course=course,
        form=form,
        changes=differences(former, version) if former is not None else [],
        former=former,
        steps=review_queries.steps_of(course),
        may_decide=review_queries.may_decide(current_user, version),
        price_fen=price_now(version),
        cover_url=cover_url(course),
    )


def waiting_count() -> int:
    """How many versions wait for the visitor."""
    return review_queries.count_to_decide(current_user)
