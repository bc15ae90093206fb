"""The bank's statement of a day: read page by page, each page proved by the bank's key."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app

from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hours import bank
from lms.hours.models import DeliveryKind, DeliveryProblem
from lms.hours.receipts import BankProblem
from lms.hours.reconciliation.rules import Line

# A page is asked for again at once: among hundreds one may well get lost.
TRIES = 5
# How many entries have been read, of how many.
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class _Page:
    lines: list[Line]
    after: str | None
    count: int
    hours: Hours


def read_statement(day: dt.date, tell: Progress) -> list[Line]:
    """Every entry that the bank made for this platform on `day`.

    Raises BankProblem if it is not to be had, or does not add up to the sum that the bank signs.
    """
    lines: list[Line] = []
    asked: set[str | None] = set()
    after: str | None = None
    while after not in asked:
        asked.add(after)
        page = _page_with_patience(day, after)
        lines += page.lines
        tell(len(lines), page.count)
        if page.after is None:
            return _adding_up(lines, page)
        after = page.after
    raise _wrong("the statement's pages go in a circle")


def _adding_up(lines: list[Line], last: _Page) -> list[Line]:
    total = sum(line.hours.tenths for line in lines)
    if (len(lines), total) != (last.count, last.hours.tenths):
        raise _wrong("the statement's pages do not add up to its sum")
    return lines


def _page_with_patience(day: dt.date, after: str | None) -> _Page:
    for _try in range(TRIES - 1):
        try:
            return _page(day, after)
        except BankProblem as problem:
            if problem.problem in (DeliveryProblem.REFUSED, DeliveryProblem.NOT_ADMITTED):
                raise
    return _page(day, after)


def _page(day: dt.date, after: str | None) -> _Page:
    parameters = {} if after is None else {"after": after}
    words = bank.fetch(f"/daily-statements/{day.isoformat()}", **parameters).claims
    asked = {
        "platform": current_app.extensions["settings"].platform_code,
        "date": day.isoformat(),
    }
    if any(words.get(name) != value for name, value in asked.items()):
        raise _wrong("the statement is another platform's or another day's")
    try:
        return _read(words)
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong("the statement cannot be read") from error


def _read(words: dict[str, Any]) -> _Page:
    cursor = words["next"]
    return _Page(
        lines=[_line(entry) for entry in words["entries"]],
        after=None if cursor is None else str(cursor),
        count=int(words["count"]),
        hours=Hours(int(words["sum_tenths"])),
    )


def _line(entry: dict[str, Any]) -> Line:
    return Line(
        reference=str(entry["reference"]),
        kind=DeliveryKind(entry["kind"]).value,
        entry=str(entry["entry"]),
        year=int(entry["year"]),
        category=HourCategory(entry["category"]),
        hours=Hours(int(entry["hours_tenths"])),
    )


def _wrong(detail: str) -> BankProblem:
    return BankProblem(DeliveryProblem.WRONG_ANSWER, detail)
