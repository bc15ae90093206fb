"""A folder and a bucket do the same, and neither ever shows half a file."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms.core.files import FileStore, FolderStore, StorageError
from tests.storage.bucket import Bucket, out_of_reach, status_of

Make = Callable[[], FileStore]


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "media")
    bucket: Bucket = request.getfixturevalue("bucket")
    return bucket.store


def paths(store: FileStore, folder: str) -> list[str]:
    return sorted(found.path for found in store.walk(folder))


def test_file_is_kept_looked_at_read_and_removed(store: FileStore) -> None:
    store.write("covers/a.webp", b"picture")
    found = store.look("covers/a.webp")
    assert (found.path, found.size_bytes, bool(found.tag)) == ("covers/a.webp", 7, True)
    assert abs(dt.datetime.now(dt.UTC) - found.modified_at) < dt.timedelta(minutes=5)
    assert store.read("covers/a.webp") == b"picture"
    with store.open(found) as file:
        file.seek(3)
        assert file.read() == b"ture"
    store.remove("covers/a.webp")
    assert not store.has("covers/a.webp")
    store.remove("covers/a.webp")


def test_what_is_not_there_is_said_to_be_missing(store: FileStore, tmp_path: Path) -> None:
    store.write("covers/a.webp", b"picture")
    for ask in (store.look, store.read):
        with pytest.raises(FileNotFoundError):
            ask("covers/b.webp")
    # A folder is no file.
    assert not store.has("covers")
    with pytest.raises(FileNotFoundError):
        store.fetch("covers/b.webp", tmp_path / "b")
    assert list(tmp_path.glob("b*")) == []
    assert (store.names("nothing"), paths(store, "nothing")) == ([], [])


def test_folder_of_files_is_listed_copied_and_removed(store: FileStore) -> None:
    names = [f"books/one/{number:04}.html" for number in range(12)] + ["books/one/pictures/x.png"]
    store.write_all({name: name.encode() for name in names})
    store.write("books/one.pdf", b"beside")
    assert paths(store, "books/one") == names
    assert store.names("books/one") == [*(f"{n:04}.html" for n in range(12)), "pictures"]
    store.copy("books/one", "books/two")
    store.remove("books/one")
    assert paths(store, "books") == ["books/one.pdf", *(n.replace("one", "two") for n in names)]
    assert store.read("books/two/0003.html") == b"books/one/0003.html"


def test_copy_of_what_is_lost_is_nothing(store: FileStore) -> None:
    store.copy("covers/lost.webp", "covers/copy.webp")
    assert paths(store, "covers") == []


def test_package_is_there_as_a_whole_once_it_is_placed(store: FileStore, tmp_path: Path) -> None:
    built = tmp_path / "built"
    (built / "360p").mkdir(parents=True)
    for name in ("master.m3u8", "360p/index.m3u8", "360p/00000.ts"):
        (built / name).write_text(name)
    store.bring_folder(built, "hls/x/1")
    store.place_folder(built, "hls/x/1")
    assert store.read("hls/x/1/360p/00000.ts") == b"360p/00000.ts"
    assert len(paths(store, "hls/x")) == 3


def test_large_file_goes_in_parallel_parts_and_comes_back_whole(
    bucket: Bucket, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"".join(bytes([n]) * (1 << 20) for n in range(35)))
    bucket.server.asked()
    signs: list[int] = []
    bucket.store.put("originals/film.mp4", film, lambda: signs.append(1))
    asked = bucket.server.asked()
    assert sorted(line.split("partNumber=")[1][0] for line in asked if "partNumber=" in line) == [
        *"12345"
    ]
    bucket.store.fetch("originals/film.mp4", tmp_path / "back", lambda: signs.append(1))
    assert (tmp_path / "back").read_bytes() == film.read_bytes()
    assert signs


def test_files_have_their_types_and_only_packages_may_be_kept_by_others(bucket: Bucket) -> None:
    bucket.store.write("hls/x/1/360p/00000.ts", b"segment")
    bucket.store.write("originals/etextbooks/a.pdf", b"%PDF-")
    segment, book = bucket.head("hls/x/1/360p/00000.ts"), bucket.head("originals/etextbooks/a.pdf")
    assert segment["ContentType"] == "video/mp2t"
    assert segment["CacheControl"] == "public, max-age=31536000, immutable"
    assert book["ContentType"] == "application/pdf"
    assert book["CacheControl"] == "private, no-store"
    root = bucket.public_url.removesuffix("/hls")
    assert status_of(f"{root}/hls/x/1/360p/00000.ts") == 200
    assert status_of(f"{root}/originals/etextbooks/a.pdf") == 403


def test_upload_that_fails_leaves_no_file_and_is_an_error_of_the_disk(
    bucket: Bucket, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(20 << 20))
    bucket.server.fail_after(2)
    with pytest.raises(StorageError) as refused:
        bucket.store.put("originals/film.mp4", film)
    assert isinstance(refused.value, OSError)
    assert bucket.settings.media_s3_secret not in repr(refused.value)
    bucket.server.recover()
    assert bucket.paths() == []


def test_moment_of_trouble_is_got_over(bucket: Bucket) -> None:
    bucket.server.fail_after(0, times=2)
    bucket.store.write("covers/a.webp", b"picture")
    assert bucket.paths() == ["covers/a.webp"]


def test_upload_ends_when_nobody_wants_it_any_more(bucket: Bucket, tmp_path: Path) -> None:
    class LostError(Exception):
        pass

    def stop() -> None:
        raise LostError()

    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(40 << 20))
    with pytest.raises(LostError):
        bucket.store.put("originals/film.mp4", film, stop)


def test_bucket_out_of_reach_is_an_error_of_the_disk(bucket: Bucket) -> None:
    store = out_of_reach(bucket)
    reaches: list[Callable[[], Any]] = [
        lambda: store.read("a"),
        lambda: store.write("a", b""),
        lambda: store.names(""),
        lambda: store.remove("a"),
    ]
    for reach in reaches:
        with pytest.raises(StorageError):
            reach()
