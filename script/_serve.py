"""Web server, worker and beat of one machine in one terminal. Started by script/server."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from _prepared import remember, remembered_sign_ins
from _supervisor import Part, Supervisor, tell
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lms.config import SettingError, load_settings  # noqa: E402 - importable since the line above

BIN = ROOT / ".venv/bin"
START_SECONDS = 60.0


def check_port(host: str, port: int) -> None:
    """Exit with a sentence if nothing can listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        sys.exit(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port.")


def shown_address(host: str, port: int) -> str:
    """The address a browser can open: for "every interface", that of this machine."""
    if host in {"0.0.0.0", "::"}:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # Connecting a datagram socket sends nothing; it only picks the outgoing interface.
            try:
                probe.connect(("192.0.2.1", 9))
                host = probe.getsockname()[0]
            except OSError:
                host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def given_settings() -> set[str]:
    """The names set by hand: in the environment or in .env."""
    path = ROOT / ".env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line.split("=", 1)[0].strip() for line in lines if "=" in line} | set(os.environ)


def environment(address: str) -> dict[str, str]:
    """The children's environment: addresses follow the port unless they are set by hand."""
    env = dict(os.environ, PYTHONUNBUFFERED="1", PYTHONPATH=str(ROOT))
    env["PATH"] = f"{BIN}{os.pathsep}{env.get('PATH', '')}"
    # Celery warns whoever runs as root, as one does in a container.
    env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    given = given_settings()
    for name in ("LMS_PUBLIC_URL", "LMS_BANK_URL"):
        if name not in given:
            env[name] = address
    return env


def web(host: str, port: int) -> Part:
    """Granian: it serves pages through Python, and static files and segments by itself."""
    settings = load_settings()
    command = [
        *(str(BIN / "granian"), "app:app", "--interface", "wsgi", "--no-ws", "--http", "1"),
        *("--host", host, "--port", str(port), "--working-dir", str(ROOT)),
        *("--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "5", "--log-level", "warning"),
        # Granian sends no validator with a file, so an old one must not be kept for long.
        *("--static-path-expires", "600"),
        *("--static-path-route", "/static", "--static-path-mount", str(ROOT / "lms/static")),
    ]
    if not settings.media_url:
        segments = str(settings.media_path / "hls")
        command += ["--static-path-route", "/media/hls", "--static-path-mount", segments]
    return Part("web", command)


def worker() -> Part:
    """Two processes, so that a long transcoding never holds up a certificate."""
    command = [
        *(str(BIN / "celery"), "-q", "-A", "app.celery_app", "worker", "--concurrency", "2"),
        *("--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "warning"),
    ]
    # On QUIT the worker gives what it was doing back to the queue.
    return Part("worker", command, hurry_signal=signal.SIGQUIT)


def beat() -> Part:
    """The clock of periodic work."""
    command = [str(BIN / "celery"), "-q", "-A", "app.celery_app", "beat", "--loglevel", "warning"]
    schedule = ["--schedule", str(ROOT / "var/beat"), "--pidfile", ""]
    return Part("beat", command + schedule)


def check_settings(env: dict[str, str]) -> None:
    """Exit with the sentence that names a wrong setting, before anything is started."""
    written = {name: value or "" for name, value in dotenv_values(ROOT / ".env").items()}
    try:
        load_settings({**written, **env})
    except SettingError as error:
        sys.exit(f"The settings are not right: {error}")


def prepare(env: dict[str, str]) -> str:
    """Migrate and load the demonstration; the sign-ins to show. Exits if that fails."""
    known = remembered_sign_ins(given_settings())
    if known is not None:
        return known
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sign-ins"
        command = [sys.executable, str(ROOT / "script/_prepare.py"), str(file)]
        status = subprocess.run(command, env=env, check=False).returncode
        if status:
            sys.exit(1)
        sign_ins = file.read_text(encoding="utf-8")
    remember(sign_ins, given_settings())
    return sign_ins


def wait_until_it_answers(supervisor: Supervisor, part: Part, address: str) -> bool:
    """Whether the web server answered before it ended, time ran out or Ctrl-C was pressed."""
    deadline = time.monotonic() + START_SECONDS
    while part.is_running() and not supervisor.stops and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def serve(host: str, port: int) -> int:
    """Run everything until it is asked to stop; the exit status."""
    check_port(host, port)
    address = shown_address(host, port)
    env = environment(address)
    check_settings(env)
    sign_ins = prepare(env)
    supervisor = Supervisor(env)
    supervisor.listen()
    try:
        front = web(host, port)
        supervisor.start(front)
        if wait_until_it_answers(supervisor, front, address):
            supervisor.start(worker(), beat())
            tell(f"\n{sign_ins}\n  {address}\n\nCtrl-C ends it.\n")
        elif not supervisor.stops:
            tell(f"The web server did not answer at {address} within {START_SECONDS:.0f} seconds.")
            return 1
        status = supervisor.watch()
    finally:
        supervisor.stop()
    return status


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="script/server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    os.chdir(ROOT)
    try:
        sys.exit(serve(arguments.host, arguments.port))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
