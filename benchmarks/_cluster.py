"""A PostgreSQL cluster for the time of a measurement, if its programs are installed."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs."""
    found = _programs()
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    return found


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_postgres(command: list[str]) -> None:
    # The server refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def cluster(folder: Path) -> Iterator[str | None]:
    """The SQLAlchemy address of a fresh cluster in `folder`, or None without PostgreSQL."""
    programs = _programs()
    if programs is None:
        yield None
        return
    data, port = folder / "postgresql", free_port()
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        folder.chmod(0o755)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    _as_postgres([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"])
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log")]
    _as_postgres([*control, "-o", options, "start"])
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        _as_postgres([*control, "-m", "immediate", "stop"])
