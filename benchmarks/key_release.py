"""How many windows a second two web processes release, and how long one learner waits.

Each request releases a window that was not released before: many learners, each asking for the
next one in turn, on clocks that are long due. Afterwards the database is asked how many windows
were released, and the figure is refused unless that is the number of answers. The same is measured
for a bare Flask route with one UPDATE. The load comes from wrk on this machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, update

from benchmarks._cluster import cluster, free_port
from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.config import ROOT, Settings
from lms.core import clock
from lms.core.db import Base, db
from lms.factory import create_app
from lms.watching.models import StudyClock
from lms.watching.tokens import TokenSigner, WatchTerms
from tests.watching.support import make_study

BIN = Path(sys.executable).parent
SECRET = "0123456789abcdef" * 4
FIRST_PERSON = 1_000_000
BATCH = 5_000


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


def seed(app: Flask, plan: Plan, tokens: Path) -> None:
    """Make the learners and their clocks, and write a line "video token" for each."""
    Base.metadata.create_all(db.engine)
    video = make_study(windows=100).course.lessons[0]
    public_id = db.session.scalars(select(_videos().public_id)).one()
    video_id = db.session.scalars(select(_videos().id)).one()
    assert video.id
    for start in range(0, plan.learners, BATCH):
        ids = range(FIRST_PERSON + start, FIRST_PERSON + min(start + BATCH, plan.learners))
        db.session.execute(insert(Person), [_person(number) for number in ids])
        db.session.execute(insert(StudyClock), [_clock(number) for number in ids])
        db.session.commit()
    signer = TokenSigner(app.extensions["settings"].secret_key)
    ids = range(FIRST_PERSON, FIRST_PERSON + plan.learners)
    lines = (f"{public_id} {signer.sign(_terms(n, video_id, public_id))}\n" for n in ids)
    tokens.write_text("".join(lines))


def _videos() -> Any:
    return next(m.class_ for m in Base.registry.mappers if m.class_.__name__ == "Video")


def _person(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "record_key": str(number),
        "name": "学员",
        "identity_kind": IdentityKind.RESIDENT,
        "identity_cipher": b"",
        "identity_hash": str(number),
        "identity_tail": "0000",
    }


def _clock(number: int) -> dict[str, Any]:
    return {"person_id": number, "lease": number, "window_count": 100, "next_gate": 99}


def _terms(number: int, video_id: int, public_id: str) -> WatchTerms:
    now_ms = clock.now_ms()
    return WatchTerms(
        person_id=number,
        lease=number,
        progress_id=1,
        video_id=video_id,
        package_version=1,
        window_count=100,
        window_ms=30_000,
        last_window_ms=30_000,
        pace_tenths=10,
        closes_at_ms=0,
        expires_at_ms=now_ms + 86_400_000,
        started_at_ms=now_ms,
        public_id=public_id,
    )


def rewind() -> None:
    """Set every clock back to its beginning, long due."""
    # The server still answers what was on its way when the load before stopped.
    time.sleep(1)
    db.session.execute(update(StudyClock).values(high_water=0, due_ms=0, trail=""))
    db.session.commit()
    db.session.remove()


def released() -> int:
    """How many windows the database says were released."""
    total = db.session.scalar(select(func.sum(StudyClock.high_water)))
    db.session.remove()
    return int(total or 0)


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


def load(port: int, tokens: Path, plan: Plan) -> dict[str, float]:
    """Drive the server for the seconds of the plan; what wrk measured."""
    command = [
        *("wrk", "-t", "1", "-c", str(plan.connections), "-d", str(plan.seconds), "--timeout", "5"),
        *("-s", str(ROOT / "benchmarks/_key_load.lua"), f"http://127.0.0.1:{port}"),
        *("--", str(tokens), "1"),
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("RESULT "))
    result: dict[str, float] = json.loads(line.removeprefix("RESULT "))
    return result


def measure(name: str, target: str, url: str, folder: Path, plan: Plan, tokens: Path) -> float:
    """Run the load a few times; prints each and returns the median rate."""
    rates = []
    with served(target, url, folder, plan) as port:
        rewind()
        load(port, tokens, replace(plan, seconds=1))
        for _run in range(plan.runs):
            rewind()
            result = load(port, tokens, plan)
            _check(name, result, plan)
            rates.append(result["requests"] / result["seconds"])
            print(
                f"{name:<34}{rates[-1]:>8.0f}/s   p50 {result['p50_ms']:6.1f} ms   "
                f"p90 {result['p90_ms']:6.1f} ms   p99 {result['p99_ms']:6.1f} ms   "
                f"max {result['max_ms']:6.1f} ms",
                flush=True,
            )
    return sorted(rates)[len(rates) // 2]


def _check(name: str, result: dict[str, float], plan: Plan) -> None:
    """Every answer must have been a release, and the database must say the same."""
    in_database = released()
    if result["refused"] or result["broken"]:
        sys.exit(f"{name}: not a measurement: {result}")
    # wrk does not count what was still on its way when it stopped.
    if not 0 <= in_database - result["requests"] <= plan.connections:
        sys.exit(f"{in_database} windows in the database, {result['requests']:.0f} answers")


def compare(engine: str, url: str, folder: Path, plan: Plan) -> None:
    """Measure the bare route and key release on one database, and print the ratio."""
    folder.mkdir()
    app = create_app(settings_for(url, folder))
    tokens, people = folder / "tokens", folder / "people"
    with app.app_context():
        seed(app, plan, tokens)
        ids = range(FIRST_PERSON, FIRST_PERSON + plan.learners)
        people.write_text("".join(f"{number} -\n" for number in ids))
        bare = measure(
            f"{engine}: bare Flask, one UPDATE",
            "benchmarks.bare_flask:app",
            url,
            folder,
            plan,
            people,
        )
        gate = measure(f"{engine}: key release", "app:app", url, folder, plan, tokens)
        db.engine.dispose()
    print(f"{engine}: {gate:.0f} windows/s, {gate / bare:.2f} times the bare route\n", flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="key-release", description=__doc__)
    parser.add_argument("--learners", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=4, help="blocking threads a web process")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = vars(parser.parse_args())
    only = given.pop("only")
    plan = Plan(**given)
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="key-release-") as name:
        folder = Path(name)
        if only != "postgresql":
            compare("SQLite", f"sqlite:///{folder}/bench.sqlite3", folder / "sqlite", plan)
        if only != "sqlite":
            with cluster(folder) as url:
                if url is None:
                    print("PostgreSQL is not installed here")
                else:
                    compare("PostgreSQL", url, folder / "pg", plan)


if __name__ == "__main__":
    main()
