"""media-copy: an installation moves from its disk to a bucket."""

import shutil

from flask import Flask

from lms.core.files import FolderStore, files
from lms.upkeep.media import find_unused
from tests.certificates.conftest import issue
from tests.storage.bucket import Bucket, status_of
from tests.storage.estate import build_films, build_rest
from tests.storage.test_media_check import DAY, later

__all__ = ["issue", "later"]


def copy(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["media-copy"])
    assert result.exit_code == 0, result.output
    return result.output


def test_everything_finished_moves_once_and_playlists_name_the_platform(
    app: Flask, settings, bucket: Bucket, later, issue
) -> None:
    disk = FolderStore(settings.media_path)
    app.extensions["files"] = disk
    kept = {**build_films(), **build_rest(issue())}
    (incoming,), (building,) = kept.pop("unfinished upload"), kept.pop("package being built")
    index = next(path for path in kept["film that is shown"] if path.endswith("index.m3u8"))
    disk.write(index, b'#EXT-X-KEY:METHOD=AES-128,URI="/keys/abc/0"\n')
    app.extensions["files"] = bucket.store

    paths = {path for paths in kept.values() for path in paths}
    assert copy(app) == f"{len(paths)} files copied.\n"
    assert bucket.paths() == sorted(paths)
    assert f'URI="{settings.public_url}/keys/abc/0"'.encode() in files().read(index)
    assert bucket.head(index)["ContentType"] == "application/vnd.apple.mpegurl"
    assert copy(app) == "0 files copied.\n"
    shutil.rmtree(settings.media_path)
    settings.media_path.mkdir()
    findings = find_unused(DAY)
    assert (findings.unused, findings.missing) == ([], [])
    assert status_of(f"{bucket.public_url}/{index.removeprefix('hls/')}") == 200
    assert not {incoming, building} & set(bucket.paths())


def test_without_a_bucket_there_is_nowhere_to_copy_to(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["media-copy"])
    assert result.exit_code == 1
    assert "LMS_MEDIA_URL names no bucket" in result.output
