"""The whole system as it runs in production, in a folder of its own: web, worker and beat.

Real processes, a real broker, real files. Journeys look at it through a browser, the fault tests
kill parts of it; both read the database through `System.rows`.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, make_url, text

from lms.config import ROOT, Settings
from lms.documents.fonts import build_fonts
from tests.journeys import nursery

BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 120.0
# Kept between runs; tests of certificates cut them there.
SHARED_FONTS = ROOT / "var" / "fonts"
Found = TypeVar("Found")

# A lesson of seconds instead of minutes; everything else is as anyone would run it.
SHORT = {
    "window_seconds": 2,
    "segment_seconds": 2,
    "prefetch_windows": 1,
    "popup_every": 8,
    "popup_waits": "1,2,3",
    "delivery_every": 1,
    "packaging_stale_seconds": 3,
    "transcode_preset": "ultrafast",
}


def wait_until(
    condition: Callable[[], Found], what: str, seconds: float = PATIENCE_SECONDS
) -> Found:
    """What `condition` returns once it is true; fails the test, naming `what`, if it never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(0.1)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class System:
    """One installation: `start` and `kill` its parts, ask its database."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        web_workers: int = 2,
        is_loaded: bool = False,
        **settings: Any,
    ) -> None:
        """With `is_loaded` the parts come out of the nursery instead of by their commands."""
        self.web_workers = web_workers
        self.is_loaded = is_loaded
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = _make_database(folder, name)
        self.media = folder / "media"
        (self.media / "hls").mkdir(parents=True)
        self.env = _environment(self._settings() | SHORT | settings)
        self.processes: dict[str, subprocess.Popen[bytes] | nursery.Started] = {}
        self._engine = create_engine(self.database_url)

    def _settings(self) -> dict[str, Any]:
        return {
            "secret_key": secrets.token_hex(32),
            "identity_key": secrets.token_hex(32),
            "database_url": self.database_url,
            "broker_url": f"sqla+sqlite:///{self.folder}/broker.sqlite3",
            "var_dir": str(self.folder / "var"),
            "media_dir": str(self.media),
            "public_url": self.url,
            # As in the demonstration; the journey of the second factor sets one up all the same.
            "second_factor": "offered",
            "bank_url": self.url,
            "locale": os.environ.get("LMS_TEST_LANGUAGE", "zh"),
        }

    def _command(self, part: str) -> list[str]:
        celery = ["celery", "-q", "-A", "app.celery_app"]
        quiet = ("--without-mingle", "--without-gossip", "--without-heartbeat")
        schedule = ("--schedule", str(self.folder / "beat"), "--pidfile", "")
        return {
            "web": [
                *("granian", "app:app", "--interface", "wsgi", "--no-ws"),
                *("--http", "1", "--host", "127.0.0.1", "--port", str(self.port)),
                *("--working-dir", str(ROOT), "--workers", str(self.web_workers)),
                *("--blocking-threads", "4"),
                *("--respawn-failed-workers", "--log-level", "warning"),
                *("--static-path-route", "/static"),
                *("--static-path-mount", str(ROOT / "lms/static")),
                *("--static-path-route", "/media/hls"),
                *("--static-path-mount", str(self.media / "hls")),
            ],
            "worker": [*celery, "worker", "--concurrency", "2", *quiet, "--loglevel", "info"],
            "beat": [*celery, "beat", "--loglevel", "warning", *schedule],
        }[part]

    def start(self, *parts: str) -> None:
        """Start parts: any of "web", "worker", "beat". Their output goes to <part>.log."""
        self._take_fonts()
        for part in parts:
            self._spawn(part, self._command(part))
        if "web" in parts:
            wait_until(self.is_answering, "the web server answers")

    def _take_fonts(self) -> None:
        """Take the fonts that all tests share; beat would spend half a minute on cutting them."""
        fonts = self.folder / "var" / "fonts"
        if not fonts.exists():
            assert build_fonts(SHARED_FONTS), "fonts-noto-cjk is not installed"
            fonts.parent.mkdir(exist_ok=True)
            fonts.symlink_to(SHARED_FONTS)

    def start_module(self, module: str, *arguments: str) -> None:
        """Start `python -m module` in the system's environment, as the part of that name."""
        self._spawn(module, [module, *arguments])

    def _spawn(self, part: str, command: list[str]) -> None:
        path = self.folder / f"{part}.log"
        if self.is_loaded:
            self.processes[part] = nursery.start(command[0], command[1:], self.env, path)
            return
        with path.open("ab") as log:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, part: str) -> str:
        """What a part has printed so far."""
        path = self.folder / f"{part}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def finish(self, part: str, seconds: float = 120.0) -> str:
        """Wait for a part that ends by itself; its output. Fails the test if it failed."""
        try:
            status = self.processes.pop(part).wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(
                f"{part} takes longer than {seconds} s:\n{self.log(part)}"
            ) from error
        assert status == 0, f"{part} ended with status {status}:\n{self.log(part)}"
        return self.log(part)

    def run_module(self, module: str, *arguments: str) -> str:
        """Run `python -m module` to its end in the system's environment; its output."""
        (self.folder / f"{module}.log").unlink(missing_ok=True)
        self.start_module(module, *arguments)
        return self.finish(module)

    def is_answering(self) -> bool:
        """Whether the web server answers; fails the test if its process has ended."""
        web = self.processes["web"]
        assert web.poll() is None, f"the web server ended:\n{self.log('web')}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def kill(self, part: str) -> None:
        """kill -9 the part with everything it started: as when the power fails."""
        process = self.processes.pop(part)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End every part, and remove the database if it lies elsewhere."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for part in list(self.processes):
            self._end(self.processes[part])
        self.processes.clear()
        self._engine.dispose()
        _drop_database(self.database_url)

    def _end(self, process: subprocess.Popen[bytes] | nursery.Started) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT on the system's database."""
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def change(self, sql: str, **values: Any) -> None:
        """Change the system's database as no page can, for instance what day a course closed."""
        with self._engine.begin() as connection:
            connection.execute(text(sql), values)

    def value(self, sql: str, **values: Any) -> Any:
        """The one value of a SELECT, or None if there is no row."""
        found = self.rows(sql, **values)
        return next(iter(found[0].values())) if found else None


def _environment(settings: dict[str, Any]) -> dict[str, str]:
    """The children's environment: every setting said, so that none comes from a shell or .env."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    for f in fields(Settings):
        value = settings.get(f.name, f.default)
        assert value is not MISSING, f.name
        written = ("no", "yes")[value] if isinstance(value, bool) else str(value)
        env[f"LMS_{f.name.upper()}"] = written
    env["PATH"] = f"{BIN}{os.pathsep}{env.get('PATH', '')}"
    env["PYTHONPATH"] = str(ROOT)
    env["PYTHONUNBUFFERED"] = "1"
    # Celery warns whoever runs as root, as one does in a container.
    env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    return env


def _make_database(folder: Path, name: str) -> str:
    base = os.environ.get("LMS_TEST_DATABASE_URL")
    if base is None:
        return f"sqlite:///{folder}/lms.sqlite3"
    url = make_url(base).set(database=f"{make_url(base).database}_{name}")
    _administer(url, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')
    _administer(url, f'CREATE DATABASE "{url.database}"')
    return url.render_as_string(hide_password=False)


def _drop_database(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        _administer(url, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')


def _administer(url: Any, statement: str) -> None:
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


@contextmanager
def running(folder: Path, name: str, **settings: Any) -> Iterator[System]:
    """A system that is ended whatever happens."""
    system = System(folder, name, **settings)
    try:
        yield system
    finally:
        system.stop()
