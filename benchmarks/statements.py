"""How long a person's year and the list of who is at risk take the server, with 100,000 people.

A province is made in PostgreSQL (benchmarks/_province.py), and an account with two balances and
twelve entries for most of its people. Each page is asked for through the application as who may see
it gets it, whole and rendered. Targets: 20 ms for the figures of a year, 1 s for a list.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from benchmarks._cluster import cluster
from benchmarks._load import settings_for
from benchmarks._province import Province, Size, analyse, build
from lms.accounts.models import Person
from lms.core.db import db
from lms.factory import create_app
from lms.hourbank import queries
from lms.hourbank.statements import exporting, years
from lms.hourbank.statements.risk import RiskFilter, Standing, risk_page, summarize
from tests.support import VisitorClient, sign_in

YEAR = 2025
ENTRIES_EACH = 12

# Three of a hundred have nothing yet; of the others the sums lie on both sides of what is asked.
ACCOUNTS = """
INSERT INTO bank_people
    (record_key, name, identity_kind, identity_cipher, identity_hash, created_at)
SELECT md5(id::text), name, identity_kind, '\\x00', identity_hash, now()
FROM people WHERE id % 100 >= 3
"""
PLATFORM = """
INSERT INTO bank_platforms (code, public_key, is_active, may_read_people, registered_at)
VALUES ('bench', '', true, false, now())
"""
BALANCES = """
INSERT INTO bank_balances (person_id, year, category, hours)
SELECT id, :year, category, CASE category WHEN 'public' THEN 150 + id % 200 ELSE 400 + id % 300 END
FROM bank_people, (VALUES ('public'), ('professional')) AS kinds (category)
"""
ENTRIES = """
INSERT INTO bank_ledger_entries (number, person_id, year, category, hours, kind, source,
    platform_id, source_reference, certificate_number, title, policy, claim_kind, reason,
    earned_at, entered_at, leaf_hash)
SELECT p.id || '-' || n, p.id, :year, CASE n % 3 WHEN 0 THEN 'public' ELSE 'professional' END,
    50, 'credit', 'course', (SELECT max(id) FROM bank_platforms), p.id || '-' || n, '', '专题课程',
    '', '', '', now(), now(), ''
FROM bank_people p, generate_series(1, :each) AS n
"""


def fill() -> None:
    """Accounts, balances and entries of the people there are."""
    with db.engine.begin() as connection:
        connection.execute(text(ACCOUNTS))
        connection.execute(text(PLATFORM))
        connection.execute(text(BALANCES), {"year": YEAR})
        connection.execute(text(ENTRIES), {"year": YEAR, "each": ENTRIES_EACH})
    analyse()


def taken(what: str, work: Callable[[], Any], runs: int) -> None:
    """Print the middle and the longest of some runs in ms, after one that is not counted."""
    times = []
    for _run in range(runs + 1):
        db.session.rollback()
        db.session.expire_all()
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    counted = times[1:]
    print(f"{what:<44}{statistics.median(counted):>9.1f}{max(counted):>9.1f}")


def figures_of_a_year(person: Person) -> None:
    """What a statement of a year asks the database for, and its arithmetic."""
    account = years.account_of(person)
    statement = years.state_year(account, years.division_of(person), YEAR)
    assert account is not None
    years.lines_of(queries.entries_of(account, YEAR))
    assert statement.parts


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def _list(officer_id: int, wanted: RiskFilter) -> None:
    risk_page(_person(officer_id), wanted)


def _figures(officer_id: int, wanted: RiskFilter) -> None:
    summarize(_person(officer_id), wanted)


def measure(app: Any, province: Province, runs: int) -> None:
    """Everything, for a person and for each kind of officer."""
    print(f"{'':<44}{'p50 ms':>9}{'most ms':>9}")
    middle = select(Person).where(Person.unit_id == 1000, Person.id % 100 >= 3)
    person_id = db.session.scalars(middle.order_by(Person.id).limit(1)).one().id
    taken(
        "figures of a person's year",
        lambda: figures_of_a_year(db.session.get_one(Person, person_id)),
        runs * 5,
    )
    client = sign_in(app.test_client(), db.session.get_one(Person, person_id))
    taken("page of a person's year", lambda: client.get(f"/hourbank/me?year={YEAR}"), runs * 2)
    wanted = RiskFilter(YEAR)
    for name in ("province", "city", "department", "unit"):
        officer_id = province.officers[name].id

        met = RiskFilter(YEAR, standing=Standing.MET)
        count = summarize(_person(officer_id), wanted).people
        taken(f"{name}: list of {count:,}", partial(_list, officer_id, wanted), runs)
        taken(f"{name}: figures above", partial(_figures, officer_id, wanted), runs)
        taken(f"{name}: those who met it", partial(_list, officer_id, met), runs)
    officer = province.officers["city"].id
    taken(
        "city: workbook",
        lambda: exporting.export_risk(db.session.get_one(Person, officer), wanted),
        1,
    )


def main() -> None:
    """Build the province, fill its bank, and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with cluster(folder) as url:
            if url is None:
                print("PostgreSQL is not installed.")
                return
            app = create_app(settings_for(url, folder))
            app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
            app.test_client_class = VisitorClient
            with app.app_context():
                province = build(Size(people=chosen.people, events=1_000))
                fill()
                measure(app, province, chosen.runs)
                db.session.remove()
                db.engine.dispose()


if __name__ == "__main__":
    main()
