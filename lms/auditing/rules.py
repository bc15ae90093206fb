"""What a seal is taken of: canonical bytes of events and seals, chained digests, lines of the log.

Pure. An event is one line of canonical JSON (sorted names, ASCII, UTC). The digest of a seal is
SHA-256 over the digest of the seal before (64 zeros for the first) and the lines of its events in
the order of their ids. What is signed is the canonical JSON of the seal, the digest before
included; the log holds the same with the signature, one seal a line.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

EVENT_FIELDS = (
    "id",
    "happened_at",
    "actor_id",
    "organization_id",
    "address",
    "tag",
    "subject",
    "detail",
)
NO_DIGEST = "0" * 64
# Ids begin at 1, but whoever writes behind the back of the sequence need not keep to that.
BELOW_ALL_IDS = -(2**63)
# How long before the events sealed earlier an event may have happened: what a transaction may
# last between noting an event and committing it. Anything older was written under a false date.
LATEST_COMMIT = dt.timedelta(minutes=15)
# The sealing process and the web servers may disagree a little about the time.
CLOCK_SKEW = dt.timedelta(minutes=5)
# Beat seals every 10 minutes; events that wait so much longer mean that somebody stopped it.
LONGEST_WAIT = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Seal:
    """A seal as it is signed; `last` is the id that the next one begins after."""

    number: int
    first: int
    last: int
    count: int
    digest: str
    previous: str
    key_id: str
    sealed_at: str


@dataclass(frozen=True)
class Summary:
    """What the events of a seal come to."""

    first: int | None
    last: int | None
    count: int
    digest: str
    earliest: tuple[dt.datetime, int] | None
    latest: tuple[dt.datetime, int] | None


def canonical(value: Any) -> bytes:
    """Canonical JSON; what JSON knows nothing of is written as Python names it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr).encode()


class EventRow(Protocol):
    """The columns of an event by name."""

    def __getitem__(self, name: str, /) -> Any: ...


def event_line(event: EventRow) -> bytes:
    """An event as one line of canonical JSON."""
    plain = {name: event[name] for name in EVENT_FIELDS}
    plain["happened_at"] = instant_text(event["happened_at"])
    return canonical(plain) + b"\n"


def instant_text(instant: dt.datetime) -> str:
    """An instant in UTC to the microsecond."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def summarize(previous: str, events: Iterable[EventRow]) -> Summary:
    """Chain the events to the digest of the seal before; reads each once, in order."""
    digest = hashlib.sha256(previous.encode() + b"\n")
    count, first, last = 0, None, None
    earliest = latest = None
    for event in events:
        digest.update(event_line(event))
        count, last = count + 1, event["id"]
        first = last if first is None else first
        at = (event["happened_at"], event["id"])
        earliest = min(earliest or at, at)
        latest = max(latest or at, at)
    return Summary(first, last, count, digest.hexdigest(), earliest, latest)


def signed_bytes(seal: Seal) -> bytes:
    """What is signed of a seal."""
    return canonical(seal.__dict__)


def log_line(seal: Seal, signature: str) -> str:
    """The line that goes into the log."""
    return canonical({**seal.__dict__, "signature": signature}).decode()


def read_log_line(line: bytes) -> tuple[Seal, str] | None:
    """The seal and signature of a line of the log; None for a line that holds none."""
    try:
        values = json.loads(line)
        signature = values.pop("signature")
        return Seal(**values), str(signature)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
