"""Files that the web server gives out by itself, without Python: only those it is meant to."""

import http.client

import pytest

SECRET = b"nobody may read this"
OUTSIDE = [
    "/media/hls/../originals/secret.mp4",
    "/media/hls/..%2foriginals%2fsecret.mp4",
    "/media/hls/%2e%2e/originals/secret.mp4",
    "/media/hls/x/../../originals/secret.mp4",
    "/media/hls/%2e%2e%2foriginals%2fsecret.mp4",
    "/media/hls/..%5coriginals%5csecret.mp4",
    "/media/hls//../originals/secret.mp4",
    "/media/originals/secret.mp4",
    "/static/../../media/samples/README.md",
    "/static/..%2f..%2fpyproject.toml",
    "/static/%2e%2e/config.py",
    "/../pyproject.toml",
]


def fetch(system, path: str) -> tuple[int, bytes]:
    """Exactly this path: no client tidies it up."""
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=20)
    try:
        connection.putrequest("GET", path, skip_host=False)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out_of_the_served_folders(system, path):
    originals = system.media / "originals"
    (originals / "secret.mp4").write_bytes(SECRET)
    status, body = fetch(system, path)
    assert SECRET not in body
    assert b"[project]" not in body
    assert b"def setting(" not in body
    assert status in (301, 308, 400, 404)


def test_segments_are_served_and_are_noise_without_their_key(system):
    video = system.rows("SELECT public_id, package_version FROM videos WHERE state = 'ready'")[0]
    package = system.media / "hls" / video["public_id"] / str(video["package_version"])
    segment = next(package.rglob("*.ts"))
    status, body = fetch(system, f"/media/hls/{segment.relative_to(system.media / 'hls')}")
    assert (status, body) == (200, segment.read_bytes())
    # A transport stream in clear begins each of its packets with this byte.
    packets = [body[place] for place in range(0, min(len(body), 188 * 50), 188)]
    assert packets.count(0x47) < len(packets) / 2


def test_no_key_lies_among_the_served_files(system):
    names = {path.suffix for path in (system.media / "hls").rglob("*") if path.is_file()}
    assert names <= {".ts", ".m3u8", ".jpg", ".vtt"}
