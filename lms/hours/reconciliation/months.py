"""The days of a month as a page shows them."""

import datetime as dt
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.core import clock
from lms.core.enums import LabelledEnum
from lms.hours.reconciliation import queries
from lms.hours.reconciliation.models import Reconciliation


class DayState(LabelledEnum):
    """How a day stands."""

    AGREED = "agreed", _l("两边一致"), "success"
    DIFFERENT = "different", _l("有差异"), "danger"
    RUNNING = "running", _l("正在对账"), "info"
    UNANSWERED = "unanswered", _l("没有取得账单"), "warning"
    WAITING = "waiting", _l("尚未对账"), "neutral"


@dataclass(frozen=True)
class ShownDay:
    """A day with how it stands; `row` is None where no run was tried yet."""

    day: dt.date
    row: Reconciliation | None
    open_count: int

    @property
    def state(self) -> DayState:
        row = self.row
        if row is not None and row.busy_until is not None and row.busy_until > clock.now():
            return DayState.RUNNING
        if row is not None and row.problem is not None:
            return DayState.UNANSWERED
        if row is None or row.reconciled_at is None:
            return DayState.WAITING
        return DayState.DIFFERENT if self.open_count else DayState.AGREED


@dataclass(frozen=True)
class Month:
    """The days of a month that have deliveries behind them, newest first, and its neighbours."""

    first: dt.date
    days: list[ShownDay]
    previous: dt.date | None
    next: dt.date | None


def month_of(text: str | None) -> dt.date:
    """The first day of the month "2026-11"; of the present one for anything else."""
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return clock.today().replace(day=1)


def month(first: dt.date) -> Month:
    """What there is of the month that begins on `first`."""
    begin, today = queries.first_day(), clock.today()
    after = (first + dt.timedelta(days=31)).replace(day=1)
    if begin is None:
        return Month(first, [], None, None)
    last = min(today, after - dt.timedelta(days=1))
    count = max((last - max(first, begin)).days + 1, 0)
    days = [last - dt.timedelta(days=n) for n in range(count)]
    before = (first - dt.timedelta(days=1)).replace(day=1)
    return Month(
        first,
        shown(days),
        before if begin < first else None,
        after if after <= today else None,
    )


def shown(days: list[dt.date]) -> list[ShownDay]:
    """These days, which are in one stretch, newest first, with their records."""
    rows = queries.between(days[-1], days[0]) if days else []
    counts = queries.open_counts(rows)
    by_day = {row.day: row for row in rows}
    return [_shown(day, by_day.get(day), counts) for day in days]


def _shown(day: dt.date, row: Reconciliation | None, counts: dict[int, int]) -> ShownDay:
    return ShownDay(day, row, counts.get(row.id, 0) if row else 0)
