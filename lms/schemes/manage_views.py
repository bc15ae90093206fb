"""Staff pages: the schemes one keeps, their wording, publication and history."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.accounts.queries import is_allowed
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.schemes import operations, queries
from lms.schemes.exporting import export_schemes
from lms.schemes.forms import NewSchemeForm, PublishForm, SchemeForm
from lms.schemes.models import Scheme
from lms.schemes.views import scheme_words
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.paging import newest_first, record_id
from lms.web.refusals import carried_out, flash_refusal, show_refusal

blueprint = Blueprint("manage_schemes", __name__, url_prefix="/manage/schemes")
EDIT = Permission.SCHEMES_SCHEME_EDIT
PUBLISH = Permission.SCHEMES_SCHEME_PUBLISH
Page = str | Response | tuple[str, int]


@blueprint.get("")
@staff(EDIT)
def schemes() -> str:
    years = queries.managed_years(current_user)
    asked = request.args.get("year", type=record_id)
    year = asked if asked in years else None
    query = queries.managed_schemes(current_user, year)
    page = newest_first(query, Scheme.id, request.args.get("after", type=record_id))
    revisions = queries.latest_revisions(page.rows)
    return render_template(
        "schemes/manage/index.html",
        page=page,
        revisions=revisions,
        counts=queries.course_counts([each.id for each in revisions.values()]),
        years=years,
        year=year,
    )


@blueprint.get("/export")
@staff(EDIT)
def export() -> Page:
    year = request.args.get("year", type=record_id) or clock.today().year
    try:
        content = export_schemes(current_user, year)
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(url_for("manage_schemes.schemes", year=year))
    return attachment(content, f"schemes-{year}.xlsx")


@blueprint.route("/new", methods=["GET", "POST"])
@staff(EDIT)
def new() -> Page:
    form = NewSchemeForm()
    authors = queries.authors_of(current_user)
    form.organization_id.choices = [SelectChoice(each.id, each.name) for each in authors]
    if request.method == "GET":
        form.year.data = clock.today().year
        own = {post.organization_id for post in current_user.posts if post.is_in_force}
        form.organization_id.data = next((each.id for each in authors if each.id in own), None)
    if form.validate_on_submit():
        try:
            with transaction():
                organization = next(o for o in authors if o.id == form.organization_id.data)
                scheme = operations.create_scheme(
                    current_user,
                    organization,
                    form.year.data,
                    form.series,
                    form.facts(organization),
                )
                scheme_id = scheme.id
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("学习方案已建立，接下来请填写内容。"), "success")
            return redirect(url_for("manage_schemes.edit", scheme_id=scheme_id))
    page = render_template("schemes/manage/new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/<int:scheme_id>")
@staff(EDIT)
def show(scheme_id: int) -> str:
    scheme = queries.get_managed(current_user, scheme_id)
    revision = queries.latest_revision(scheme)
    return render_template(
        "schemes/manage/show.html",
        problems=operations.publish_problems(scheme, revision),
        history=queries.history_of(scheme),
        can_publish=is_allowed(current_user, PUBLISH, scheme.organization_id),
        form=PublishForm(formdata=None),
        **scheme_words(revision),
    )


@blueprint.route("/<int:scheme_id>/edit", methods=["GET", "POST"])
@staff(EDIT)
def edit(scheme_id: int) -> Page:
    scheme = queries.get_managed(current_user, scheme_id)
    revision = queries.latest_revision(scheme)
    form = SchemeForm()
    if request.method == "GET":
        form.fill(revision)
    elif "more_rows" in request.form:
        # Nothing is saved yet: the page comes back with more rows and all that was typed.
        form.add_rows()
    elif form.validate_on_submit():
        try:
            with transaction():
                operations.update_scheme(current_user, scheme, form.facts())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("学习方案已保存。"), "success")
            return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))
    page = render_template("schemes/manage/edit.html", scheme=scheme, revision=revision, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/<int:scheme_id>/publish")
@staff(PUBLISH)
def publish(scheme_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    form = PublishForm()
    if not form.validate_on_submit():
        flash(_("修订说明不能超过 500 个字。"), "error")
        return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))
    with carried_out(_("学习方案已发布，该系列的学员现在可以看到。")):
        operations.publish_scheme(current_user, scheme, form.note.data or "")
    return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))


@blueprint.post("/<int:scheme_id>/withdraw")
@staff(PUBLISH)
def withdraw(scheme_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    with carried_out(_("学习方案已撤回，学员不再看到它。")):
        operations.withdraw_scheme(current_user, scheme)
    return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))


@blueprint.post("/<int:scheme_id>/discard")
@staff(EDIT)
def discard(scheme_id: int) -> Response:
    scheme = queries.get_managed(current_user, scheme_id)
    try:
        with transaction():
            is_gone = operations.discard_revision(current_user, scheme)
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))
    flash(_("草稿已删除。") if is_gone else _("未发布的修改已放弃。"), "success")
    if is_gone:
        return redirect(url_for("manage_schemes.schemes"))
    return redirect(url_for("manage_schemes.show", scheme_id=scheme_id))
