"""/manage/people/<id>: one person, what is kept of them, and what their unit does with it."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.employments import employments_of, unit_in_charge_id
from lms.accounts.enums import PersonState
from lms.accounts.identity import IdentityPurpose
from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, is_over_posts
from lms.accounts.states import PERSON
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.permissions import Permission
from lms.memberships import operations, person_operations, request_queries
from lms.memberships.forms import FactsForm, MoveForm
from lms.memberships.merging import duplicates_of
from lms.memberships.people_views import blueprint
from lms.memberships.queries import find_visible_person
from lms.web import slots
from lms.web.auth import staff
from lms.web.limits import limiter
from lms.web.refusals import flash_refusal, show_refusal

__all__ = ["blueprint"]
_EDIT = Permission.PEOPLE_PERSON_EDIT
_Page = str | Response | tuple[str, int]
# The purposes for which people read a number; the bank's is the machine's.
PURPOSES = (IdentityPurpose.REVIEW, IdentityPurpose.ARCHIVE, IdentityPurpose.TITLE)


@blueprint.get("/<int:person_id>")
@staff(Permission.PEOPLE_PERSON_READ)
def person(person_id: int) -> str:
    found = find_visible_person(current_user, person_id)
    return render_template("memberships/manage/person.html", **_facts(found))


def _facts(found: Person) -> dict[str, Any]:
    unit_id = unit_in_charge_id(found)
    may = {
        permission
        for permission in Permission
        if permission.value.startswith("people:") and is_allowed(current_user, permission, unit_id)
    }
    is_other = found.id != current_user.id
    return {
        "person": found,
        "may": may,
        "may_edit": _EDIT in may and is_other and found.state is not PersonState.MERGED,
        "is_over_posts": is_over_posts(current_user, found, _EDIT),
        "next_states": PERSON.get(found.state, frozenset()),
        "employments": employments_of(found),
        "requests": request_queries.requests_of(found),
        "open_request": request_queries.open_request(found),
        "duplicates": duplicates_of(found),
        "purposes": PURPOSES,
        "cards": slots.collect("person.cards", person=found),
    }


@blueprint.post("/<int:person_id>/identity")
@staff(Permission.PEOPLE_IDENTITY_READ)
@limiter.limit("60/hour")
def identity(person_id: int) -> Response:
    """The whole number, once, for a purpose that is recorded; no cache may keep it."""
    find_visible_person(current_user, person_id, Permission.PEOPLE_IDENTITY_READ)
    purpose = IdentityPurpose.find(request.form.get("purpose"))
    if purpose not in PURPOSES:
        raise Invalid(_("请选择查看的原因。"), field="purpose")
    with transaction():
        number = person_operations.read_whole_number(current_user, person_id, purpose)
    page = render_template("memberships/manage/_number.html", number=number)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/<int:person_id>/edit", methods=["GET", "POST"])
@staff(_EDIT)
def edit(person_id: int) -> _Page:
    found = find_visible_person(current_user, person_id, _EDIT)
    form = FactsForm()
    if request.method == "GET":
        form.fill(found)
    if form.validate_on_submit():
        try:
            with transaction():
                person_operations.edit_person(current_user, person_id, **form.columns())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("人员信息已修改。"), "success")
            return _to_person(person_id)
    page = render_template("memberships/manage/edit.html", form=form, person=found)
    return page, 422 if form.errors else 200


@blueprint.route("/<int:person_id>/move", methods=["GET", "POST"])
@staff(_EDIT)
def move(person_id: int) -> _Page:
    """The unit proposes to another one that it take the person over."""
    found = find_visible_person(current_user, person_id, _EDIT)
    form = MoveForm()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.propose_move(current_user, found, form.unit(), form.note.data or "")
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("已提交，等待新单位同意。"), "success")
            return _to_person(person_id)
    page = render_template("memberships/manage/move.html", form=form, person=found)
    return page, 422 if form.errors else 200


# What ends the account as well as the employment, of whoever has no post out of reach.
_CLOSING = ("death", "retire")


def _deeds() -> dict[str, tuple[Callable[[Person, int], Person], str]]:
    return {
        "leave": (person_operations.record_leaving, _("已办理离职。")),
        "retire": (person_operations.retire_person, _("已办理退休。")),
        "death": (person_operations.record_death, _("已登记去世，账号已关闭。")),
        "suspend": (person_operations.suspend_person, _("账号已停用，登录已全部退出。")),
        "restore": (person_operations.restore_person, _("账号已恢复正常。")),
    }


@blueprint.post("/<int:person_id>/state")
@staff(_EDIT)
def change_state(person_id: int) -> Response:
    """Leave, retire, death, suspend or restore, as the field `deed` says."""
    find_visible_person(current_user, person_id, _EDIT)
    deed_name = request.form.get("deed", "")
    deed = _deeds().get(deed_name)
    if deed is None:
        raise Invalid()
    operation, done = deed
    try:
        with transaction():
            person = operation(current_user, person_id)
            is_half_done = deed_name in _CLOSING and person.state is PersonState.ACTIVE
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        half = _("在本单位的关系已结束；该人员在其他机构担任岗位，账号由其上级办理。")
        flash(half if is_half_done else done, "success")
    return _to_person(person_id)


def _to_person(person_id: int) -> Response:
    return redirect(url_for("manage_people.person", person_id=person_id), 303)
