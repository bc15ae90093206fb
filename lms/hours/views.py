"""One's own hours: the year, each credit with its whole history, and the card on /me."""

import datetime as dt

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.tasks import enqueue_after_commit
from lms.hours import queries, tasks
from lms.hours.models import BankStatement, Credit, DeliveryKind
from lms.web.auth import signed_in
from lms.web.paging import record_id

blueprint = Blueprint("hours", __name__)
# A statement younger than this is shown without asking the bank anew.
FRESH = dt.timedelta(minutes=1)


@blueprint.get("/me/hours")
@signed_in
def year() -> str:
    years = queries.years_of(current_user)
    chosen = request.args.get("year", type=record_id)
    if chosen not in years:
        chosen = queries.year_to_show(current_user)
    _refresh_statement(current_user, chosen)
    return render_template("hours/year.html", years=years, **_year(current_user, chosen))


@blueprint.get("/me/hours/<int:credit_id>")
@signed_in
def credit(credit_id: int) -> str:
    found = queries.get_own_credit(current_user, credit_id)
    return render_template("hours/credit.html", **credit_facts(found))


def credit_facts(credit: Credit) -> dict[str, object]:
    """What the pages that explain a credit show. What the bank has not proved yet is asked for."""
    unproved = [each.id for each in credit.deliveries if each.receipt and not each.proof]
    if unproved:
        with transaction():
            for delivery_id in unproved:
                enqueue_after_commit(tasks.fetch_proof, delivery_id)
    return {
        "credit": credit,
        "entry": credit.delivery(DeliveryKind.CREDIT),
        "reversal": credit.delivery(DeliveryKind.REVERSAL),
    }


def year_card(person: Person) -> str:
    """Filler of "me.cards": the rings of this year, or of the newest with hours."""
    shown = queries.year_to_show(person)
    _refresh_statement(person, shown)
    return render_template("hours/_year_card.html", **_year(person, shown))


def person_card(person: Person) -> str | None:
    """Filler of "person.cards", for staff: what was earned here, year by year."""
    years = queries.sums_by_year(person)
    if not years:
        return None
    inspected = queries.all_credits(person) if queries.may_inspect(current_user, person) else []
    return render_template("hours/_person_card.html", years=years, credits=inspected)


def _year(person: Person, year: int) -> dict[str, object]:
    credits = queries.credits_of(person, year)
    sums = queries.own_sums(credits)
    return {
        "year": year,
        "credits": credits,
        "own_public": sums[HourCategory.PUBLIC],
        "own_professional": sums[HourCategory.PROFESSIONAL],
        "statement": queries.statement_of(person, year),
    }


def _refresh_statement(person: Person, year: int) -> None:
    if _is_stale(queries.statement_of(person, year)):
        with transaction():
            enqueue_after_commit(tasks.fetch_statement, person.id, year)


def _is_stale(statement: BankStatement | None) -> bool:
    return statement is None or clock.now() - statement.as_of > FRESH
