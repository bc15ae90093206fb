"""The official clients of tus against the running server, which is killed half way.

tuspy 1.1.0, and the tus-js-client that the pages use, under Node.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tusclient.client import TusClient

from lms.config import ROOT
from lms.demo_people import PASSWORD
from tests.journeys.system import System

FILM = ROOT / "media/samples/test/landscape.mp4"
CHUNK_BYTES = 40_000
# What the clients and the server say to each other has nothing of SQL in it.
pytestmark = pytest.mark.no_database
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@pytest.fixture
def system(new_system) -> System:
    return new_system()


def begin(system: System) -> int:
    """Start the web server with a lesson in the database; the lesson's id."""
    lesson = json.loads(system.run_module("tests.faults.seed", "lesson").splitlines()[-1])
    system.start("web")
    return int(lesson["lesson_id"])


def headers_of_trainer(system: System) -> dict[str, str]:
    """What a client sends besides: the session of a trainer and its token against forgery."""
    with httpx.Client(base_url=system.url, timeout=20) as client:
        sign_in = {"login": "trainer", "password": PASSWORD}
        headers = {"X-CSRFToken": _token(client), "Referer": system.url}
        assert client.post("/sign-in", data=sign_in, headers=headers).status_code == 302
        return {"X-CSRFToken": _token(client), "Cookie": f"xueshi={client.cookies['xueshi']}"}


def _token(client: httpx.Client) -> str:
    found = TOKEN.search(client.get("/courses").text)
    assert found is not None
    return found[1]


def kept_film(system: System) -> tuple[dict[str, Any], bytes]:
    (video,) = system.rows("SELECT lesson_id, original_path, size_bytes FROM videos")
    return video, (system.media / video["original_path"]).read_bytes()


def test_tuspy_goes_on_after_the_server_was_killed(system: System) -> None:
    lesson_id = begin(system)
    client = TusClient(f"{system.url}/api/v1/uploads", headers=headers_of_trainer(system))
    metadata = {"filename": "film.mp4", "lesson": str(lesson_id)}
    with FILM.open("rb") as stream:
        film = {"file_stream": stream, "chunk_size": CHUNK_BYTES}
        first = client.uploader(**film, metadata=metadata, upload_checksum=True)
        first.upload(stop_at=FILM.stat().st_size // 2)
        assert 0 < first.offset < FILM.stat().st_size
        system.kill("web")
        system.start("web")
        second = client.uploader(**film, url=first.url)
        assert second.offset == first.offset
        second.upload()
    video, content = kept_film(system)
    assert content == FILM.read_bytes()
    assert video["lesson_id"] == lesson_id


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_tus_js_client_goes_on_after_the_server_was_killed(system: System, tmp_path: Path) -> None:
    lesson_id = begin(system)
    job = {
        "client": str(ROOT / "lms/static/vendor/tus/tus.min.js"),
        "film": str(FILM),
        "endpoint": f"{system.url}/api/v1/uploads",
        "lesson": lesson_id,
        "headers": headers_of_trainer(system),
        "chunkBytes": CHUNK_BYTES,
    }
    left = run_client("BEGIN", job, tmp_path)
    assert 0 < left["sent"] < FILM.stat().st_size
    system.kill("web")
    system.start("web")
    done = run_client("FINISH", {**job, "uploadUrl": left["url"]}, tmp_path)
    assert re.fullmatch(r"/manage/videos/\d+/status", done["result"])
    video, content = kept_film(system)
    assert content == FILM.read_bytes()
    assert video["lesson_id"] == lesson_id


def run_client(step: str, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    command = ["node", str(ROOT / "tests/faults/tus_client.js"), step, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return answer
