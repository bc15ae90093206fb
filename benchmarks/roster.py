"""How long a roster of 100,000 people takes: check, mark, apply, and import the same again.

    script/bench roster                     100,000 people on SQLite and on PostgreSQL
    python -m benchmarks.roster --people 10000 --only sqlite

Each database is measured in a process of its own, so that its peak memory is its own. Beside it
stands the bare reference: the same file read by calamine and its rows put into one plain table by
one executemany. While the roster is worked on, another connection asks for the write lock over and
over; the longest it had to wait is how long learners would have had to.
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Column, MetaData, String, Table, create_engine, func, insert, select, text

from benchmarks._cluster import cluster
from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.posts import grant_post
from lms.accounts.rules import resident_check_character
from lms.config import Settings
from lms.core.db import Base, db, transaction
from lms.core.permissions import Role
from lms.factory import create_app
from lms.organizations.models import Division, OrganizationKind
from lms.organizations.operations import create_organization
from lms.roster.applying import apply_now
from lms.roster.checking import check_now
from lms.roster.models import RosterImport
from lms.roster.operations import request_apply, upload_roster
from lms.roster.rules import Column as Heading
from lms.roster.tasks import tidy

SECRET = "0123456789abcdef" * 4
UNITS = 20
MOST_SECONDS, MOST_MIB = 60, 500
# Every hundredth number of the flawed file is wrong.
FLAW_EVERY = 100


def number_of(n: int) -> str:
    """A well-formed identity number, a different one for each n."""
    year, rest = 1960 + n // 300_000, n % 300_000
    first_17 = f"371102{year}{1 + rest // 1000 % 12:02d}{1 + rest // 12_000:02d}{rest % 1000:03d}"
    return first_17 + resident_check_character(first_17)


def write_nonsense(path: Path, people: int) -> None:
    """A workbook in which nearly every cell is wrong."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("人员信息")
    sheet.write_row(0, 0, [column.value for column in Heading])
    for n in range(1, people + 1):
        row = ["王1", "军官证", number_of(n)[:17], "138", "p", f"第{n}个没有的单位", "炼金", "高级"]
        for place, value in enumerate(row):
            sheet.write_string(n, place, value)
    book.close()


def write_workbook(path: Path, people: int, flawed: bool = False) -> None:
    """A filled template: every column, a different name, number and phone in each row."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("人员信息")
    sheet.write_row(0, 0, [column.value for column in Heading])
    for n in range(1, people + 1):
        number = number_of(n)
        if flawed and n % FLAW_EVERY == 0:
            number = number[:-2] + ("0" if number[-2] != "0" else "1") + number[-1]
        name = "赵钱孙李周吴郑王"[n % 8] + chr(0x4E00 + n % 9000) + chr(0x4E00 + n // 9000)
        phone, unit = f"138{n:08d}", f"第{n % UNITS}研究院"
        row = [name, "居民身份证", number, phone, f"p{n}@example.com", unit]
        for place, value in enumerate([*row, "工程技术人员", "中级"]):
            sheet.write_string(n, place, value)
    book.close()


def seed() -> Person:
    """A bureau whose officer imports, and the units the rows name."""
    Base.metadata.create_all(db.engine)
    with transaction():
        db.session.add(Division(code="371100", name="日照市", parent_code=None))
        db.session.flush()
        bureau = create_organization(OrganizationKind.BUREAU, "日照市人社局", "371100")
        for n in range(UNITS):
            create_organization(OrganizationKind.UNIT, f"第{n}研究院", "371100", bureau)
        officer = create_person(name="吴敏", identity_number=number_of(0), unit=None)
        grant_post(officer, bureau, Role.BUREAU_OFFICER)
    return officer


def peak_mib() -> int:
    """The peak memory so far: of this process, or of the readers it started if that is more."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) // 1024


def processor_seconds() -> float:
    """Seconds of processor that this process and its ended children have used."""
    uses = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


@contextmanager
def waiting_for_the_lock(url: str) -> Iterator[list[float]]:
    """Another writer, again and again; the list holds how long each had to wait."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    waits, over = [0.0], threading.Event()

    def ask() -> None:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA busy_timeout=120000"))
            while not over.wait(0.02):
                begun = time.perf_counter()
                connection.execute(text("BEGIN IMMEDIATE"))
                connection.execute(text("ROLLBACK"))
                waits.append(time.perf_counter() - begun)

    thread = threading.Thread(target=ask)
    if url.startswith("sqlite"):
        thread.start()
    yield waits
    over.set()
    if thread.ident:
        thread.join()
    engine.dispose()


def timed(name: str, url: str, people: int, work: Callable[[], Any]) -> None:
    """Do the work; print how long it took, the memory so far and the longest wait beside it."""
    with waiting_for_the_lock(url) as waits:
        begun, used = time.perf_counter(), processor_seconds()
        work()
        taken, used = time.perf_counter() - begun, processor_seconds() - used
    peak = peak_mib()
    verdict = "" if taken < MOST_SECONDS and peak < MOST_MIB else "  TOO MUCH"
    wait = f", another writer waited {max(waits):.2f} s" if url.startswith("sqlite") else ""
    print(
        f"  {name:<26}{taken:6.1f} s (processor {used:5.1f} s) {people / taken:8.0f} rows/s, "
        f"peak {peak} MiB{wait}{verdict}",
        flush=True,
    )


def import_file(officer: Person, url: str, path: Path, people: int, name: str) -> None:
    """Upload, check and apply a file, timed; refuses to have measured anything but success."""
    with transaction():
        roster = upload_roster(officer, path.read_bytes(), path.name)
    import_id = roster.id
    db.session.rollback()
    timed(f"{name}: check", url, people, lambda: check_now(import_id))
    roster = db.session.get_one(RosterImport, import_id)
    print(
        f"    new {roster.new_count}, unchanged {roster.unchanged_count}, "
        f"refused {roster.refused_count}; {roster.state.value} {roster.fault_text}"
    )
    assert roster.row_count == people
    if not roster.ready_count:
        return
    wanted = roster.new_count + (db.session.scalar(select(func.count(Person.id))) or 0)
    with transaction():
        request_apply(officer, roster, roster.checks)
    timed(f"{name}: apply", url, people, lambda: apply_now(import_id))
    assert db.session.scalar(select(func.count(Person.id))) == wanted
    db.session.rollback()
    timed(f"{name}: clearing away", url, people, lambda: tidy(import_id))


def bare(url: str, path: Path) -> None:
    """The file read and its rows inserted, and nothing else."""
    engine = create_engine(url)
    names = [column.name.lower() for column in Heading]
    table = Table("bare", MetaData(), *[Column(name, String(128)) for name in names])
    table.create(engine)
    begun = time.perf_counter()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    rows = list(workbook.get_sheet_by_index(0).iter_rows())[1:]
    with engine.begin() as connection:
        values = [dict(zip(names, row, strict=True)) for row in rows]
        connection.execute(insert(table), values)
    taken = time.perf_counter() - begun
    print(f"  {'bare: read and insert':<26}{taken:6.1f} s {len(rows) / taken:8.0f} rows/s")
    table.drop(engine)
    engine.dispose()


def measure(url: str, folder: Path, people: int) -> None:
    """Everything on one database."""
    settings = Settings(
        secret_key=SECRET,
        identity_key=SECRET,
        database_url=url,
        broker_url="memory://",
        var_dir=str(folder / "var"),
        media_dir=str(folder / "media"),
    )
    app = create_app(settings)
    app.extensions["send_task"] = lambda work, args: None
    good, flawed = folder.parent / "good.xlsx", folder.parent / "flawed.xlsx"
    with app.app_context():
        officer = seed()
        import_file(officer, url, flawed, people, "1 % wrong")
        import_file(officer, url, good, people, "mended")
        import_file(officer, url, good, people, "the same again")
        import_file(officer, url, folder.parent / "nonsense.xlsx", people, "all wrong")
        db.session.remove()
        db.engine.dispose()


def run(name: str, url: str, folder: Path, people: int) -> None:
    """Measure one database in a process of its own, and the bare reference in another."""
    folder.mkdir()
    print(f"{name}, {people} people", flush=True)
    for what in ("--bare", "--measure"):
        command = [sys.executable, "-m", "benchmarks.roster", what, url, "--folder", str(folder)]
        subprocess.run([*command, "--people", str(people)], check=True, env=os.environ)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="roster", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--bare", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.folder, given.people)
        return
    if given.bare:
        bare(given.bare, given.folder.parent / "good.xlsx")
        return
    with tempfile.TemporaryDirectory(prefix="roster-") as name:
        folder = Path(name)
        write_workbook(folder / "good.xlsx", given.people)
        write_workbook(folder / "flawed.xlsx", given.people, flawed=True)
        write_nonsense(folder / "nonsense.xlsx", given.people)
        if given.only != "postgresql":
            run("SQLite", f"sqlite:///{folder}/bench.sqlite3", folder / "sqlite", given.people)
        if given.only != "sqlite":
            with cluster(folder) as url:
                if url is None:
                    print("PostgreSQL is not installed here")
                else:
                    run("PostgreSQL", url, folder / "pg", given.people)


if __name__ == "__main__":
    main()
