"""Which days are to be reconciled, and what a run found."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.hours.models import Credit, Delivery
from lms.hours.reconciliation.models import Reconciliation, ReconciliationDifference

# Answers may come late, and an entry may be written down just after midnight: the last days are
# compared again each day.
AGAIN_DAYS = 3


def first_day() -> dt.date | None:
    """The day of the first delivery, before which there is nothing to reconcile."""
    written = select(Delivery.created_at).order_by(Delivery.id).limit(1)
    first = db.session.scalar(written)
    return None if first is None else first.astimezone(clock.SHANGHAI).date()


def days_due() -> list[dt.date]:
    """The days that a run is due of, oldest first.

    Each day that is over and was never compared; once a day again the last ones and those that
    still differ.
    """
    first, today = first_day(), clock.today()
    if first is None:
        return []
    rows = db.session.execute(select(Reconciliation.day, Reconciliation.reconciled_at))
    last_runs = {row.day: row.reconciled_at for row in rows}
    again = {today - dt.timedelta(days=n) for n in range(1, AGAIN_DAYS + 1)} | _open_days()
    days = (first + dt.timedelta(days=n) for n in range((today - first).days))
    return [day for day in days if _is_due(last_runs.get(day), day in again, today)]


def _is_due(last_run: dt.datetime | None, is_looked_at_again: bool, today: dt.date) -> bool:
    if last_run is None:
        return True
    return is_looked_at_again and last_run.astimezone(clock.SHANGHAI).date() < today


def _open_days() -> set[dt.date]:
    query = select(Reconciliation.day).join(Reconciliation.differences)
    return set(db.session.scalars(query.where(ReconciliationDifference.settled_at.is_(None))))


def count_open() -> int:
    """How many differences are open, of all days."""
    query = select(func.count(ReconciliationDifference.id))
    return db.session.scalar(query.where(ReconciliationDifference.settled_at.is_(None))) or 0


def open_counts(rows: Sequence[Reconciliation]) -> dict[int, int]:
    """How many differences are open of each, by its id; those without any are left out."""
    column = ReconciliationDifference.reconciliation_id
    query = (
        select(column, func.count().label("open"))
        .where(column.in_([row.id for row in rows]), ReconciliationDifference.settled_at.is_(None))
        .group_by(column)
    )
    return {row.reconciliation_id: row.open for row in db.session.execute(query)}


def between(first: dt.date, last: dt.date) -> list[Reconciliation]:
    """The days from `first` to `last` that were compared, or tried."""
    query = select(Reconciliation).where(Reconciliation.day.between(first, last))
    return list(db.session.scalars(query))


def last_run() -> dt.datetime | None:
    """When a day was last compared."""
    return db.session.scalar(select(func.max(Reconciliation.reconciled_at)))


def find(day: dt.date) -> Reconciliation | None:
    """The reconciliation of this day, if it was ever tried."""
    return db.session.scalar(select(Reconciliation).where(Reconciliation.day == day))


def open_days() -> list[Reconciliation]:
    """The days that still differ, newest first."""
    query = (
        select(Reconciliation)
        .where(Reconciliation.differences.any(ReconciliationDifference.settled_at.is_(None)))
        .order_by(Reconciliation.day.desc())
    )
    return list(db.session.scalars(query))


def differences_of(row: Reconciliation, *, is_settled: bool) -> Select[ReconciliationDifference]:
    """The open or the settled differences of a day, with their deliveries."""
    settled = ReconciliationDifference.settled_at
    delivery = joinedload(ReconciliationDifference.delivery).joinedload(Delivery.credit)
    return (
        select(ReconciliationDifference)
        .where(
            ReconciliationDifference.reconciliation_id == row.id,
            settled.is_not(None) if is_settled else settled.is_(None),
        )
        .options(delivery.joinedload(Credit.person), delivery.joinedload(Credit.course))
    )


def visible_deliveries(
    actor: Person, differences: Sequence[ReconciliationDifference]
) -> frozenset[int]:
    """Of the deliveries of these differences those that `actor` may see whole: whose they are."""
    query = (
        select(Delivery.id)
        .join(Delivery.credit)
        .join(Credit.course)
        .where(
            Delivery.id.in_([each.delivery_id for each in differences if each.delivery_id]),
            Course.base_id.in_(organizations_with(actor, Permission.HOURS_DELIVERY_READ)),
        )
    )
    return frozenset(db.session.scalars(query))


def get_difference(difference_id: int) -> ReconciliationDifference:
    """A difference; raises NotFound if there is none."""
    found = db.session.get(ReconciliationDifference, difference_id)
    if found is None:
        raise NotFound()
    return found
