"""media-check: what nothing refers to is found, and nothing else; what is lost is named."""

import datetime as dt
from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db
from lms.core.files import files
from lms.questions import kept_files
from lms.upkeep.media import find_unused
from lms.videos.models import Video, VideoState
from tests.certificates.conftest import issue
from tests.factories import LessonFactory
from tests.storage.estate import build_films, build_rest, build_strays, film, give_files
from tests.support import MovableClock

__all__ = ["issue"]
DAY = dt.timedelta(days=1)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, app: Flask) -> str:
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


@pytest.fixture
def later(clock: MovableClock) -> Iterator[MovableClock]:
    """Two days from now: files have the age that the machine's clock gives them."""
    clock.set(dt.datetime.now(dt.UTC) + 2 * DAY)
    return clock


def run(app: Flask, *words: str) -> Result:
    result = app.test_cli_runner().invoke(args=["media-check", *words])
    db.session.rollback()
    return result


def unused() -> list[str]:
    return sorted(found.path for found in find_unused(DAY).unused)


def test_everything_a_row_names_is_kept_and_strays_go(
    app: Flask, store: str, later: MovableClock, issue
) -> None:
    kept = {**build_films(), **build_rest(issue())}
    strays = build_strays()
    files().write("roster/key.upload", b"of nobody's area")
    token = kept_files.keep(b"questions", 1, 1)
    assert unused() == strays
    assert find_unused(DAY).missing == []

    told = run(app)
    assert told.exit_code == 0
    assert "Nothing was removed; --remove does it." in told.output
    assert "hls/stray/1  (1 files" in told.output
    assert unused() == strays

    result = run(app, "--remove")
    assert (result.exit_code, f"{len(strays)} removed." in result.output) == (0, True)
    lost = {why: [path for path in paths if not files().has(path)] for why, paths in kept.items()}
    assert {why: paths for why, paths in lost.items() if paths} == {}
    assert files().has("roster/key.upload")
    assert kept_files.find(token, 1, 1).content == b"questions"
    assert unused() == []
    assert find_unused(DAY).missing == []


def test_replaced_film_of_no_use_is_forgotten_by_its_row(app: Flask, later: MovableClock) -> None:
    lesson = LessonFactory()
    give_files(film(lesson, VideoState.READY))
    replaced = film(lesson, VideoState.REPLACED)
    give_files(replaced)
    run(app)
    db.session.refresh(replaced)
    assert (replaced.package_version, replaced.package_bytes) == (1, 4)
    assert run(app, "--remove").exit_code == 0
    db.session.refresh(replaced)
    assert (replaced.package_version, replaced.package_bytes) == (0, 0)
    assert replaced.original_path is None
    left = files().names("hls")
    assert left == [db.session.query(Video).filter_by(state=VideoState.READY).one().public_id]


def test_what_is_young_stays_and_the_age_is_the_operators_choice(
    app: Flask, store: str, clock: MovableClock
) -> None:
    files().write("covers/stray.webp", b"stray")
    clock.set(dt.datetime.now(dt.UTC) + dt.timedelta(hours=23))
    assert "0 unused files" in run(app, "--remove", "--most", "100").output
    clock.advance(hours=2)
    assert "0 unused files" in run(app, "--older-than", "2", "--remove", "--most", "100").output
    assert files().has("covers/stray.webp")
    assert "1 removed." in run(app, "--remove", "--most", "100").output
    assert not files().has("covers/stray.webp")


def test_lost_files_are_named_with_their_rows(app: Flask, later: MovableClock, issue) -> None:
    kept = build_rest(issue())
    playing = film(LessonFactory(), VideoState.READY)
    give_files(playing)
    for path in (
        kept["cover"][0],
        kept["certificate"][0],
        f"hls/{playing.public_id}/1/master.m3u8",
    ):
        files().remove(path)
    result = run(app)
    assert result.exit_code == 1
    missing = [line for line in result.output.splitlines() if line.startswith("missing")]
    # A certificate is made again when it is asked for.
    assert len(missing) == 2
    assert any(f"(video:{playing.id})" in line for line in missing)
    assert any(kept["cover"][0] in line for line in missing)


def test_wrong_database_does_not_empty_the_store(app: Flask, later: MovableClock) -> None:
    for number in range(3):
        files().write(f"covers/{number}.webp", b"of another database")
    result = run(app, "--remove")
    assert result.exit_code == 1
    assert "Is this the right database?" in result.output
    assert len(files().names("covers")) == 3


def test_removal_is_recorded_without_names(app: Flask, later: MovableClock) -> None:
    files().write("covers/stray.webp", b"stray")
    run(app)
    tag = AuditTag.UPKEEP_FILES_REMOVE.value
    assert db.session.query(AuditEvent).filter_by(tag=tag).all() == []
    run(app, "--remove", "--most", "100")
    event = db.session.query(AuditEvent).filter_by(tag=tag).one()
    assert (event.actor_id, event.subject) == (None, "files")
    assert event.detail == {"count": 1, "size_bytes": 5}
    # The folder of the first level stays, those that became empty go.
    assert files().names("covers") == []


def test_file_that_is_named_while_others_are_listed_stays(
    app: Flask, later: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    files().write("covers/new.webp", b"x")
    walk = files().walk

    def walk_while_a_row_comes(folder: str) -> Iterator[object]:
        yield from walk(folder)
        if folder == "covers":
            course = LessonFactory().course
            course.cover_path = "covers/new.webp"
            db.session.commit()

    monkeypatch.setattr(files(), "walk", walk_while_a_row_comes)
    assert unused() == []
