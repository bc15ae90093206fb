"""Staff pages: who is at risk, one person's year, and their forms."""

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, organizations_with
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.hourbank.statements import exporting, risk, years
from lms.hourbank.statements.risk_forms import RiskForm, kept_arguments
from lms.hourbank.statements.titles import title_sheet
from lms.hourbank.statements.views import (
    PDF_LIMIT,
    asked_year,
    send_register_form,
    send_title_sheet,
    year_facts,
)
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.limits import limiter
from lms.web.paging import place_of, record_id

blueprint = Blueprint("manage_statements", __name__, url_prefix="/hourbank/manage/people")
_READ = Permission.BANK_STATEMENT_READ


@blueprint.get("")
@staff(_READ)
def people() -> str:
    form = RiskForm(request.args)
    form.validate()
    wanted = form.wanted()
    return render_template(
        "hourbank/statements/manage/people.html",
        form=form,
        wanted=wanted,
        kept=kept_arguments(request.args),
        page=risk.risk_page(current_user, wanted, place_of(request.args, _short, record_id)),
        summary=risk.summarize(current_user, wanted),
        standings=risk.Standing,
        has_many_units=_has_many_units(),
    )


def _short(text: str) -> int:
    """The first part of a key: the missing tenths, with a minus."""
    return -record_id(text.removeprefix("-"))


def _has_many_units() -> bool:
    return len(db.session.scalars(organizations_with(current_user, _READ).limit(2)).all()) > 1


@blueprint.post("/export")
@staff(_READ)
@limiter.limit("20/minute")
def export() -> Response:
    """The list as it is filtered, as a workbook, numbers masked."""
    form = RiskForm(request.form)
    form.validate()
    wanted = form.wanted()
    content = exporting.export_risk(current_user, wanted)
    return attachment(content, f"hours-{wanted.year}.xlsx")


@blueprint.get("/<int:person_id>")
@staff(_READ)
def person(person_id: int) -> str:
    found = _find(person_id)
    return render_template(
        "hourbank/statements/manage/person.html",
        sheet=title_sheet(found, asked_year()),
        **year_facts(found, asked_year()),
    )


@blueprint.get("/<int:person_id>/register-form.pdf")
@staff(_READ)
@limiter.limit(PDF_LIMIT)
def register_form(person_id: int) -> Response:
    return send_register_form(_find(person_id), asked_year())


@blueprint.get("/<int:person_id>/title-review.pdf")
@staff(_READ)
@limiter.limit(PDF_LIMIT)
def title_review_form(person_id: int) -> Response:
    return send_title_sheet(_find(person_id), asked_year())


def _find(person_id: int) -> Person:
    """The person if the visitor is in charge of their unit; raises NotFound for anybody else."""
    found = db.session.get(Person, person_id)
    if found is None or not is_allowed(current_user, _READ, found.unit_id):
        raise NotFound()
    return found


def person_card(person: Person) -> str | None:
    """Filler of "person.cards", for staff in charge: how the person stands this year."""
    if not is_allowed(current_user, _READ, person.unit_id):
        return None
    account, this_year = years.account_of(person), clock.today().year
    statement = years.state_year(account, years.division_of(person), this_year)
    return render_template(
        "hourbank/statements/manage/_person_card.html", person=person, statement=statement
    )
