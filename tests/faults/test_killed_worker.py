"""kill -9 of the worker in the middle of packaging: the next one makes one whole package."""

import json
import subprocess
from pathlib import Path

from lms.config import ROOT
from tests.journeys.system import System, wait_until

LECTURE = ROOT / "media/samples/digital-engineers/conversion.mp4"
STALE_SECONDS = 4


def _film(folder: Path) -> Path:
    """The first 16 seconds of a lecture: long enough to be killed in the middle of."""
    film = folder / "lecture.mp4"
    cut = ["ffmpeg", "-v", "error", "-i", str(LECTURE), "-t", "16", "-c", "copy", str(film)]
    subprocess.run(cut, check=True, stdin=subprocess.DEVNULL)
    return film


def _is_in_the_middle(system: System) -> bool:
    """Whether plain segments of a package under way lie in the working folder."""
    return any((system.folder / "var/packaging").glob("*/*/*.ts"))


def test_a_film_is_ready_once_after_its_worker_was_killed(new_system, tmp_path):
    system = new_system(packaging_stale_seconds=STALE_SECONDS, transcode_preset="medium")
    seeded = system.run_module("tests.faults.seed", "packaging", str(_film(tmp_path)))
    public_id = json.loads(seeded.splitlines()[-1])["public_id"]
    system.start("worker")
    wait_until(lambda: _is_in_the_middle(system), "the film is being packaged")
    system.kill("worker")
    assert system.value("SELECT state FROM videos") == "processing"
    assert not list((system.media / "hls" / public_id).glob("*"))

    system.start("worker", "beat")
    wait_until(lambda: system.value("SELECT state FROM videos") == "ready", "the film is ready", 90)

    rows = system.rows("SELECT state, attempts, package_version, window_count FROM videos")
    assert [(row["state"], row["attempts"]) for row in rows] == [("ready", 2)]
    versions = [path.name for path in (system.media / "hls" / public_id).iterdir()]
    assert versions == [str(rows[0]["package_version"])]
    assert _leftovers(system) == []
    _assert_whole(system.media / "hls" / public_id / versions[0])


def _leftovers(system: System) -> list[Path]:
    folders = (system.folder / "var/packaging", system.media / "hls/.building")
    return [path for folder in folders if folder.exists() for path in folder.iterdir()]


def _assert_whole(package: Path) -> None:
    """Every file that a playlist names is there, and no file that none names."""
    master = (package / "master.m3u8").read_text()
    for name in (line for line in master.splitlines() if line.endswith(".m3u8")):
        playlist = package / name
        lines = playlist.read_text().splitlines()
        named = {line for line in lines if line and not line.startswith("#")}
        kept = {path.name for path in playlist.parent.iterdir()} - {playlist.name}
        assert named == kept
        assert len(named) >= 4
