"""Servers that note what is sent, and a course with an exam."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.exams.conftest import course, cycle
from tests.notices.support import Post

__all__ = ["course", "cycle"]


@pytest.fixture
def post(app: Flask) -> Iterator[Post]:
    """Both senders, in place of the folders."""
    stand_in, kept = Post(), {name: app.extensions[name] for name in ("mailer", "text_sender")}
    app.extensions.update(mailer=stand_in, text_sender=stand_in)
    yield stand_in
    app.extensions.update(kept)
