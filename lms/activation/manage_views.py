"""The sheet of codes that a unit prints, cuts and hands out."""

from flask import Blueprint, current_app, render_template, request, url_for
from flask_login import current_user

from lms.activation.issuing import (
    MOST_ON_A_SHEET,
    chosen_people,
    issue_codes,
    waiting_people,
)
from lms.config import Settings
from lms.core.codes import shown_code
from lms.core.db import transaction
from lms.core.permissions import Permission
from lms.core.qr import draw_qr
from lms.web.auth import staff
from lms.web.paging import record_id

blueprint = Blueprint("activation_manage", __name__, url_prefix="/manage/people")


@blueprint.post("/codes")
@staff(Permission.PEOPLE_CODE_ISSUE)
def issue() -> str:
    """Codes for `person_ids`, or for whoever of `unit_id` is not activated yet. Shown this once."""
    ids = request.form.getlist("person_ids", type=record_id)
    unit_id = request.form.get("unit_id", type=record_id)
    with transaction():
        if unit_id is None:
            people = chosen_people(current_user, ids[: MOST_ON_A_SHEET + 1])
        else:
            people = waiting_people(current_user, unit_id)
        # A unit in which everybody has a password is no mistake, and told on the page.
        issued = issue_codes(current_user, people) if people or unit_id is None else []
        units = {each.person.unit.name for each in issued if each.person.unit}
    settings: Settings = current_app.extensions["settings"]
    address = settings.public_url.rstrip("/")
    return render_template(
        "activation/sheet.html",
        issued=issued,
        units=sorted(units),
        shown_code=shown_code,
        address=address,
        qr=draw_qr(address + url_for("activation.activate")),
        is_full=len(issued) == MOST_ON_A_SHEET,
    )
