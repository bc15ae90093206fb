"""Load on two web processes: what every benchmark of a hot path needs.

The load comes from wrk on this machine. Beside each figure stand those of a bare Flask route with
one UPDATE, and of the same UPDATE without any web server: pgbench, or a loop over SQLite.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks._cluster import cluster, free_port, programs
from lms.config import ROOT, Settings
from lms.core.db import db

BIN = Path(sys.executable).parent
SECRET = "0123456789abcdef" * 4


@dataclass(frozen=True)
class Plan:
    """How much load: learners, seconds a run, connections of wrk, threads a web process."""

    learners: int
    seconds: int
    connections: int
    threads: int
    runs: int


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a throw-away installation."""
    return Settings(
        secret_key=SECRET,
        identity_key=SECRET,
        database_url=url,
        broker_url="memory://",
        var_dir=str(folder / "var"),
        media_dir=str(folder / "media"),
    )


@contextmanager
def served(target: str, url: str, folder: Path, plan: Plan) -> Iterator[int]:
    """Two granian processes that serve `target`; the port they listen on."""
    port = free_port()
    env = dict(
        os.environ,
        PYTHONPATH=str(ROOT),
        LMS_SECRET_KEY=SECRET,
        LMS_IDENTITY_KEY=SECRET,
        LMS_DATABASE_URL=url,
        LMS_BROKER_URL="memory://",
        LMS_VAR_DIR=str(folder / "var"),
        LMS_MEDIA_DIR=str(folder / "media"),
        LMS_LOG_LEVEL="WARNING",
    )
    command = [
        *(str(BIN / "granian"), target, "--interface", "wsgi", "--no-ws", "--http", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "2"),
        *("--blocking-threads", str(plan.threads), "--log-level", "warning"),
        *("--working-dir", str(ROOT)),
    ]
    server = subprocess.Popen(command, env=env)
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/keys/0/0", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the web server did not answer")


@dataclass(frozen=True)
class Subject:
    """What is measured: who serves it, the lines that wrk sends, and what the database must say.

    `rewind` sets the records back to where they can be asked for anew; `count` tells how many
    requests have left their trace in the database.
    """

    name: str
    target: str
    lines: Path
    script: str
    rewind: Callable[[], None]
    count: Callable[[], int]


def load(port: int, subject: Subject, plan: Plan) -> dict[str, float]:
    """Drive the server for the seconds of the plan; what wrk measured."""
    command = [
        *("wrk", "-t", "1", "-c", str(plan.connections), "-d", str(plan.seconds), "--timeout", "5"),
        *("-s", str(ROOT / "benchmarks" / subject.script), f"http://127.0.0.1:{port}"),
        *("--", str(subject.lines), "1"),
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("RESULT "))
    result: dict[str, float] = json.loads(line.removeprefix("RESULT "))
    return result


def measure(subject: Subject, url: str, folder: Path, plan: Plan) -> float:
    """Run the load a few times; prints each and returns the median rate a second."""
    rates = []
    with served(subject.target, url, folder, plan) as port:
        _rewind(subject)
        load(port, subject, replace(plan, seconds=1))
        for _run in range(plan.runs):
            _rewind(subject)
            result = load(port, subject, plan)
            _check(subject, result, plan)
            rates.append(result["requests"] / result["seconds"])
            print(
                f"{subject.name:<34}{rates[-1]:>8.0f}/s   p50 {result['p50_ms']:6.1f} ms   "
                f"p90 {result['p90_ms']:6.1f} ms   p99 {result['p99_ms']:6.1f} ms   "
                f"max {result['max_ms']:6.1f} ms",
                flush=True,
            )
    return sorted(rates)[len(rates) // 2]


def _rewind(subject: Subject) -> None:
    # The server still answers what was on its way when the load before stopped.
    time.sleep(1)
    subject.rewind()
    db.session.commit()
    db.session.remove()


def _check(subject: Subject, result: dict[str, float], plan: Plan) -> None:
    """Every request must have been taken, and the database must say the same."""
    in_database = subject.count()
    db.session.remove()
    if result["refused"] or result["broken"]:
        sys.exit(f"{subject.name}: not a measurement: {result}")
    # wrk does not count what was still on its way when it stopped.
    if not 0 <= in_database - result["requests"] <= plan.connections:
        sys.exit(f"{in_database} in the database, {result['requests']:.0f} answers")


def bare_updates(url: str, folder: Path, plan: Plan, first_person: int) -> float:
    """One UPDATE of one learner's clock, a second, without web server or Python's share of it.

    By pgbench with as many connections; on SQLite by one connection in a loop.
    """
    if url.startswith("sqlite"):
        rate = _bare_sqlite(url.removeprefix("sqlite:///"), plan, first_person)
    else:
        rate = _pgbench(url, folder, plan, first_person)
    print(f"{'bare UPDATE, no web server':<34}{rate:>8.0f}/s", flush=True)
    return rate


_UPDATE = "UPDATE study_clocks SET due_ms = due_ms + 1 WHERE person_id = {}"


def _bare_sqlite(path: str, plan: Plan, first_person: int) -> float:
    connection = sqlite3.connect(path, isolation_level=None, timeout=15)
    connection.execute("PRAGMA synchronous=NORMAL")
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < plan.seconds:
        connection.execute(_UPDATE.format("?"), (first_person + done % plan.learners,))
        done += 1
    connection.close()
    return done / (time.perf_counter() - begun)


def _pgbench(url: str, folder: Path, plan: Plan, first_person: int) -> float:
    script = folder / "update.sql"
    last = first_person + plan.learners - 1
    script.write_text(f"\\set id random({first_person}, {last})\n{_UPDATE.format(':id')};\n")
    place = urlsplit(url)
    command = [
        *(str(programs() / "pgbench"), "-n", "-f", str(script), "-T", str(plan.seconds)),
        *("-c", str(plan.connections), "-j", "1", "-h", str(place.hostname)),
        *("-p", str(place.port), "-U", str(place.username), place.path.lstrip("/")),
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in told.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def plan_from(name: str, about: str | None) -> tuple[Plan, str | None]:
    """The plan that the command line asks for, and the one engine to be measured, or None."""
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument("--learners", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=4, help="blocking threads a web process")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = vars(parser.parse_args())
    only = given.pop("only")
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    return Plan(**given), only


def on_each_engine(
    compare: Callable[[str, str, Path, Plan], None], plan: Plan, only: str | None
) -> None:
    """Measure on SQLite and on PostgreSQL, each on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="xueshi-bench-") as name:
        folder = Path(name)
        if only != "postgresql":
            compare("SQLite", f"sqlite:///{folder}/bench.sqlite3", folder / "sqlite", plan)
        if only != "sqlite":
            with cluster(folder) as url:
                if url is None:
                    print("PostgreSQL is not installed here")
                else:
                    compare("PostgreSQL", url, folder / "pg", plan)
