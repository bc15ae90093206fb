"""Processes that start where all have loaded the same: at the program's own work.

Loading the program is most of what starting a part costs, and a test that kills and starts parts
over and over looks at what they do afterwards. Here one process loads it once and forks whatever
is to run. The system of the journeys is started as anyone would start it, by its commands.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from unittest import mock

from lms.config import ROOT

_LOADED = (
    "lms.factory",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "granian.cli",
    "kombu.transport.sqlalchemy",
    "tests.journeys.seed",
    "tests.roster.support",
    "tests.watching.support",
)


class Started:
    """A process of the nursery, with what is used of subprocess.Popen."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        """Its status, negative if a signal ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its status once it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def start(module: str, arguments: Sequence[str], env: dict[str, str], log: Path) -> Started:
    """Run `python -m module` in this environment, in a session of its own, printing to `log`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_LOADED))
    path = {"PYTHONPATH": str(ROOT)}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    with mock.patch.dict(os.environ, plain | path, clear=True):
        forkserver.ensure_running()
    process = context.Process(
        target=_become, args=(module, list(arguments), env, str(log)), name=module
    )
    process.start()
    return Started(process)


def _become(module: str, arguments: list[str], env: dict[str, str], log: str) -> None:
    os.setsid()
    _print_to(log)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    # As in a process that was not forked from here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    multiprocessing.set_start_method("fork", force=True)
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _print_to(log: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    target, nothing = os.open(log, flags, 0o644), os.open(os.devnull, os.O_RDONLY)
    for descriptor, source in ((0, nothing), (1, target), (2, target)):
        os.dup2(source, descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        open(descriptor, mode, buffering=1, closefd=False)  # noqa: SIM115
        for descriptor, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
