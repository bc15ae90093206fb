"""Keyset paging: constant cost however deep, and no row shown twice when others are added."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from lms.core.db import db

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page, the key of the page after it (None: there is none), and if it is first."""

    rows: list[Row]
    next_key: int | None
    is_first: bool


def newest_first(
    query: Select[Any], key: "InstrumentedAttribute[int]", after: int | None, size: int = 30
) -> Page[Any]:
    """A page of `query` by descending `key`, beginning below `after` (None: from the newest)."""
    wanted = query.order_by(key.desc()).limit(size + 1)
    if after is not None:
        wanted = wanted.where(key < after)
    rows = list(db.session.scalars(wanted))
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, getattr(rows[-1], key.key) if more else None, after is None)
