"""/manage/people/<id>/exam-time: extra time in exams, on the page of a person and beside it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.exams.allowances import operations
from lms.exams.allowances.forms import AllowanceForm
from lms.exams.allowances.queries import allowances_of
from lms.memberships.queries import is_in_reach
from lms.web.auth import staff
from lms.web.refusals import carried_out, show_refusal

blueprint = Blueprint("exam_allowances", __name__, url_prefix="/manage/people")
_GRANT = Permission.EXAMS_ALLOWANCE_GRANT


def person_card(person: Person) -> str | None:
    """Filler of "person.cards", for staff who may grant extra time to this person."""
    if not is_in_reach(current_user, person, _GRANT):
        return None
    return render_template(
        "exams/allowances/_person_card.html",
        person=person,
        allowances=allowances_of(person.id),
        is_other=person.id != current_user.id,
        today=clock.today(),
    )


@blueprint.route("/<int:person_id>/exam-time", methods=["GET", "POST"])
@staff(_GRANT)
def grant(person_id: int) -> str | Response | tuple[str, int]:
    person = operations.person_to_allow(current_user, person_id)
    form = AllowanceForm()
    if request.method == "GET":
        form.starts_on.data = clock.today()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.grant_allowance(
                    current_user,
                    person_id,
                    form.extra_percent.data,
                    form.reason.data,
                    form.starts_on.data,
                    form.ends_on.data,
                )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("考试延时已登记。"), "success")
            return redirect(url_for("manage_people.person", person_id=person_id))
    page = render_template("exams/allowances/grant.html", form=form, person=person)
    return page, 422 if form.errors else 200


@blueprint.post("/<int:person_id>/exam-time/<int:allowance_id>/end")
@staff(_GRANT)
def end(person_id: int, allowance_id: int) -> Response:
    with carried_out(_("考试延时已终止。")):
        operations.end_allowance(current_user, person_id, allowance_id)
    return redirect(url_for("manage_people.person", person_id=person_id))
