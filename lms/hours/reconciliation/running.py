"""One run: read the bank's statement of a day, compare, keep what differs.

Receipts are read before the statement is asked for: what the bank acknowledged by then must stand
in it. What it entered since is looked up afterwards. So a run is right while deliveries go on, and
of a day that is not over.
"""

import datetime as dt
from collections.abc import Sequence
from functools import partial

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.hours.models import Delivery, DeliveryKind
from lms.hours.receipts import BankProblem
from lms.hours.reconciliation.models import Reconciliation, ReconciliationDifference
from lms.hours.reconciliation.own import Key, Known, deliveries_of, lines_of, receipts_of
from lms.hours.reconciliation.rules import Difference, Line, compare
from lms.hours.reconciliation.statement import read_statement

# A worker that has read no page for so long is taken for dead.
ALIVE = dt.timedelta(minutes=2)


def reconcile(day: dt.date) -> bool:
    """Compare both sides of `day`; False if the bank's statement is not to be had.

    Does nothing while another worker is at it.
    """
    with transaction():
        if not _claim(day):
            return True
        receipts = receipts_of(day)
    try:
        statement = read_statement(day, partial(_tell, day))
    except BankProblem as problem:
        with transaction():
            _note_problem(_of(day), problem)
        return False
    with transaction():
        _note(_of(day), receipts, statement)
    return True


def _of(day: dt.date) -> Reconciliation:
    query = select(Reconciliation).where(Reconciliation.day == day).with_for_update()
    return db.session.scalars(query).one()


def _claim(day: dt.date) -> bool:
    now = clock.now()
    row_of(day)
    claimed = db.session.scalar(
        update(Reconciliation)
        .where(
            Reconciliation.day == day,
            or_(Reconciliation.busy_until.is_(None), Reconciliation.busy_until < now),
        )
        .values(busy_until=now + ALIVE, tried_at=now, read_count=0, total_count=0)
        .returning(Reconciliation.id)
        .execution_options(synchronize_session=False)
    )
    return claimed is not None


def row_of(day: dt.date) -> Reconciliation:
    """The record of a day, made if there is none yet."""
    query = select(Reconciliation).where(Reconciliation.day == day)
    found = db.session.scalar(query)
    if found is not None:
        return found
    try:
        with db.session.begin_nested():
            db.session.add(Reconciliation(day=day))
    except IntegrityError:
        # Another worker made it in the meantime.
        pass
    return db.session.scalars(query).one()


def _tell(day: dt.date, read: int, total: int) -> None:
    with transaction():
        row = _of(day)
        row.read_count, row.total_count = read, total
        row.busy_until = clock.now() + ALIVE


def _note_problem(row: Reconciliation, problem: BankProblem) -> None:
    row.busy_until = None
    row.problem, row.last_error = problem.problem, problem.detail


def _note(row: Reconciliation, receipts: dict[Key, Known], statement: list[Line]) -> None:
    unknown = {line.key for line in statement} - receipts.keys()
    known = receipts | {key: each for key, each in deliveries_of(unknown).items() if key in unknown}
    own = lines_of(known)
    row.own_count, row.own_hours = len(own), _sum(own)
    row.bank_count, row.bank_hours = len(statement), _sum(statement)
    row.reconciled_at = clock.now()
    row.busy_until, row.problem, row.last_error = None, None, ""
    _keep(row, [_row_of(each, known) for each in compare(own, statement)])


def _sum(lines: Sequence[Line]) -> Hours:
    return Hours(sum(line.hours.tenths for line in lines))


def _keep(row: Reconciliation, found: list[ReconciliationDifference]) -> None:
    """Keep what is new, and settle what is no more; what is still there stays as it was found."""
    open_before = {_what(each): each for each in row.differences if each.settled_at is None}
    for each in found:
        if open_before.pop(_what(each), None) is None:
            row.differences.append(each)
    for each in open_before.values():
        each.settled_at = clock.now()


def _what(each: ReconciliationDifference) -> tuple[object, ...]:
    return (
        *(each.kind, each.reference, each.entry_kind),
        *(each.own_entry, each.own_year, each.own_category, each.own_hours),
        *(each.bank_entry, each.bank_year, each.bank_category, each.bank_hours),
    )


def _row_of(found: Difference, known: dict[Key, Known]) -> ReconciliationDifference:
    line = found.own or found.bank
    assert line is not None
    here = known.get(line.key)
    delivery = db.session.get(Delivery, here.delivery_id) if here else None
    row = ReconciliationDifference(
        kind=found.kind,
        reference=line.reference,
        entry_kind=DeliveryKind(line.kind),
        delivery_id=delivery.id if delivery else None,
        own_receipt=delivery.receipt if delivery else None,
        found_at=clock.now(),
    )
    for side, each in (("own", found.own), ("bank", found.bank)):
        for name in ("entry", "year", "category", "hours"):
            setattr(row, f"{side}_{name}", getattr(each, name) if each else None)
    return row
