"""Registrations of units, for those who approve them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.administration import queries
from lms.administration.decisions import approve_registration, refuse_registration
from lms.administration.division_names import prepare_division_names
from lms.administration.registration_forms import RefusalForm
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationState
from lms.organizations.queries import division_path
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_unit_requests", __name__, url_prefix="/manage/organizations/requests")
_SHOWN = (OrganizationState.PENDING, OrganizationState.REFUSED, OrganizationState.APPROVED)


@blueprint.get("")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
def requests() -> str:
    asked = OrganizationState.find(request.args.get("state"))
    state = asked if asked in _SHOWN else OrganizationState.PENDING
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.requests_to_see(current_user, state), Organization.id, after)
    prepare_division_names({each.division_code for each in page.rows})
    return render_template(
        "administration/manage/requests.html",
        page=page,
        state=state,
        states=_SHOWN,
        waiting=queries.count_requests(current_user),
    )


@blueprint.get("/<int:organization_id>")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
def show(organization_id: int) -> str:
    return _page(organization_id, RefusalForm())


@blueprint.post("/<int:organization_id>/approve")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
def approve(organization_id: int) -> Response:
    try:
        with transaction():
            approve_registration(current_user, organization_id)
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(url_for("manage_unit_requests.show", organization_id=organization_id), 303)
    flash(_("已通过，注册人已成为单位管理员。"), "success")
    return redirect(url_for("manage_unit_requests.requests"), 303)


@blueprint.post("/<int:organization_id>/refuse")
@staff(Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
def refuse(organization_id: int) -> Response | tuple[str, int]:
    form = RefusalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                refuse_registration(current_user, organization_id, form.reason.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("已退回，注册人会看到原因。"), "success")
            return redirect(url_for("manage_unit_requests.requests"), 303)
    return _page(organization_id, form), 422


def _page(organization_id: int, form: RefusalForm) -> str:
    unit = queries.get_request(current_user, organization_id)
    registrant = queries.registrant_of(unit)
    return render_template(
        "administration/manage/request.html",
        unit=unit,
        path=division_path(unit.division_code),
        registrant=registrant,
        is_own=registrant is not None and registrant.id == current_user.id,
        form=form,
    )
