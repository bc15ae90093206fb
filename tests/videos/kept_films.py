"""What ffmpeg made of a film, kept for the rest of the test run, for all its workers.

The same program over the same bytes with the same words makes the same, whichever the database and
whatever the film's row says. So tests of jobs, chunks, buckets and pages have each film encoded
once; all around it (claims, heartbeats, encryption, folders) is done each time. The tests of
packaging itself, which ask no database, run ffmpeg each time.
"""

import fcntl
import hashlib
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from unittest import mock

import pytest

from lms.videos import probe as probing
from lms.videos import running
from lms.videos.faults import ProbeError
from lms.videos.streams import VideoFacts

Seconds = Callable[[float], None]
# Where ffmpeg and the look into a film are taken from by those who use them.
_RUNNERS = ("encoding", "loudness", "texts")
_PROBER = "lms.videos.examination.probe"
_FILE = "file:"
_LONGEST_TURN_SECONDS = 10.0


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kept"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(shared: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, filled by whoever comes first; the others wait."""
    folder = shared / name
    with (shared / f".{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = Path(mkdtemp(dir=shared))
            make(draft)
            draft.rename(folder)
    return folder


class KeptFilms:
    """Runs of ffmpeg, and looks into films, that are done once."""

    def __init__(self, shared: Path) -> None:
        self._folder = shared / "runs"
        self._folder.mkdir(exist_ok=True)
        self._run = running.run_ffmpeg
        self._probe = probing.probe

    def run_ffmpeg(
        self, command: Sequence[str], folder: Path, on_seconds: Seconds, stall_seconds: float
    ) -> None:
        """As lms.videos.running.run_ffmpeg; from the second time on without ffmpeg."""
        key = _key(command)
        if key is None:
            self._run(command, folder, on_seconds, stall_seconds)
            return
        kept = self._folder / key
        with _turn(kept):
            if not kept.exists():
                self._learn(kept, command, folder, on_seconds, stall_seconds)
                return
        shutil.copytree(kept / "files", folder, dirs_exist_ok=True)
        for seconds in pickle.loads((kept / "told").read_bytes()):
            on_seconds(seconds)

    def _learn(
        self,
        kept: Path,
        command: Sequence[str],
        folder: Path,
        on_seconds: Seconds,
        stall_seconds: float,
    ) -> None:
        told: list[float] = []

        def listen(seconds: float) -> None:
            told.append(seconds)
            on_seconds(seconds)

        before = _state(folder)
        self._run(command, folder, listen, stall_seconds)
        made = [path for path, state in _state(folder).items() if before.get(path) != state]

        def fill(draft: Path) -> None:
            for path in made:
                target = draft / "files" / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
            (draft / "told").write_bytes(pickle.dumps(list(dict.fromkeys(told))))

        self._keep(kept, fill)

    def probe(
        self, path: Path, *, on_sign: Callable[[], None] = lambda: None, **limits: object
    ) -> VideoFacts:
        """As lms.videos.probe.probe; from the second time on without ffprobe."""
        words = repr((path.suffix, sorted(limits.items())))
        kept = self._folder / f"probe-{_digest(words.encode(), path)}"
        if kept.exists():
            signs, facts, fault = pickle.loads((kept / "found").read_bytes())
            for _sign in range(signs):
                on_sign()
        else:
            signs = mock.Mock(side_effect=on_sign)
            facts = fault = None
            try:
                facts = self._probe(path, on_sign=signs, **limits)
            except ProbeError as refused:
                fault = refused.fault
            found = pickle.dumps((signs.call_count, facts, fault))
            self._keep(kept, lambda draft: (draft / "found").write_bytes(found))
        if fault is not None:
            raise ProbeError(fault)
        return facts

    def _keep(self, kept: Path, fill: Callable[[Path], object]) -> None:
        draft = Path(mkdtemp(dir=self._folder))
        fill(draft)
        # Another worker may have been quicker with the same.
        with suppress(OSError):
            draft.rename(kept)


@contextmanager
def _turn(kept: Path) -> Iterator[None]:
    """Wait while another makes `kept`, unless that takes so long that it may wait for us."""
    with kept.with_suffix(".lock").open("a") as lock:
        deadline = time.monotonic() + _LONGEST_TURN_SECONDS
        while not kept.exists() and time.monotonic() < deadline:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        yield


def _key(command: Sequence[str]) -> str | None:
    """What the outcome hangs on; None if that is more than one file and the words."""
    files = [Path(word.removeprefix(_FILE)) for word in command if word.startswith(_FILE)]
    if command[0] != "ffmpeg" or len(files) != 1 or not files[0].is_file():
        return None
    words = [_FILE if word.startswith(_FILE) else word for word in command]
    return _digest(repr((files[0].suffix, words)).encode(), files[0])


def _digest(words: bytes, file: Path) -> str:
    digest = hashlib.sha256(words)
    digest.update(file.read_bytes())
    return digest.hexdigest()


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


@contextmanager
def keeping_films(shared: Path) -> Iterator[None]:
    """Inside the block whoever packages a film in this process uses what is kept."""
    films = KeptFilms(shared)
    with ExitStack() as stack:
        for module in _RUNNERS:
            name = f"lms.videos.{module}.run_ffmpeg"
            stack.enter_context(mock.patch(name, films.run_ffmpeg))
        stack.enter_context(mock.patch(_PROBER, films.probe))
        yield
