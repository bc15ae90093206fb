"""The one source of time. Everything that asks what time it is asks here, so tests can move it."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _system_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_sources: list[Callable[[], dt.datetime]] = [_system_now]


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return _sources[0]()


def now_ms() -> int:
    """The present instant as milliseconds since 1970-01-01 UTC."""
    return int(_sources[0]().timestamp() * 1000)


def today() -> dt.date:
    """The present day in Shanghai, where days end for every rule of the field."""
    return _sources[0]().astimezone(SHANGHAI).date()


def end_of_day(day: dt.date) -> dt.datetime:
    """The instant at which `day` ends in Shanghai (24:00), in UTC."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI)
    return midnight.astimezone(dt.UTC)


def set_source(source: Callable[[], dt.datetime] | None) -> None:
    """Replace the source of time (tests only); None restores the system's clock."""
    _sources[0] = source or _system_now
