"""Our side of a day: the receipts that say they are of it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from lms.core import clock
from lms.core.db import db
from lms.hours.models import Credit, Delivery, DeliveryKind, DeliveryState
from lms.hours.reconciliation.rules import Line

Key = tuple[str, str]
# How many are looked up with one statement.
_PORTION = 500


@dataclass(frozen=True)
class Known:
    """A delivery and the line that its receipt proves; no line without a receipt."""

    delivery_id: int
    line: Line | None


def receipts_of(day: dt.date) -> dict[Key, Known]:
    """The acknowledged deliveries that the bank says it entered on `day` (Asia/Shanghai)."""
    begin, end = clock.end_of_day(day - dt.timedelta(days=1)), clock.end_of_day(day)
    query = _deliveries().where(
        Delivery.state == DeliveryState.ACKNOWLEDGED,
        Delivery.entered_at >= begin,
        Delivery.entered_at < end,
    )
    return dict(_known(db.session.execute(query)))


def deliveries_of(keys: Iterable[Key]) -> dict[Key, Known]:
    """What is known here, of whatever day and state, of entries that the bank names."""
    wanted = sorted({number for key in keys if (number := _credit_id(key[0])) is not None})
    found: dict[Key, Known] = {}
    for start in range(0, len(wanted), _PORTION):
        portion = Credit.id.in_(wanted[start : start + _PORTION])
        found.update(_known(db.session.execute(_deliveries().where(portion))))
    return found


def _deliveries() -> Select[*tuple[Any, ...]]:
    return select(
        Delivery.id,
        Delivery.kind,
        Delivery.state,
        Delivery.entry_number,
        Credit.id.label("credit_id"),
        Credit.year,
        Credit.category,
        Credit.hours,
    ).join(Delivery.credit)


def _known(rows: Iterable[Row[Any]]) -> Iterator[tuple[Key, Known]]:
    for row in rows:
        key = Credit.reference_of(row.credit_id), row.kind.value
        yield key, Known(row.id, _line(key, row))


def _line(key: Key, row: Row[Any]) -> Line | None:
    if row.state is not DeliveryState.ACKNOWLEDGED:
        return None
    hours = -row.hours if row.kind is DeliveryKind.REVERSAL else row.hours
    return Line(*key, row.entry_number or "", row.year, row.category, hours)


def _credit_id(reference: str) -> int | None:
    """The credit of a reference that this platform could have given; None for any other."""
    number = reference.removeprefix(Credit.reference_of(""))
    is_ours = number.isascii() and number.isdecimal() and len(number) < 19
    return int(number) if is_ours and Credit.reference_of(int(number)) == reference else None


def lines_of(known: dict[Key, Known]) -> Sequence[Line]:
    """The lines of those that have a receipt."""
    return [each.line for each in known.values() if each.line is not None]
