"""How many credits a second two web processes of the hour bank take, singly and in batches of 100.

Every request is signed for itself, every credit is new, a twelfth of them open an account.
Afterwards the ledger is counted, and the figure is refused unless it holds what was answered.
Beside it stands the bare INSERT of the same rows into a table like the ledger: pgbench, or a loop
over SQLite.
"""

import base64
import hashlib
import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import func, select, text

from benchmarks._cluster import programs
from benchmarks._load import Plan, Subject, load, on_each_engine, plan_from, served, settings_for
from lms.core.db import Base, db
from lms.core.keys import load_or_create_key
from lms.factory import create_app
from lms.hourbank.cli import set_up_local
from lms.hourbank.log.tasks import give_places
from lms.hourbank.log.verification import Found, doubts
from lms.hourbank.models import LedgerEntry
from tests.factories.accounts import identity_number

BATCH = 100
# More than are taken in a run; the rest is thrown away.
SINGLES_A_SECOND, BATCHED_A_SECOND = 4000, 12_000
_COVERED = '("@method" "@authority" "@path" "content-type" "idempotency-key" "content-digest")'
_TABLE = "bare_entries"


class Sender:
    """Makes signed requests, each with credits that nobody has seen before."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._credits = 0

    def single(self) -> str:
        """A request with one credit."""
        return self._signed("/hourbank/api/v1/credits", self._credit())

    def batch(self) -> str:
        """A request with a hundred."""
        items = [
            {"idempotency_key": secrets.token_hex(16), "kind": "credit", **self._credit()}
            for _item in range(BATCH)
        ]
        return self._signed("/hourbank/api/v1/batches", {"items": items})

    def _credit(self) -> dict[str, Any]:
        self._credits += 1
        return {
            "reference": f"credit-{self._credits}",
            "person": {
                "identity_kind": "resident",
                "identity_number": identity_number(1 + secrets.randbelow(1 + self._credits // 12)),
                "name": "王小明",
            },
            "year": 2025,
            "category": ("public", "professional")[self._credits % 2],
            "hours": "2.5",
            "title": "专业技术人员继续教育公需科目",
            "certificate_number": f"证{self._credits:08d}",
            "earned_at": "2025-06-02T12:00:00+08:00",
        }

    def _signed(self, path: str, body: dict[str, Any]) -> str:
        content = json.dumps(body)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        key, nonce = secrets.token_hex(16), secrets.token_urlsafe(16)
        words = f'{_COVERED};created={int(time.time())};keyid="local";alg="ed25519"'
        words += f';nonce="{nonce}";tag="xueshi-bank"'
        base = (
            f'"@method": POST\n"@authority": 127.0.0.1\n"@path": {path}\n'
            f'"content-type": application/json\n"idempotency-key": {key}\n'
            f'"content-digest": sha-256=:{digest}:\n"@signature-params": {words}'
        )
        signature = base64.b64encode(self._key.sign(base.encode())).decode()
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            f"Idempotency-Key: {key}",
            f"Content-Digest: sha-256=:{digest}:",
            f"Signature-Input: sig={words}",
            f"Signature: sig=:{signature}:",
            "",
            content,
        ]
        return "\1".join(lines)


def entries() -> int:
    """How many entries the ledger holds."""
    db.session.rollback()
    return db.session.scalar(select(func.count(LedgerEntry.id))) or 0


def measure_sending(
    name: str, port: int, lines: Path, requests: Iterator[str], of_each: int, plan: Plan
) -> float:
    """The median of credits a second over the runs of the plan; prints each."""
    subject = Subject(name, "", lines, "_signed.lua", lambda: None, entries)
    rates = []
    for seconds in (1, *[plan.seconds] * plan.runs):
        wanted = seconds * (SINGLES_A_SECOND if of_each == 1 else BATCHED_A_SECOND) // of_each
        with lines.open("w") as file:
            file.writelines(f"{next(requests)}\n" for _request in range(wanted))
        before = entries()
        result = load(port, subject, replace(plan, seconds=seconds))
        time.sleep(1)
        taken = entries() - before
        _check(name, result, taken, of_each, plan)
        if seconds != 1 or plan.seconds == 1:
            rates.append(result["requests"] * of_each / result["seconds"])
            print(
                f"{name:<34}{rates[-1]:>8.0f}/s   p50 {result['p50_ms']:6.1f} ms   "
                f"p99 {result['p99_ms']:6.1f} ms",
                flush=True,
            )
    return sorted(rates)[len(rates) // 2]


def _check(name: str, result: dict[str, float], taken: int, of_each: int, plan: Plan) -> None:
    if result["refused"] or result["broken"]:
        raise SystemExit(f"{name}: not a measurement: {result}")
    answered = result["requests"] * of_each
    if not 0 <= taken - answered <= plan.connections * of_each:
        raise SystemExit(f"{name}: {taken} in the ledger, {answered:.0f} answered")


def bare_inserts(url: str, folder: Path, plan: Plan, at_once: int) -> float:
    """Rows a second of a plain INSERT of so many rows into a table like the ledger."""
    if url.startswith("sqlite"):
        return _bare_sqlite(plan, at_once)
    columns = [column.name for column in LedgerEntry.__table__.columns if column.name != "id"]
    changed = {
        "number": "md5(random()::text)",
        "source_reference": "md5(random()::text)",
    }
    cells = ", ".join(changed.get(name, name) for name in columns)
    statement = (
        f"INSERT INTO {_TABLE} (id, {', '.join(columns)}) "
        f"SELECT nextval('{_TABLE}_ids'), {cells} FROM (SELECT * FROM bank_ledger_entries LIMIT 1) "
        f"AS one, generate_series(1, {at_once});"
    )
    script = folder / "insert.sql"
    script.write_text(statement.replace("\n", " ") + "\n")
    db.session.execute(text(f"DROP TABLE IF EXISTS {_TABLE}"))
    db.session.execute(text(f"DROP SEQUENCE IF EXISTS {_TABLE}_ids"))
    db.session.execute(text(f"CREATE TABLE {_TABLE} (LIKE bank_ledger_entries INCLUDING ALL)"))
    db.session.execute(text(f"CREATE SEQUENCE {_TABLE}_ids"))
    db.session.commit()
    place = urlsplit(url)
    command = [
        *(str(programs() / "pgbench"), "-n", "-f", str(script), "-T", str(plan.seconds)),
        *("-c", str(plan.connections), "-j", "1", "-h", str(place.hostname)),
        *("-p", str(place.port), "-U", str(place.username), place.path.lstrip("/")),
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in told.splitlines() if line.startswith("tps = "))
    return float(line.split()[2]) * at_once


def _bare_sqlite(plan: Plan, at_once: int) -> float:
    columns = [column.name for column in LedgerEntry.__table__.columns if column.name != "id"]
    changed = {"number": "hex(randomblob(16))", "source_reference": "hex(randomblob(16))"}
    cells = ", ".join(changed.get(name, name) for name in columns)
    db.session.rollback()
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    driver.execute("COMMIT")
    driver.execute(
        f"CREATE TABLE IF NOT EXISTS {_TABLE} AS SELECT * FROM bank_ledger_entries LIMIT 0"
    )
    for name in ("number", "source_reference", "person_id"):
        driver.execute(f"CREATE INDEX IF NOT EXISTS {_TABLE}_{name} ON {_TABLE} ({name})")
    statement = (
        f"INSERT INTO {_TABLE} ({', '.join(columns)}) SELECT {cells} FROM "
        "(SELECT * FROM bank_ledger_entries LIMIT 1), "
        f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {at_once}) "
        "SELECT i FROM n)"
    )
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < plan.seconds:
        driver.execute(statement)
        done += at_once
    driver.execute("BEGIN")
    db.session.rollback()
    return done / (time.perf_counter() - begun)


def _forever(make: Any) -> Iterator[str]:
    while True:
        yield make()


def seed(app: Flask) -> Sender:
    """An empty bank that knows the local platform."""
    Base.metadata.create_all(db.engine)
    set_up_local()
    settings = app.extensions["settings"]
    return Sender(load_or_create_key(settings.var_path / "keys" / "platform-ed25519.pem"))


def compare(engine: str, url: str, folder: Path, plan: Plan) -> None:
    """Measure on one database, and print the ratios to the bare INSERT."""
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    with app.app_context():
        sender = seed(app)
        db.session.commit()
        ways = ((1, sender.single, "singly"), (BATCH, sender.batch, f"in batches of {BATCH}"))
        for of_each, make, how in ways:
            with served("app:app", url, folder, plan) as port:
                name = f"{engine}: credits {how}"
                requests = _forever(make)
                rate = measure_sending(name, port, folder / "lines", requests, of_each, plan)
            alone = bare_inserts(url, folder, plan, of_each)
            print(
                f"{engine}: {rate:.0f} credits/s {how}, {rate / alone:.2f} times the bare INSERT "
                f"({alone:.0f}/s)\n",
                flush=True,
            )
        _verify(app)
        db.session.remove()
        db.engine.dispose()


def _verify(app: Flask) -> None:
    give_places.run()
    found = Found()
    wrong = list(doubts(app.extensions["settings"], found))
    if wrong:
        raise SystemExit(f"the ledger is not sound: {wrong[:3]}")
    print(f"{found.entries} entries verified\n", flush=True)


def main() -> None:
    """Read the arguments and measure."""
    plan, only = plan_from("hourbank-intake", __doc__)
    on_each_engine(compare, plan, only)


if __name__ == "__main__":
    main()
