"""Staff pages: the courses of one's base, and what is written about them."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.accounts.operations import require
from lms.accounts.queries import is_allowed
from lms.catalog import operations, queries, review_queries
from lms.catalog.cards import cover_url, price_now
from lms.catalog.copying import copy_to_next_year
from lms.catalog.differences import differences
from lms.catalog.forms import CourseForm, CoverForm
from lms.catalog.models import Course, CourseState
from lms.catalog.version_models import VersionState
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.organizations.models import Organization
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_catalog", __name__, url_prefix="/manage/courses")
EDIT = Permission.CATALOG_COURSE_EDIT
PUBLISH = Permission.CATALOG_COURSE_PUBLISH
Page = str | Response | tuple[str, int]


def managed_course(slug: str) -> Course:
    """The course if the visitor may edit it; raises NotFound or NotAllowed if not."""
    course = queries.get_visible_course(slug, current_user)
    require(current_user, EDIT, course.base_id)
    return course


def fen_per_hour() -> int:
    price: int = current_app.extensions["settings"].price_per_hour
    return price


@blueprint.get("")
@staff(EDIT)
def courses() -> str:
    state = CourseState.find(request.args.get("state"))
    query = queries.managed_courses(current_user, state)
    page = newest_first(query, Course.id, request.args.get("after", type=record_id))
    return render_template(
        "catalog/manage/courses.html",
        page=page,
        state=state,
        states=list(CourseState),
        price_now=price_now,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@staff(EDIT)
def new_course() -> Page:
    form = CourseForm()
    bases = queries.bases_of(current_user)
    form.base_id.choices = [SelectChoice(base.id, base.name) for base in bases]
    if request.method == "GET":
        form.year.data = clock.today().year
        # One's own base comes first, not that of a branch below it.
        own = {post.organization_id for post in current_user.posts if post.is_in_force}
        form.base_id.data = next((base.id for base in bases if base.id in own), None)
    if form.validate_on_submit():
        try:
            with transaction():
                base = next(b for b in bases if b.id == form.base_id.data)
                course = _create(base, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("课程已建立，接下来请添加课时。"), "success")
            return redirect(url_for("manage_catalog.lessons", slug=course.slug))
    page = render_template("catalog/manage/new.html", form=form, fen_per_hour=fen_per_hour())
    return page, 422 if form.errors else 200


def _create(base: Organization, form: CourseForm) -> Course:
    return operations.create_course(current_user, base, form.facts(), form.slug.data or None)


@blueprint.get("/<slug>")
@staff(EDIT)
def course(slug: str) -> str:
    found = managed_course(slug)
    return render_template(
        "catalog/manage/course.html",
        course=found,
        price_fen=price_now(found),
        cover_url=cover_url(found),
        **review_facts(found),
    )


def review_facts(course: Course) -> dict[str, Any]:
    """Where the course stands on its way to learners, and what differs from what they see."""
    reference = course.review or course.version
    newest = review_queries.newest_version(course)
    return {
        "problems": queries.publish_problems(course) if course.review is None else [],
        "changes": differences(reference, course) if reference is not None else [],
        "returned": newest.steps[-1] if newest and newest.state is VersionState.RETURNED else None,
        "steps": review_queries.steps_of(course),
        "can_publish": is_allowed(current_user, PUBLISH, course.base_id),
    }


@blueprint.post("/<slug>/copy")
@staff(EDIT)
def copy(slug: str) -> Response:
    found = managed_course(slug)
    try:
        with transaction():
            copied = copy_to_next_year(current_user, found)
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(url_for("manage_catalog.course", slug=slug))
    flash(_("已建立 %(year)s 年度的草稿，请检查后提交审核。", year=copied.year), "success")
    return redirect(url_for("manage_catalog.course", slug=copied.slug))


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@staff(EDIT)
def edit(slug: str) -> Page:
    found = managed_course(slug)
    form = _edit_form(found)
    if request.method == "GET":
        form.fill(found)
    if form.validate_on_submit():
        try:
            with transaction():
                wanted = form.slug.data if "slug" in form else None
                operations.update_course(current_user, found, form.facts(found), wanted)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("课程信息已保存。"), "success")
            return redirect(url_for("manage_catalog.edit", slug=found.slug))
    return _edit_page(found, form, CoverForm(formdata=None))


def _edit_form(course: Course) -> CourseForm:
    form = CourseForm()
    del form.base_id
    if course.published_at is not None:
        del form.slug
    if queries.is_studied(course):
        del form.category, form.hours, form.year
    return form


def _edit_page(course: Course, form: CourseForm, cover_form: CoverForm) -> tuple[str, int]:
    page = render_template(
        "catalog/manage/edit.html",
        course=course,
        form=form,
        cover_form=cover_form,
        cover_url=cover_url(course),
        price_fen=price_now(course),
        fen_per_hour=fen_per_hour(),
    )
    return page, 422 if form.errors or cover_form.errors else 200


@blueprint.post("/<slug>/cover")
@staff(EDIT)
def set_cover(slug: str) -> Page:
    found = managed_course(slug)
    form = CoverForm()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.set_cover(current_user, found, form.file.data.stream)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("封面已更换。"), "success")
            return redirect(url_for("manage_catalog.edit", slug=slug))
    course_form = _edit_form(found)
    course_form.fill(found)
    return _edit_page(found, course_form, form)


@blueprint.post("/<slug>/cover/remove")
@staff(EDIT)
def remove_cover(slug: str) -> Response:
    found = managed_course(slug)
    with transaction():
        operations.set_cover(current_user, found, None)
    flash(_("已改用自动绘制的封面。"), "success")
    return redirect(url_for("manage_catalog.edit", slug=slug))
