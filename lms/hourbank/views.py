"""The bank's own pages: one's own ledger, and the whole ledger for bureaus."""

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.core import clock
from lms.core.enums import HourCategory
from lms.core.permissions import Permission
from lms.hourbank import queries
from lms.hourbank.models import LedgerEntry
from lms.hourbank.policies import requirement_for
from lms.hourbank.rules import shortfall
from lms.web.auth import signed_in, staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("hourbank", __name__, url_prefix="/hourbank")


@blueprint.get("/me")
@signed_in
def me() -> str:
    person = queries.person_by_hash(current_user.identity_hash)
    this_year = clock.today().year
    year = request.args.get("year", this_year, type=record_id)
    years = sorted({this_year, year, *(queries.years_of(person) if person else ())}, reverse=True)
    sums, required = queries.sums_of(person, year), requirement_for(year)
    public, professional = sums[HourCategory.PUBLIC], sums[HourCategory.PROFESSIONAL]
    return render_template(
        "hourbank/me.html",
        year=year,
        years=years,
        public=public,
        professional=professional,
        required=required,
        short=shortfall(public, professional, required),
        entries=queries.entries_of(person, year) if person else [],
    )


@blueprint.get("/ledger")
@staff(Permission.BANK_LEDGER_READ)
def ledger() -> str:
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.ledger(), LedgerEntry.id, after)
    return render_template("hourbank/ledger.html", page=page, after=after)
