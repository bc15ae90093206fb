"""Staff pages: organizations listed, shown, made, changed, closed and reopened."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.queries import is_allowed, permissions_of
from lms.administration import organization_operations as operations
from lms.administration import queries
from lms.administration.division_names import prepare_division_names
from lms.administration.organization_forms import ContactForm, FilterForm, OrganizationForm
from lms.administration.post_operations import grantable_roles
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.queries import division_path
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_organizations", __name__, url_prefix="/manage/organizations")
_APPROVE = Permission.ORGANIZATIONS_ORGANIZATION_APPROVE
_EDIT = Permission.ORGANIZATIONS_ORGANIZATION_EDIT
_SHOWN_BELOW = 10


@blueprint.get("")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_READ)
def organizations() -> str:
    form = FilterForm(request.args)
    form.validate()
    parent = _parent(request.args.get("parent", type=record_id))
    wanted = form.wanted(parent.id if parent else None)
    found = queries.organizations_to_see(current_user, wanted)
    page = newest_first(found, Organization.id, request.args.get("after", type=record_id))
    prepare_division_names({each.division_code for each in page.rows})
    names = {*form._fields, "parent"}
    kept = {key: value for key, value in request.args.items(multi=True) if key in names and value}
    return render_template(
        "administration/manage/organizations.html",
        page=page,
        form=form,
        parent=parent,
        kept=kept,
        kinds=operations.creatable_kinds(current_user),
        waiting=_waiting(),
    )


def _parent(parent_id: int | None) -> Organization | None:
    return queries.get_organization(current_user, parent_id) if parent_id else None


def _waiting() -> int | None:
    is_judge = _APPROVE in permissions_of(current_user)
    return queries.count_requests(current_user) if is_judge else None


@blueprint.route("/new", methods=["GET", "POST"])
@staff(Permission.ORGANIZATIONS_ORGANIZATION_CREATE)
def create() -> str | Response | tuple[str, int]:
    kinds = operations.creatable_kinds(current_user)
    kind = OrganizationKind.find(request.args.get("kind"))
    if kind is None or kind not in kinds:
        return render_template("administration/manage/choose_kind.html", kinds=kinds)
    form = OrganizationForm(kind)
    if request.method == "GET":
        _suggest(form)
    if form.validate_on_submit():
        try:
            with transaction():
                made = operations.add_organization(current_user, form.facts())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("机构已建立，可以继续任命管理人员。"), "success")
            return redirect(_address(made.id), 303)
    page = render_template("administration/manage/create.html", form=form, kind=kind)
    return page, 422 if form.errors else 200


def _suggest(form: OrganizationForm) -> None:
    """Begin with the actor's own division, and own department as the superior."""
    post = queries.posts_with(current_user, Permission.ORGANIZATIONS_ORGANIZATION_CREATE)[0]
    form.division_code.data = post.organization.division_code
    if form.parent_id and post.organization.kind in form.parent_id.kinds:
        form.parent_id.data = post.organization_id


@blueprint.get("/<int:organization_id>")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_READ)
def show(organization_id: int) -> str:
    organization = queries.get_organization(current_user, organization_id)
    return render_template("administration/manage/organization.html", **_facts(organization))


def _facts(organization: Organization) -> dict[str, Any]:
    below = queries.organizations_to_see(current_user, queries.Filter(parent_id=organization.id))
    return {
        "organization": organization,
        "path": division_path(organization.division_code),
        "people": queries.count_people(organization),
        "below": newest_first(below, Organization.id, None, _SHOWN_BELOW),
        "below_count": queries.count_below(organization),
        "posts": queries.current_posts(organization),
        "past_posts": queries.past_posts(organization),
        "roles": grantable_roles(current_user, organization),
        "is_superior": queries.is_superior(current_user, _EDIT, organization),
        "may_edit": is_allowed(current_user, _EDIT, organization.id),
    }


@blueprint.route("/<int:organization_id>/edit", methods=["GET", "POST"])
@staff(Permission.ORGANIZATIONS_ORGANIZATION_EDIT)
def edit(organization_id: int) -> str | Response | tuple[str, int]:
    organization = queries.get_organization(current_user, organization_id, _EDIT)
    is_superior = queries.is_superior(current_user, _EDIT, organization)
    form = OrganizationForm(organization.kind) if is_superior else ContactForm()
    if request.method == "GET":
        form.fill(organization)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.edit_organization(
                    current_user, organization_id, form.facts_of(organization)
                )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("已保存。"), "success")
            return redirect(_address(organization_id), 303)
    page = render_template(
        "administration/manage/edit.html",
        form=form,
        organization=queries.get_organization(current_user, organization_id, _EDIT),
        is_superior=is_superior,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<int:organization_id>/close")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_EDIT)
def close(organization_id: int) -> Response:
    return _do(operations.close_organization, organization_id, _("机构已停用，其中的岗位已结束。"))


@blueprint.post("/<int:organization_id>/reopen")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_EDIT)
def reopen(organization_id: int) -> Response:
    return _do(operations.reopen_organization, organization_id, _("机构已恢复，请重新任命岗位。"))


def _do(operation: Any, organization_id: int, done: str) -> Response:
    try:
        with transaction():
            operation(current_user, organization_id)
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(done, "success")
    return redirect(_address(organization_id), 303)


def _address(organization_id: int) -> str:
    return url_for("manage_organizations.show", organization_id=organization_id)
