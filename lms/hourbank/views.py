"""The whole ledger, for bureaus."""

from flask import Blueprint, render_template, request

from lms.core.permissions import Permission
from lms.hourbank import queries
from lms.hourbank.models import LedgerEntry
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("hourbank", __name__, url_prefix="/hourbank")


@blueprint.get("/ledger")
@staff(Permission.BANK_LEDGER_READ)
def ledger() -> str:
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.ledger(), LedgerEntry.id, after)
    return render_template("hourbank/ledger.html", page=page, after=after)
