"""Runs several programs in one terminal and lets none of them outlive it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

# A program that ends sooner than this after its start is broken, not unlucky.
SETTLED_SECONDS = 10.0
# How long after the first request to end the next, ruder one follows.
PATIENCE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to signal this process if the supervisor itself is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


def tell(text: str) -> None:
    """Print for the person at the terminal, who may have closed it."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


@dataclass
class Part:
    """One program: its name in the output, its command, and how it is asked to hurry up."""

    name: str
    command: Sequence[str]
    hurry_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self, env: Mapping[str, str], width: int) -> None:
        """Start the program as the leader of its own process group."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(_end_with_parent, self.hurry_signal),  # noqa: PLW1509 - only prctl runs in it
        )
        threading.Thread(target=self._copy_output, args=(width,), daemon=True).start()

    def _copy_output(self, width: int) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        prefix = f"{self.name:<{width}} | ".encode()
        for line in self.process.stdout:
            # Reading goes on when nobody can see it, for a full pipe would halt the program.
            with contextlib.suppress(OSError):
                sys.stdout.buffer.write(prefix + line)
                sys.stdout.buffer.flush()

    def status(self) -> int | None:
        """The exit status, or None while the program runs or was never started."""
        return None if self.process is None else self.process.poll()

    def is_running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Signal the program alone: it ends its own children in good order."""
        if self.process is not None and self.is_running():
            self.process.send_signal(number)

    def sweep(self) -> None:
        """Kill whatever is left of the program's process group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


@dataclass
class Supervisor:
    """Starts parts, restarts one that dies, and ends them all on Ctrl-C, TERM or hang-up."""

    env: Mapping[str, str]
    parts: list[Part] = field(default_factory=list)
    stops: int = 0

    def listen(self) -> None:
        """Take over the signals that end a terminal program."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def start(self, *parts: Part) -> None:
        """Start these parts beside those already running."""
        for part in parts:
            self.parts.append(part)
            part.start(self.env, width=6)

    def watch(self) -> int:
        """Keep the parts running until asked to stop; the status to exit with."""
        while not self.stops:
            for part in self.parts:
                if part.status() is not None and not self._revive(part):
                    return 1
            time.sleep(0.2)
        return 0

    def _revive(self, part: Part) -> bool:
        part.sweep()
        if time.monotonic() - part.started < SETTLED_SECONDS:
            tell(f"{part.name} ended at once with status {part.status()}; stopping.")
            return False
        tell(f"{part.name} ended with status {part.status()}; starting it again.")
        part.start(self.env, width=6)
        return True

    def stop(self) -> None:
        """End every part: first politely, then in a hurry, then by force."""
        asked = self.stops
        tell("\nStopping; Ctrl-C once more hurries it.")
        for part in self.parts:
            part.send(signal.SIGTERM)
        self._wait(asked)
        for part in self.parts:
            part.send(part.hurry_signal)
        self._wait(asked)
        for part in self.parts:
            part.sweep()
            if part.process is not None:
                part.process.wait()

    def _wait(self, asked: int) -> None:
        """Wait until all have ended, time is up, or Ctrl-C was pressed once more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(part.is_running() for part in self.parts):
            if time.monotonic() > deadline or self.stops > asked:
                return
            time.sleep(0.05)
