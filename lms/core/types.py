"""Values with a unit, and how they are stored: hours, money, instants."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NewType

from sqlalchemy import DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Fen = NewType("Fen", int)
"""Money in fen, a hundredth of a yuan."""

_HOURS = re.compile(r"[0-9]{1,6}(\.[0-9])?")


@dataclass(frozen=True, order=True, slots=True)
class Hours:
    """Credit hours (学时), exact to a tenth; never a float."""

    tenths: int

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Read "2.5" or "30". Raises ValueError for anything finer than a tenth, or no number."""
        text = text.strip()
        if not _HOURS.fullmatch(text):
            raise ValueError(f"not a number of hours in tenths: {text!r}")
        whole, _, tenth = text.partition(".")
        return cls(int(whole) * 10 + int(tenth or 0))

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(self.tenths + other.tenths)

    def __sub__(self, other: "Hours") -> "Hours":
        return Hours(self.tenths - other.tenths)

    def __neg__(self) -> "Hours":
        return Hours(-self.tenths)

    def __bool__(self) -> bool:
        return self.tenths != 0

    def __str__(self) -> str:
        sign = "-" if self.tenths < 0 else ""
        whole, tenth = divmod(abs(self.tenths), 10)
        return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


ZERO_HOURS = Hours(0)


def price_of(hours: Hours, fen_per_hour: int) -> Fen:
    """The price of `hours` at `fen_per_hour`, rounded half up to a fen (Rizhao 2024, 二(一)2)."""
    exact = Decimal(hours.tenths) * fen_per_hour / 10
    return Fen(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


class HoursType(TypeDecorator[Hours]):
    """Hours as an integer column of tenths."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Hours | None, dialect: Dialect) -> int | None:
        return None if value is None else value.tenths

    def process_result_value(self, value: Any, dialect: Dialect) -> Hours | None:
        return None if value is None else Hours(value)


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC on every engine; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(dt.UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        aware: dt.datetime = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
