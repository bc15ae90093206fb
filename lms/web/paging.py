"""Keyset paging: constant cost however deep, and no row shown twice when others are added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from lms.core.db import db
from lms.web.inputs import LARGEST_ID

Row = TypeVar("Row")
Key = tuple[Any, ...]
SEPARATOR = "~"


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


@dataclass(frozen=True)
class Place:
    """Where a page begins: after one key, before another, or (neither) at one of the two ends."""

    after: Key | None = None
    before: Key | None = None
    is_last: bool = False

    @property
    def is_backward(self) -> bool:
        """Whether its rows are read from the end to the beginning."""
        return self.is_last or self.before is not None

    @property
    def arguments(self) -> dict[str, str]:
        """The place as arguments of an address; none for the first page."""
        if self.after is not None:
            return {"after": SEPARATOR.join(map(str, self.after))}
        if self.before is not None:
            return {"before": SEPARATOR.join(map(str, self.before))}
        return {"page": "last"} if self.is_last else {}


FIRST = Place()
LAST = Place(is_last=True)


def place_of(arguments: Mapping[str, str], *types: Callable[[str], Any]) -> Place:
    """The place that arguments of an address name, each part of its key read by one of `types`.

    Whatever cannot be read is the first page: addresses are copied, cut and written by hand.
    """
    try:
        if text := arguments.get("after"):
            return Place(after=_key(text, types))
        if text := arguments.get("before"):
            return Place(before=_key(text, types))
    except ValueError:
        return FIRST
    return LAST if arguments.get("page") == "last" else FIRST


def _key(text: str, types: Sequence[Callable[[str], Any]]) -> Key:
    parts = text.split(SEPARATOR)
    return tuple(read(part) for read, part in zip(types, parts, strict=True))


def record_id(text: str) -> int:
    """The id of a record; raises ValueError for what no key column holds.

    What addresses and forms name a record (or a year) by is read by this, as `type=record_id`, and
    never by int: that takes signs, spaces and underscores, and as many digits as there are.
    """
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_ID:
        raise ValueError
    return int(text)


@dataclass(frozen=True)
class Stretch:
    """The rows that one read asks for, at most `limit` of them."""

    place: Place
    limit: int

    def apply(self, query: Select[Any], *columns: Any) -> Select[Any]:
        """`query` narrowed to the stretch, in the order of `columns`, which together are unique."""
        return self.order(self.narrow(query, *columns), *columns).limit(self.limit)

    def narrow(self, query: Select[Any], *columns: Any) -> Select[Any]:
        """`query` beyond the place, without order and limit."""
        if self.place.after is not None:
            return query.where(tuple_(*columns) > tuple_(*self.place.after))
        if self.place.before is not None:
            return query.where(tuple_(*columns) < tuple_(*self.place.before))
        return query

    def order(self, query: Select[Any], *columns: Any) -> Select[Any]:
        """`query` in the order in which the stretch is read."""
        if not self.place.is_backward:
            return query.order_by(*columns)
        return query.order_by(*(column.desc() for column in columns))


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows of one page in order; the places before and after it, None where there is nothing."""

    rows: list[Row]
    previous: Place | None
    next: Place | None


def keyset_page(
    read: Callable[[Stretch], Sequence[Row]],
    key_of: Callable[[Row], Key],
    place: Place = FIRST,
    size: int = 30,
) -> KeysetPage[Row]:
    """The page at `place`. `read` gives the rows of a stretch in the order it asks for.

    Going back to less than a page of rows shows the first page, and never a stump.
    """
    found = list(read(Stretch(place, size + 1)))
    if place.before is not None and len(found) <= size:
        return keyset_page(read, key_of, FIRST, size)
    has_more, rows = len(found) > size, found[:size]
    if not rows:
        return KeysetPage([], None, None)
    has_previous, has_next = place.after is not None, has_more
    if place.is_backward:
        rows.reverse()
        has_previous, has_next = has_more, place.before is not None
    return KeysetPage(
        rows,
        Place(before=key_of(rows[0])) if has_previous else None,
        Place(after=key_of(rows[-1])) if has_next else None,
    )
