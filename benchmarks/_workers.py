"""Celery workers with one core each, on an installation of their own, and a film for them.

`python -m benchmarks._workers WORKERS FILM FOLDER CHUNK_SECONDS` is one measurement, in a process
of its own because Celery keeps the first broker it was shown. It prints what it took as JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks._load import settings_for
from lms.catalog.models import Lesson
from lms.config import ROOT, Settings
from lms.core.db import Base, db, transaction
from lms.factory import create_app
from lms.videos.operations import import_video
from tests.factories import LessonFactory

CELERY = Path(sys.executable).parent / "celery"
_TOLD = (
    *("secret_key", "identity_key", "database_url", "broker_url", "var_dir", "media_dir"),
    "chunk_seconds",
)


@dataclass(frozen=True)
class Taken:
    """Seconds until the film was ready; of processor, of all workers and of the busiest."""

    clock: float
    processor: float
    busiest: float


def package_with(workers: int, film: Path, folder: Path, chunk_seconds: int) -> Taken:
    """Have `workers` workers, each held to a core of its own, package the film in `folder`."""
    asked = (str(workers), str(film), str(folder), str(chunk_seconds))
    command = [sys.executable, "-m", "benchmarks._workers", *asked]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Taken(**json.loads(answer.stdout.splitlines()[-1]))


def _measure(workers: int, film: Path, folder: Path, chunk_seconds: int) -> Taken:
    folder.mkdir()
    settings = replace(
        settings_for(f"sqlite:///{folder}/bench.sqlite3", folder),
        broker_url=f"sqla+sqlite:///{folder}/broker.sqlite3",
        chunk_seconds=chunk_seconds,
    )
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        make: Any = LessonFactory
        lesson: Lesson = make()
        with _running(workers, settings, folder) as pids:
            with transaction():
                import_video(None, lesson, film)
            begun = time.perf_counter()
            # What starting them took.
            before = [_processor_seconds(pid) for pid in pids]
            _wait(settings.database_url)
            clock = time.perf_counter() - begun
            used = [_processor_seconds(pid) - b for pid, b in zip(pids, before, strict=True)]
        db.session.remove()
        db.engine.dispose()
    return Taken(clock, sum(used), max(used))


@contextmanager
def _running(workers: int, settings: Settings, folder: Path) -> Iterator[list[int]]:
    command = [str(CELERY), "-q", "-A", "app.celery_app", "worker", "--pool", "solo"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat", "-l", "info"]
    cores = sorted(os.sched_getaffinity(0))
    running, logs = [], []
    for number in range(workers):
        logs.append(folder / f"worker-{number}.log")
        with logs[-1].open("wb") as log:
            # They end with this process, should somebody lose patience.
            held = ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", str(cores[number])]
            held += [*command, "-n", f"w{number}@bench"]
            running.append(
                subprocess.Popen(held, cwd=ROOT, env=_environment(settings), stdout=log, stderr=log)
            )
    try:
        while not all(b" ready." in log.read_bytes() for log in logs):
            time.sleep(0.1)
        yield [one.pid for one in running]
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(60)


def _environment(settings: Settings) -> dict[str, str]:
    given = {f"LMS_{name.upper()}": str(getattr(settings, name)) for name in _TOLD}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {**kept, **given}


def _wait(url: str) -> None:
    """Until the film is ready; asked without a session, which would hold what it has read."""
    engine = create_engine(url)
    state = ""
    while state != "ready":
        time.sleep(0.1)
        with engine.connect() as connection:
            state = connection.execute(text("SELECT state FROM videos")).scalar_one()
        if state in ("failed", "cancelled"):
            raise RuntimeError(f"the film is {state}")
    engine.dispose()


def _processor_seconds(pid: int) -> float:
    """What a process and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    count, film_path, folder_path, seconds = sys.argv[1:]
    taken = _measure(int(count), Path(film_path), Path(folder_path), int(seconds))
    print(json.dumps(asdict(taken)))
