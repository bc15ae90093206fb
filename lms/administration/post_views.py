"""Staff pages: posts are given, changed, handed over and ended."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.administration import post_operations as operations
from lms.administration import queries
from lms.administration.candidates import find_candidates, read_candidate, sign_candidate
from lms.administration.post_forms import ConfirmForm, GrantForm, LastDayForm, WhoForm
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.permissions import Permission, Role
from lms.organizations.models import Organization
from lms.web.auth import staff
from lms.web.choices import choices_of
from lms.web.limits import limiter
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_posts", __name__, url_prefix="/manage")
_GRANT = Permission.ORGANIZATIONS_POST_GRANT
# Enough for a person, too few to try out numbers.
_SEARCHES = "60/minute;600/hour"


@blueprint.route("/organizations/<int:organization_id>/posts/new", methods=["GET", "POST"])
@staff(_GRANT)
@limiter.limit(_SEARCHES, methods=["POST"])
def new(organization_id: int) -> str | Response | tuple[str, int]:
    """Choose role and last day, and look for the person; the next step shows who was found."""
    organization = queries.get_organization(current_user, organization_id, _GRANT)
    roles = operations.grantable_roles(current_user, organization)
    form = GrantForm()
    form.role.choices = choices_of(roles)
    if form.role.data is None and len(roles) == 1:
        form.role.data = roles[0].value
    found = _searched(form, organization)
    if found:
        return render_template(
            "administration/manage/post_confirm.html",
            organization=organization,
            found=_signed(found, organization),
            role=Role(form.role.data),
            ends_on=form.ends_on.data,
        )
    page = render_template(
        "administration/manage/post_new.html", organization=organization, form=form
    )
    return page, 422 if form.errors else 200


def _searched(form: WhoForm, organization: Organization) -> list[Person]:
    if not form.validate_on_submit():
        return []
    found = [
        person
        for person in find_candidates(organization, form.who.data)
        if person.id != current_user.id
    ]
    if not found:
        form.who.errors = [_("没有找到可以任职的人员，请核对。对方需要先有已激活的账号。")]
    return found


def _signed(found: list[Person], organization: Organization) -> list[tuple[Person, str]]:
    return [(person, sign_candidate(current_user, organization, person)) for person in found]


@blueprint.post("/organizations/<int:organization_id>/posts")
@staff(_GRANT)
def grant(organization_id: int) -> Response:
    """The second step: give the post to the person that was shown."""
    organization = queries.get_organization(current_user, organization_id, _GRANT)
    form = ConfirmForm()
    try:
        with transaction():
            person = _candidate(form, organization)
            role = _role(form.role.data)
            operations.grant(current_user, organization_id, person, role, form.ends_on.data)
    except DomainError as refusal:
        return _back(organization_id, refusal)
    flash(_("已任命。"), "success")
    return redirect(_address(organization_id), 303)


def _candidate(form: ConfirmForm, organization: Organization) -> Person:
    if not form.validate():
        raise Conflict(_("提交的内容不完整，请重新查找。"))
    person = read_candidate(current_user, organization, form.candidate.data)
    if person is None:
        raise Conflict(_("页面放置太久，请重新查找要任命的人员。"))
    return person


def _role(value: str | None) -> Role:
    role = Role.find(value)
    if role is None:
        raise NotFound()
    return role


@blueprint.route("/posts/<int:post_id>", methods=["GET", "POST"])
@staff(_GRANT)
def change(post_id: int) -> str | Response | tuple[str, int]:
    """Change the last day of a post."""
    post = operations.get_post(current_user, post_id)
    form = LastDayForm(ends_on=post.ends_on)
    if form.validate_on_submit():
        try:
            with transaction():
                operations.change_last_day(current_user, post_id, form.ends_on.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("已保存。"), "success")
            return redirect(_address(post.organization_id), 303)
    post = operations.get_post(current_user, post_id)
    page = render_template("administration/manage/post_change.html", post=post, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/posts/<int:post_id>/end")
@staff(_GRANT)
def end(post_id: int) -> Response:
    organization_id = operations.get_post(current_user, post_id).organization_id
    try:
        with transaction():
            was_own = operations.end(current_user, post_id).person_id == current_user.id
    except DomainError as refusal:
        return _back(organization_id, refusal)
    flash(_("岗位已结束。"), "success")
    # Whoever ended their own post may not be allowed to see the organization any more.
    return redirect(url_for("accounts.me") if was_own else _address(organization_id), 303)


@blueprint.route("/posts/<int:post_id>/hand-over", methods=["GET", "POST"])
@staff(_GRANT)
@limiter.limit(_SEARCHES, methods=["POST"])
def hand_over(post_id: int) -> str | tuple[str, int]:
    """Look for the successor; the next step shows who was found."""
    post = operations.get_post(current_user, post_id)
    form = WhoForm()
    found = _searched(form, post.organization)
    if found:
        return render_template(
            "administration/manage/hand_over_confirm.html",
            post=post,
            found=_signed(found, post.organization),
        )
    page = render_template("administration/manage/hand_over.html", post=post, form=form)
    return page, 422 if form.errors else 200


@blueprint.post("/posts/<int:post_id>/hand-over/confirm")
@staff(_GRANT)
def confirm_hand_over(post_id: int) -> Response:
    post = operations.get_post(current_user, post_id)
    organization_id, was_own = post.organization_id, post.person_id == current_user.id
    form = ConfirmForm()
    try:
        with transaction():
            post = operations.get_post(current_user, post_id)
            successor = _candidate(form, post.organization)
            operations.hand_over(current_user, post_id, successor)
    except DomainError as refusal:
        return _back(organization_id, refusal)
    flash(_("岗位已移交。"), "success")
    return redirect(url_for("accounts.me") if was_own else _address(organization_id), 303)


def _back(organization_id: int, refusal: DomainError) -> Response:
    flash_refusal(refusal)
    return redirect(_address(organization_id), 303)


def _address(organization_id: int) -> str:
    return url_for("manage_organizations.show", organization_id=organization_id)
