"""How long the lists of a million people and of a million audit events take the server.

A province is made in PostgreSQL (benchmarks/_province.py); then each page is asked for through the
application as a signed-in member of staff gets it, whole and rendered, within one process. The
target is 100 ms for every page; nothing here is a test.
"""

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from benchmarks._cluster import cluster
from benchmarks._load import settings_for
from benchmarks._province import RARE_NAME, Province, Size, build
from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.garbage import keep_what_is_loaded
from lms.factory import create_app
from tests.support import VisitorClient, sign_in

TARGET_MS = 100


@dataclass(frozen=True)
class Case:
    """One page: who asks, what it is, its address; with `number` a search by POST."""

    who: str
    what: str
    address: str
    number: str = ""


def cases(province: Province) -> Iterator[Case]:
    """The pages that are measured."""
    middle = db.session.scalars(
        select(Person).where(Person.unit_id == 1000).order_by(Person.id).limit(1)
    ).one()
    common = db.session.scalars(
        select(Person).where(Person.name.startswith("王")).order_by(Person.id.desc()).limit(1)
    ).one()
    people, deep, name = "/manage/people", f"{middle.unit_id}~{middle.id}", common.name
    for who in ("province", "city", "county", "department", "unit"):
        yield Case(who, "first page", people)
        yield Case(who, "deep page", f"{people}?after={deep}")
        yield Case(who, "last page", f"{people}?page=last")
        yield Case(who, "name 王", f"{people}?name=王")
        yield Case(who, f"name {name}", f"{people}?name={name}")
        yield Case(who, f"name {RARE_NAME}", f"{people}?name={RARE_NAME}")
        yield Case(who, "name of nobody", f"{people}?name=乜乜乜")
        yield Case(who, "not activated", f"{people}?activated=no")
        yield Case(who, "activated", f"{people}?activated=yes")
        yield Case(who, "suspended", f"{people}?state=suspended")
        yield Case(who, "rare profession", f"{people}?profession=shipping")
        yield Case(
            who, "by number", f"{people}/search", province.numbers[len(province.numbers) // 2]
        )
    yield from _audit_cases()


def _audit_cases() -> Iterator[Case]:
    events = "/manage/audit"
    deep = (db.session.scalar(select(AuditEvent.id).order_by(AuditEvent.id).limit(1)) or 0) + 500
    day = clock.today() - dt.timedelta(days=200)
    for who in ("province auditor", "city auditor", "county auditor"):
        yield Case(who, "first page", events)
        yield Case(who, "deep page", f"{events}?after={deep}")
        yield Case(who, "rare deed", f"{events}?tag=accounts:identity:read")
        yield Case(who, "deed of none", f"{events}?tag=payments:order:refund")
        yield Case(who, "group", f"{events}?tag=accounts:")
        yield Case(who, "one day", f"{events}?since={day}&until={day}")
        yield Case(who, "until long ago", f"{events}?until={day}")
        yield Case(who, "one actor", f"{events}?actor=7920")
        yield Case(who, "one record", f"{events}?subject=person:7920")
        yield Case(who, "one address", f"{events}?address=10.1.1.1")
        yield Case(who, "one organization", f"{events}?organization=第300单位")


def measure(client: FlaskClient, case: Case, runs: int) -> tuple[list[float], int]:
    """Milliseconds of each run after a first one that is not counted, and queries a page."""
    counted: list[str] = []
    times = []
    for run in range(runs + 1):
        with counting(counted):
            begun = time.perf_counter()
            if case.number:
                answer = client.post(case.address, data={"q": case.number})
            else:
                answer = client.get(case.address)
            taken = (time.perf_counter() - begun) * 1000
        if answer.status_code not in (200, 303):
            sys.exit(f"{case}: {answer.status_code}")
        if run:
            times.append(taken)
    return times, len(counted) // (runs + 1)


@contextmanager
def counting(statements: list[str]) -> Iterator[None]:
    """Note every statement that reaches the database."""

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def run(app: Flask, province: Province, runs: int, only: str) -> bool:
    """Measure every case and print it; whether all stay below the target."""
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = VisitorClient
    clients: dict[str, FlaskClient] = {}
    slow = []
    print(f"{'who':<18}{'what':<18}{'p50':>8}{'p95':>8}  queries")
    for case in cases(province):
        if only not in f"{case.who} {case.what}":
            continue
        if case.who not in clients:
            clients[case.who] = sign_in(app.test_client(), province.officers[case.who])
        times, queries = measure(clients[case.who], case, runs)
        p50 = statistics.median(times)
        p95 = statistics.quantiles(times, n=20)[-1] if runs > 1 else p50
        mark = "" if p95 < TARGET_MS else "  over the target"
        slow += [case] if mark else []
        print(f"{case.who:<18}{case.what:<18}{p50:>8.1f}{p95:>8.1f}{queries:>9}{mark}", flush=True)
    return not slow


def main() -> None:
    """Read the arguments, make the province, measure."""
    parser = argparse.ArgumentParser(prog="people-lists", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", default="", help="measure cases whose name holds this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="people-lists-") as name:
        folder = Path(name)
        with cluster(folder) as url:
            if url is None:
                print("PostgreSQL is not installed here")
                return
            app = create_app(settings_for(url, folder))
            with app.app_context():
                begun = time.monotonic()
                province = build(Size(people=given.people, events=given.events))
                print(f"made in {time.monotonic() - begun:.0f} s\n", flush=True)
                # As app.py does in every process that serves pages.
                keep_what_is_loaded()
                all_fast = run(app, province, given.runs, given.only)
                db.engine.dispose()
    print(f"\nevery page below {TARGET_MS} ms" if all_fast else "\nnot every page is fast enough")


if __name__ == "__main__":
    main()
