"""A person's credits and statements, and the deliveries that staff look after."""

import datetime as dt
from collections.abc import Collection
from typing import TypeVarTuple

from flask_login import current_user
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.accounts.employments import unit_in_charge_id
from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, organizations_with
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.core.types import ZERO_HOURS, Hours
from lms.hours.models import BankStatement, Credit, Delivery, DeliveryState

Row = TypeVarTuple("Row")


def credits_of(person: Person, year: int) -> list[Credit]:
    """A person's credits of a year with their deliveries, newest first."""
    query = _credits().where(Credit.person_id == person.id, Credit.year == year)
    return list(db.session.scalars(query.order_by(Credit.id.desc())))


def _credits() -> Select[Credit]:
    return (
        select(Credit)
        .join(Credit.course)
        .options(
            contains_eager(Credit.course),
            joinedload(Credit.cycle),
            selectinload(Credit.deliveries),
        )
    )


def get_own_credit(person: Person, credit_id: int) -> Credit:
    """The person's credit; raises NotFound for another's as for none."""
    query = _credits().where(Credit.id == credit_id, Credit.person_id == person.id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def get_credit_to_inspect(actor: Person, credit_id: int) -> Credit:
    """Anybody's credit, for whoever inspects their unit; raises NotFound otherwise."""
    found = db.session.scalar(_credits().where(Credit.id == credit_id))
    if found is None or not may_inspect(actor, found.person):
        raise NotFound()
    return found


def may_inspect(actor: Person, person: Person) -> bool:
    """Whether `actor` may see how this person's hours came about."""
    return is_allowed(actor, Permission.HOURS_CREDIT_READ, unit_in_charge_id(person))


def all_credits(person: Person) -> list[Credit]:
    """A person's credits of all years, newest first."""
    query = _credits().where(Credit.person_id == person.id)
    return list(db.session.scalars(query.order_by(Credit.year.desc(), Credit.id.desc())))


def years_of(person: Person) -> list[int]:
    """The years with credits or statements, and the present one, newest first."""
    years = {clock.today().year}
    for model in (Credit, BankStatement):
        query = select(model.year).where(model.person_id == person.id).distinct()
        years.update(db.session.scalars(query))
    return sorted(years, reverse=True)


def year_to_show(person: Person) -> int:
    """The present year, or the newest with credits where the present one has none yet."""
    this_year = clock.today().year
    earned = select(Credit.year).where(Credit.person_id == person.id).distinct()
    years = set(db.session.scalars(earned))
    return this_year if this_year in years or not years else max(years)


def statement_of(person: Person, year: int) -> BankStatement | None:
    """What the bank last said of the year, if it has been asked."""
    return db.session.scalar(
        select(BankStatement).where(
            BankStatement.person_id == person.id, BankStatement.year == year
        )
    )


def own_sums(credits: list[Credit]) -> dict[HourCategory, Hours]:
    """The sums of credits earned here, without those taken back."""
    sums = dict.fromkeys(HourCategory, ZERO_HOURS)
    for credit in credits:
        if not credit.is_reversed:
            sums[credit.category] += credit.hours
    return sums


def sums_by_year(person: Person) -> list[tuple[int, dict[HourCategory, Hours]]]:
    """The sums of each year with credits, without those taken back, the newest year first."""
    by_year: dict[int, list[Credit]] = {}
    for credit in all_credits(person):
        by_year.setdefault(credit.year, []).append(credit)
    return [(year, own_sums(credits)) for year, credits in by_year.items()]


def deliveries_in(actor: Person, state: DeliveryState) -> Select[Delivery]:
    """Deliveries in this state of the bases over which `actor` may see them."""
    return (
        _deliveries_of(actor, select(Delivery))
        .join(Credit.person)
        .options(
            contains_eager(Delivery.credit).options(
                contains_eager(Credit.course), contains_eager(Credit.person)
            )
        )
        .where(Delivery.state == state)
    )


def _deliveries_of(actor: Person, query: Select[*Row]) -> Select[*Row]:
    bases = organizations_with(actor, Permission.HOURS_DELIVERY_READ)
    joined = query.join(Delivery.credit).join(Credit.course)
    return joined.where(Course.base_id.in_(bases))


def count_by_state(actor: Person) -> dict[DeliveryState, int]:
    """How many deliveries wait and how many were refused; the settled ones are not counted."""
    query = _deliveries_of(actor, select(Delivery.state, func.count(Delivery.id).label("waiting")))
    settled = Delivery.state != DeliveryState.ACKNOWLEDGED
    rows = db.session.execute(query.where(settled).group_by(Delivery.state))
    return {row.state: row.waiting for row in rows}


def count_refused_here() -> int:
    """How many refused deliveries wait for the visitor."""
    query = _deliveries_of(current_user, select(func.count(Delivery.id)))
    return db.session.scalar(query.where(Delivery.state == DeliveryState.REFUSED)) or 0


def waiting_since(actor: Person) -> dt.datetime | None:
    """Since when the oldest delivery that is still on its way waits."""
    query = _deliveries_of(actor, select(func.min(Delivery.created_at)))
    return db.session.scalar(query.where(Delivery.state == DeliveryState.PENDING))


def deliveries_to_retry(actor: Person, ids: Collection[int]) -> list[Delivery]:
    """Of the deliveries with these ids those that are not settled; what was meanwhile is left out.

    Raises NotFound unless `actor` may see all of them.
    """
    query = _deliveries_of(actor, select(Delivery)).where(Delivery.id.in_(ids))
    found = list(db.session.scalars(query.order_by(Delivery.id).with_for_update(of=Delivery)))
    if len(found) < len(set(ids)):
        raise NotFound()
    return [each for each in found if each.state is not DeliveryState.ACKNOWLEDGED]
