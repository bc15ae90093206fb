"""What was entered for a platform on a day, so that both sides can compare their books."""

import datetime as dt
import re
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from lms.core.db import db
from lms.core.errors import Invalid
from lms.hourbank.models import LedgerEntry, Platform
from lms.hourbank.receipts import sign_claims

PAGE = 500
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def state_day(platform: Platform, date: str, after: str | None) -> str:
    """A signed page of the platform's entries of a day (YYYY-MM-DD, Shanghai), from a cursor on.

    Raises Invalid for a date that is none, and for a cursor of another day.
    """
    of_day = _entries_of(platform, _day(date))
    count, hours = db.session.execute(
        select(func.count(), func.sum(LedgerEntry.hours)).where(*of_day)
    ).one()
    page = _page(of_day, after)
    claims = {
        "platform": platform.code,
        "date": date,
        "entries": [_words(entry) for entry in page[:PAGE]],
        "next": page[PAGE - 1].number if len(page) > PAGE else None,
        "count": count,
        "sum_tenths": hours.tenths if hours else 0,
    }
    return sign_claims(claims)


def _day(date: str) -> dt.date:
    try:
        if _DAY.fullmatch(date):
            return dt.date.fromisoformat(date)
    except ValueError:
        pass
    raise Invalid(_l("日期应写作 2025-06-02 的样子。"), field="date")


def _entries_of(platform: Platform, day: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Numbers begin with their day, so that their own index finds them."""
    first = f"{day:%Y%m%d}-"
    behind = f"{day:%Y%m%d}."
    return (
        LedgerEntry.platform_id == platform.id,
        LedgerEntry.number >= first,
        LedgerEntry.number < behind,
    )


def _page(of_day: tuple[ColumnElement[bool], ...], after: str | None) -> list[LedgerEntry]:
    query = select(LedgerEntry).where(*of_day).order_by(LedgerEntry.number).limit(PAGE + 1)
    return list(db.session.scalars(query.where(LedgerEntry.number > after) if after else query))


def _words(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "entry": entry.number,
        "reference": entry.source_reference,
        "kind": entry.kind.value,
        "year": entry.year,
        "category": entry.category.value,
        "hours_tenths": entry.hours.tenths,
        "entered_at": entry.entered_at.isoformat(),
    }
