"""The application with its files in a bucket."""

from collections.abc import Iterator

import pytest
from flask import Flask

from lms.config import Settings
from tests.storage.bucket import Bucket, S3Server, make_bucket
from tests.videos.conftest import film, kept_films, lesson, shared, trainer

__all__ = ["film", "kept_films", "lesson", "shared", "trainer"]


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    started = S3Server()
    yield started
    started.stop()


@pytest.fixture
def bucket(app: Flask, server: S3Server, settings: Settings) -> Iterator[Bucket]:
    """A bucket of its own, in which the application keeps its files while the test runs."""
    made = make_bucket(server, settings)
    former = app.extensions["files"]
    app.extensions.update(files=made.store, settings=made.settings)
    yield made
    server.recover()
    app.extensions.update(files=former, settings=settings)
