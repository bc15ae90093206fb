"""What the Merkle log over the hour bank's ledger costs, with a million entries.

Adding: the leaf hash of an entry as it is written, and its place in the log afterwards, beside the
bare INSERT of the same rows in the same way. Then verifying everything, proofs, a person's
statement, and what the rows take on the disk (PostgreSQL).
"""

import argparse
import datetime as dt
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, func, insert, select, text

from benchmarks._cluster import cluster
from benchmarks._load import settings_for
from lms.accounts.enums import IdentityKind
from lms.accounts.identity import identity_hash
from lms.core.db import Base, db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.factory import create_app
from lms.hourbank import leaves, queries
from lms.hourbank.ledger import Account, Line, Reporter, write
from lms.hourbank.log import proofs, tasks
from lms.hourbank.log.reading import newest_head
from lms.hourbank.log.verification import Found, doubts
from lms.hourbank.models import BankPerson, EntryKind, EntrySource, LedgerEntry, Platform
from lms.hourbank.sql import Sql
from tests.factories.accounts import identity_number

ENTRIES_A_YEAR = 12
AT_ONCE = 2000
TABLES = (
    "bank_people",
    "bank_ledger_entries",
    "bank_balances",
    "bank_log_leaves",
    "bank_log_nodes",
    "bank_answers",
)


def seed_people(app: Flask, count: int) -> list[Account]:
    """Accounts with numbers of their own."""
    vault, table = app.extensions["vault"], cast(Table, BankPerson.__table__)
    rows = []
    for sequence in range(1, count + 1):
        number, key = identity_number(sequence), secrets.token_hex(16)
        rows.append(
            {
                "record_key": key,
                "name": "王小明",
                "identity_kind": IdentityKind.RESIDENT.value,
                "identity_cipher": vault.encrypt(number, f"bank-person:{key}"),
                "identity_hash": identity_hash(number, IdentityKind.RESIDENT),
            }
        )
    with transaction():
        for start in range(0, count, AT_ONCE):
            db.session.execute(insert(table), rows[start : start + AT_ONCE])
        found = db.session.execute(select(BankPerson.id, BankPerson.record_key)).all()
        return [Account(person_id, record_key) for person_id, record_key in found]


def line(number: int) -> Line:
    """A credit such as a platform reports."""
    return Line(
        kind=EntryKind.CREDIT,
        year=2025,
        category=(HourCategory.PUBLIC, HourCategory.PROFESSIONAL)[number % 2],
        hours=Hours(25),
        source=EntrySource.COURSE,
        reference=f"credit-{number}",
        certificate_number=f"证{number:08d}",
        title="专业技术人员继续教育公需科目",
        earned_at=dt.datetime(2025, 6, 2, 4, tzinfo=dt.UTC),
    )


def seed_entries(reporter: Reporter, accounts: Sequence[Account], count: int) -> float:
    """Microseconds an entry that writing them took, with balances."""
    begun = time.perf_counter()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        with transaction():
            postings = [(accounts[number % len(accounts)], line(number)) for number in numbers]
            write(Sql.of_session(), reporter, postings)
    return (time.perf_counter() - begun) / count * 1e6


def leaf_cost(app: Flask) -> float:
    """Microseconds of the leaf hash of an entry, as it is written."""
    vault = app.extensions["vault"]
    begun = time.perf_counter()
    for number in range(20_000):
        key = leaves.person_key(vault, "0" * 32, str(number))
        fields = leaves.LeafFields(
            *(str(number), key, "local", "course", "credit", 2025, "public", 25, "credit-1"),
            *("证000001", "专业技术人员继续教育公需科目", "", "", ""),
            *("2025-06-02T04:00:00.000000+00:00", "2025-06-02T04:00:00.000000+00:00"),
        )
        leaves.leaf_hash(fields).hex()
    return (time.perf_counter() - begun) / 20_000 * 1e6


def milliseconds(act: Callable[[], Any], times: int) -> str:
    """Median and 95th percentile of an act."""
    taken = []
    for _time in range(times):
        db.session.rollback()
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return f"p50 {statistics.median(taken):.2f} ms, p95 {p95:.2f} ms"


def sizes() -> None:
    """Bytes a row of tables and of their indexes, on PostgreSQL."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in TABLES:
        rows = db.session.scalar(text(f"SELECT COUNT(*) FROM {table}")) or 1
        heap, index = db.session.execute(
            text(f"SELECT pg_table_size('{table}'), pg_indexes_size('{table}')")
        ).one()
        print(f"  {table:<22}{rows:>9} rows  {heap / rows:6.0f} + {index / rows:6.0f} bytes a row")


def measure(engine: str, app: Flask, count: int) -> None:
    """Everything, on one database."""
    Base.metadata.create_all(db.engine)
    with transaction():
        platform = Platform(code="local", public_key="")
        db.session.add(platform)
        db.session.flush()
        reporter = Reporter(platform.id, platform.code)
    accounts = seed_people(app, max(1, count // ENTRIES_A_YEAR))
    print(f"{engine}: {seed_entries(reporter, accounts, count):.1f} us to write an entry")
    print(f"  of that its leaf hash {leaf_cost(app):.1f} us")
    begun, used = time.perf_counter(), time.process_time()
    if not tasks.give_places.run():
        raise SystemExit("entries got no place")
    clock_us = (time.perf_counter() - begun) / count * 1e6
    own_us = (time.process_time() - used) / count * 1e6
    print(f"  {clock_us:.1f} us to give an entry its place, {own_us:.1f} of its own processor")
    begun = time.perf_counter()
    tasks.sign_new_head.run()
    print(f"  {(time.perf_counter() - begun) * 1000:.1f} ms to sign a head")
    if engine == "PostgreSQL":
        db.session.rollback()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    _reading(accounts, count)
    begun, used, found = time.perf_counter(), time.process_time(), Found()
    wrong = list(doubts(app.extensions["settings"], found))
    if wrong or found.entries != count:
        raise SystemExit(f"not sound: {wrong[:3]}")
    taken, own = time.perf_counter() - begun, time.process_time() - used
    print(f"  {taken:.1f} s to verify {count} entries, {own:.1f} of its own processor", flush=True)
    sizes()


def _reading(accounts: Sequence[Account], count: int) -> None:
    numbers = list(db.session.scalars(select(LedgerEntry.number).limit(5000)))
    chance = random.Random(7)
    head = newest_head()
    assert head is not None
    size = head.size
    print("  inclusion proof:", milliseconds(lambda: proofs.inclusion(chance.choice(numbers)), 300))
    ask = lambda: proofs.consistency(1 + chance.randrange(size), size)  # noqa: E731
    print("  consistency proof:", milliseconds(ask, 300))
    print(
        "  statement of a person's year:", milliseconds(lambda: _statement(accounts, chance), 300)
    )
    report = select(
        LedgerEntry.year, LedgerEntry.category, func.count(), func.sum(LedgerEntry.hours)
    ).group_by(LedgerEntry.year, LedgerEntry.category)
    print(
        f"  report over {count} entries:",
        milliseconds(lambda: db.session.execute(report).all(), 3),
    )


def _statement(accounts: Sequence[Account], chance: random.Random) -> None:
    person = db.session.get_one(BankPerson, chance.choice(accounts).id)
    queries.sums_of(person, 2025)
    queries.entries_of(person, 2025)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="hourbank-log", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xueshi-bench-") as name:
        folder = Path(name)
        if given.only != "sqlite":
            with cluster(folder) as url:
                if url is not None:
                    _on("PostgreSQL", url, folder / "pg", given.entries)
        if given.only != "postgresql":
            url = f"sqlite:///{folder}/bench.sqlite3"
            _on("SQLite", url, folder / "sqlite", given.entries)


def _on(engine: str, url: str, folder: Path, count: int) -> None:
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    with app.app_context():
        measure(engine, app, count)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
