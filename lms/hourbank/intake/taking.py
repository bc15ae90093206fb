"""Entering many items in a handful of statements.

Whoever repeats a request gets the answer that was given first. Of two equal requests that race,
the database turns down the second (a unique key): it is taken up again and then finds the answer.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.types import Hours
from lms.hourbank.intake.accounts import lock_accounts, open_accounts
from lms.hourbank.intake.items import Item, Outcome
from lms.hourbank.ledger import Account, Line, Reporter, Written, reversal_of, write
from lms.hourbank.models import EntryKind, EntrySource
from lms.hourbank.receipts import sign_claims, statement_words
from lms.hourbank.sql import Row, Sql, Statement

_ANSWERED = Statement(
    "SELECT a.idempotency_key, a.fingerprint, a.receipt FROM {rows} JOIN bank_answers a "
    "ON a.platform_id = :platform AND a.idempotency_key = r.key",
    key="text",
)
_ENTERED = Statement(
    "SELECT e.source_reference, e.kind, p.identity_hash, e.year, e.category, e.hours, e.source, "
    "e.certificate_number, e.title, e.policy, e.claim_kind, e.earned_at FROM {rows} "
    "JOIN bank_ledger_entries e ON e.platform_id = :platform AND e.source_reference = r.reference "
    "JOIN bank_people p ON p.id = e.person_id",
    reference="text",
)
_ANSWER = Statement(
    "INSERT INTO bank_answers (platform_id, idempotency_key, fingerprint, entry_id, receipt, "
    "answered_at) SELECT platform_id, idempotency_key, fingerprint, entry_id, receipt, "
    "answered_at FROM {rows}",
    platform_id="int",
    idempotency_key="text",
    fingerprint="text",
    entry_id="bigint",
    receipt="text",
    answered_at="timestamptz",
)


# What stands in the ledger under a reference and a kind: whose it is, and the line.
_Entered = dict[tuple[str, EntryKind], tuple[str, Line]]


def take(sql: Sql, reporter: Reporter, items: Sequence[Item]) -> list[Outcome]:
    """Enter the items in their order and answer each; nothing is entered twice.

    An item that is refused takes nothing from the others.
    """
    return [outcome for run in _runs(items) for outcome in _take_run(sql, reporter, run)]


def take_new(sql: Sql, reporter: Reporter, item: Item, accounts: dict[str, Account]) -> str:
    """Enter a credit that should be new, without looking first; its receipt.

    `accounts` is what lock_accounts has found of its person: none, or one. If it is not new, or
    somebody enters it at this moment, the database refuses one of its keys (the driver's
    IntegrityError), and the transaction must be rolled back.
    """
    assert item.person is not None
    assert item.line is not None
    whose = item.person.identity_hash
    accounts = accounts or open_accounts(sql, [item.person])
    return _enter(sql, reporter, [(item, whose, item.line)], accounts)[item.key].receipt


def _runs(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Stretches in which no item depends on an earlier one, by its key or its reference."""
    run: list[Item] = []
    seen: set[tuple[str, str]] = set()
    for item in items:
        names = {("key", item.key), ("reference", item.reference)}
        if names & seen:
            yield run
            run, seen = [], set()
        run.append(item)
        seen |= names
    yield run


def _take_run(sql: Sql, reporter: Reporter, items: list[Item]) -> list[Outcome]:
    accounts = _lock(sql, reporter, items)
    # Both are looked up under the locks: whoever waited for a rival sees what it has done.
    entered = _entered(sql, reporter, items)
    answered = {key: rest for key, *rest in _answered(sql, reporter, items)}
    outcomes: dict[str, Outcome] = {}
    postings: list[tuple[Item, str, Line]] = []
    for item in items:
        try:
            if item.key in answered:
                outcomes[item.key] = _repeated(item, *answered[item.key])
            else:
                postings.append((item, *_judged(item, entered)))
        except DomainError as refusal:
            outcomes[item.key] = Outcome(refusal=refusal)
    if postings:
        accounts |= _open(sql, postings, accounts)
        outcomes |= _enter(sql, reporter, postings, accounts)
    return [outcomes[item.key] for item in items]


def _lock(sql: Sql, reporter: Reporter, items: list[Item]) -> dict[str, Account]:
    hashes = [item.person.identity_hash for item in items if item.person]
    reversals = [item for item in items if item.kind is EntryKind.REVERSAL]
    if reversals:
        hashes += [whose for whose, _line in _entered(sql, reporter, reversals).values()]
    return lock_accounts(sql, hashes)


def _open(
    sql: Sql, postings: list[tuple[Item, str, Line]], accounts: dict[str, Account]
) -> dict[str, Account]:
    people = [item.person for item, whose, _line in postings if whose not in accounts]
    return open_accounts(sql, [person for person in people if person]) if people else {}


def _entered(sql: Sql, reporter: Reporter, items: list[Item]) -> _Entered:
    rows = [{"reference": item.reference} for item in items]
    found = {}
    for row in sql.run(_ENTERED, rows, platform=reporter.id):
        line = _line(sql, row)
        found[line.reference, line.kind] = (row[2], line)
    return found


def _line(sql: Sql, row: Any) -> Line:
    reference, kind, _whose, year, category, tenths, source, certificate, title, *rest = row
    policy, claim_kind, earned_at = rest
    return Line(
        kind=EntryKind(kind),
        year=year,
        category=HourCategory(category),
        hours=Hours(tenths),
        source=EntrySource(source),
        reference=reference,
        certificate_number=certificate,
        title=title,
        earned_at=sql.read_instant(earned_at),
        policy=policy,
        claim_kind=claim_kind,
    )


def _answered(sql: Sql, reporter: Reporter, items: list[Item]) -> list[Any]:
    rows = [{"key": item.key} for item in items]
    return sql.run(_ANSWERED, rows, platform=reporter.id)


def _repeated(item: Item, fingerprint: str, receipt: str) -> Outcome:
    if fingerprint != item.fingerprint:
        raise Conflict(_l("同一个幂等键对应了不同的内容。"))
    return Outcome(receipt)


def _judged(item: Item, entered: _Entered) -> tuple[str, Line]:
    """Whose account a new item belongs to, and the line to enter there."""
    credit = entered.get((item.reference, EntryKind.CREDIT))
    if item.person is not None and item.line is not None:
        if credit is not None:
            raise Conflict(_l("这条学时已经入账。"))
        return item.person.identity_hash, item.line
    if credit is None:
        raise NotFound(_l("本平台没有申报过这条学时。"))
    if (item.reference, EntryKind.REVERSAL) in entered:
        raise Conflict(_l("这条学时已经冲销。"))
    whose, line = credit
    return whose, reversal_of(line, item.reason)


def _enter(
    sql: Sql,
    reporter: Reporter,
    postings: list[tuple[Item, str, Line]],
    accounts: dict[str, Account],
) -> dict[str, Outcome]:
    lines = [(accounts[whose], line) for _item, whose, line in postings]
    written = write(sql, reporter, lines)
    outcomes, rows = {}, []
    for (item, _whose, line), entry in zip(postings, written, strict=True):
        receipt = sign_claims(_claims(reporter, item, line, entry))
        outcomes[item.key] = Outcome(receipt)
        rows.append(_answer_row(sql, reporter, item, entry, receipt))
    sql.run(_ANSWER, rows)
    return outcomes


def _claims(reporter: Reporter, item: Item, line: Line, entry: Written) -> dict[str, Any]:
    public, professional = Hours(entry.public_tenths), Hours(entry.professional_tenths)
    return {
        "platform": reporter.code,
        "idempotency_key": item.key,
        "entry": entry.number,
        "kind": line.kind.value,
        "source": line.source.value,
        "reference": line.reference,
        "year": line.year,
        "category": line.category.value,
        "hours_tenths": line.hours.tenths,
        "entered_at": entry.entered_at.isoformat(),
        "leaf_hash": entry.leaf_hash,
        "statement": statement_words(line.year, public, professional),
    }


def _answer_row(sql: Sql, reporter: Reporter, item: Item, entry: Written, receipt: str) -> Row:
    return {
        "platform_id": reporter.id,
        "idempotency_key": item.key,
        "fingerprint": item.fingerprint,
        "entry_id": entry.id,
        "receipt": receipt,
        "answered_at": sql.instant(entry.entered_at),
    }
