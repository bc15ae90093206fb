"""One's own statements: the year, the register form, the sheet for title review."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.core import clock
from lms.documents.pages import chinese_day
from lms.hourbank import queries
from lms.hourbank.statements import years
from lms.hourbank.statements.certificate_files import public_link
from lms.hourbank.statements.certificates import newest_certificate
from lms.hourbank.statements.register_form import print_register_form
from lms.hourbank.statements.titles import print_title_sheet, title_sheet
from lms.web.auth import signed_in
from lms.web.downloads import PDF, attachment
from lms.web.limits import limiter
from lms.web.paging import record_id

blueprint = Blueprint("statements", __name__, url_prefix="/hourbank/me")
PDF_LIMIT = "20/minute"


@blueprint.get("")
@signed_in
def year() -> str:
    return render_template(
        "hourbank/statements/year.html",
        annual=newest_certificate(current_user, asked_year()),
        public_link=public_link,
        **year_facts(current_user, asked_year()),
    )


@blueprint.get("/register-form.pdf")
@signed_in
@limiter.limit(PDF_LIMIT)
def register_form() -> Response:
    return send_register_form(current_user, asked_year())


@blueprint.get("/title-review")
@signed_in
def title_review() -> str:
    asked = asked_year()
    this_year = clock.today().year
    return render_template(
        "hourbank/statements/title_review.html",
        sheet=title_sheet(current_user, asked),
        years=sorted({this_year, this_year - 1, asked}, reverse=True),
    )


@blueprint.get("/title-review.pdf")
@signed_in
@limiter.limit(PDF_LIMIT)
def title_review_form() -> Response:
    return send_title_sheet(current_user, asked_year())


def asked_year() -> int:
    """The year in the address; this one without."""
    return years.readable_year(request.args.get("year", type=record_id))


def year_facts(person: Person, year: int) -> dict[str, object]:
    """What the pages of a year show, one's own and that which staff see."""
    account = years.account_of(person)
    statement = years.state_year(account, years.division_of(person), year)
    entries = queries.entries_of(account, year) if account is not None else []
    return {
        "person": person,
        "statement": statement,
        "years": years.years_to_choose(account, year),
        "lines": years.lines_of(entries),
        "missing": years.missing_by_category(statement),
    }


def send_register_form(person: Person, year: int) -> Response:
    """The register form of a person's year."""
    entries = years.standing_entries(years.account_of(person), year)
    unit = person.unit.name if person.unit else ""
    content = print_register_form(person.name, unit, year, entries)
    name = _("继续教育情况登记表-%(year)s-%(name)s.pdf", year=year, name=person.name)
    return attachment(content, name, PDF)


def send_title_sheet(person: Person, year: int) -> Response:
    """The sheet of a person for the title review of a year."""
    sheet = title_sheet(person, year)
    content = print_title_sheet(person, sheet, chinese_day(clock.now()))
    name = _("职称评审学时表-%(year)s-%(name)s.pdf", year=year, name=person.name)
    return attachment(content, name, PDF)
