"""Writing lines of the ledger and the sums that go with them. Nothing else writes there."""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms.accounts.vault import vault
from lms.core import clock
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.leaves import LeafFields, instant_text, leaf_hash, person_key
from lms.hourbank.models import EntryKind, EntrySource, LedgerEntry
from lms.hourbank.sql import Row, Sql, Statement

# Crockford's letters: none is taken for another when read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_INSERT = Statement(
    "INSERT INTO bank_ledger_entries (number, person_id, year, category, hours, kind, source, "
    "platform_id, source_reference, certificate_number, title, policy, claim_kind, reason, "
    "earned_at, entered_at, leaf_hash) SELECT number, person_id, year, category, hours, kind, "
    "source, platform_id, source_reference, certificate_number, title, policy, claim_kind, reason, "
    "earned_at, entered_at, leaf_hash FROM {rows} RETURNING number, id",
    number="text",
    person_id="int",
    year="int",
    category="text",
    hours="int",
    kind="text",
    source="text",
    platform_id="int",
    source_reference="text",
    certificate_number="text",
    title="text",
    policy="text",
    claim_kind="text",
    reason="text",
    earned_at="timestamptz",
    entered_at="timestamptz",
    leaf_hash="text",
)
_BALANCES = Statement(
    "SELECT b.person_id, b.year, b.category, b.hours FROM {rows} "
    "JOIN bank_balances b ON b.person_id = r.person_id AND b.year = r.year",
    person_id="int",
    year="int",
)
_ADD = Statement(
    "INSERT INTO bank_balances (person_id, year, category, hours) "
    "SELECT person_id, year, category, hours FROM {rows} WHERE TRUE "
    "ON CONFLICT (person_id, year, category) "
    "DO UPDATE SET hours = bank_balances.hours + excluded.hours",
    person_id="int",
    year="int",
    category="text",
    hours="int",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What an entry says, beside who, from where and when."""

    kind: EntryKind
    year: int
    category: HourCategory
    hours: Hours
    source: EntrySource
    reference: str
    certificate_number: str
    title: str
    earned_at: dt.datetime
    policy: str = ""
    claim_kind: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose hours: the row of the person, which must be locked, and its random key."""

    id: int
    record_key: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """Which platform reports."""

    id: int
    code: str


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was written, and the sums of its person's year right after it, in tenths."""

    id: int
    number: str
    leaf_hash: str
    entered_at: dt.datetime
    public_tenths: int
    professional_tenths: int


# Person, year, category.
_Key = tuple[int, int, str]


def line_of(entry: LedgerEntry) -> Line:
    """What an entry says."""
    return Line(
        kind=entry.kind,
        year=entry.year,
        category=entry.category,
        hours=entry.hours,
        source=entry.source,
        reference=entry.source_reference,
        certificate_number=entry.certificate_number,
        title=entry.title,
        earned_at=entry.earned_at,
        policy=entry.policy,
        claim_kind=entry.claim_kind,
        reason=entry.reason,
    )


def reversal_of(credit: Line, reason: str) -> Line:
    """The line that takes a credit back."""
    return replace(credit, kind=EntryKind.REVERSAL, hours=-credit.hours, reason=reason)


def write(sql: Sql, reporter: Reporter, postings: Sequence[tuple[Account, Line]]) -> list[Written]:
    """Append lines in this order and add each to its balance."""
    now = clock.now()
    rows = [_row(sql, reporter, account, line, now) for account, line in postings]
    sums_before = _sums(sql, postings)
    inserted = sql.send(_INSERT, rows)
    sums, ids = sums_before(), dict(inserted())
    written = []
    for row, (account, line) in zip(rows, postings, strict=True):
        sums[account.id, line.year, line.category.value] += line.hours.tenths
        written.append(
            Written(
                id=ids[row["number"]],
                number=row["number"],
                leaf_hash=row["leaf_hash"],
                entered_at=now,
                public_tenths=sums[account.id, line.year, HourCategory.PUBLIC.value],
                professional_tenths=sums[account.id, line.year, HourCategory.PROFESSIONAL.value],
            )
        )
    sql.run(_ADD, _added(postings))
    return written


def _sums(sql: Sql, postings: Sequence[tuple[Account, Line]]) -> Callable[[], dict[_Key, int]]:
    """Ask for the balances as they are now, of both categories; call it for the answer."""
    years = {(account.id, line.year) for account, line in postings}
    asked = [{"person_id": person_id, "year": year} for person_id, year in years]
    kept = sql.send(_BALANCES, asked)

    def sums() -> dict[_Key, int]:
        none = {(*year, category.value): 0 for year in years for category in HourCategory}
        return none | {(*key, category): tenths for *key, category, tenths in kept()}

    return sums


def _added(postings: Sequence[tuple[Account, Line]]) -> list[Row]:
    """What each balance gains, always in the same order of balances."""
    added: dict[_Key, int] = {}
    for account, line in postings:
        key = (account.id, line.year, line.category.value)
        added[key] = added.get(key, 0) + line.hours.tenths
    return [
        {"person_id": person_id, "year": year, "category": category, "hours": tenths}
        for (person_id, year, category), tenths in sorted(added.items())
    ]


def _row(
    sql: Sql, reporter: Reporter, account: Account, line: Line, entered_at: dt.datetime
) -> dict[str, Any]:
    fields = LeafFields(
        number=(number := new_number(entered_at)),
        person_key=person_key(vault(), account.record_key, number),
        platform=reporter.code,
        source=line.source.value,
        kind=line.kind.value,
        year=line.year,
        category=line.category.value,
        hours_tenths=line.hours.tenths,
        reference=line.reference,
        certificate_number=line.certificate_number,
        title=line.title,
        policy=line.policy,
        claim_kind=line.claim_kind,
        reason=line.reason,
        earned_at=instant_text(line.earned_at),
        entered_at=instant_text(entered_at),
    )
    return {
        "number": number,
        "person_id": account.id,
        "year": line.year,
        "category": fields.category,
        "hours": fields.hours_tenths,
        "kind": fields.kind,
        "source": fields.source,
        "platform_id": reporter.id,
        "source_reference": line.reference,
        "certificate_number": line.certificate_number,
        "title": line.title,
        "policy": line.policy,
        "claim_kind": line.claim_kind,
        "reason": line.reason,
        "earned_at": sql.instant(line.earned_at),
        "entered_at": sql.instant(entered_at),
        "leaf_hash": leaf_hash(fields).hex(),
    }


def new_number(entered_at: dt.datetime) -> str:
    """A number for an entry: its day in Shanghai, and fifty random bits."""
    bits = secrets.randbits(50)
    letters = "".join(_LETTERS[bits >> shift & 31] for shift in range(0, 50, 5))
    return f"{entered_at.astimezone(clock.SHANGHAI):%Y%m%d}-{letters}"
