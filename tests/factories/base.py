"""What every factory shares: the session, and one commit for a record and all it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from factory.alchemy import SQLAlchemyModelFactory

from lms.core.db import db, transaction

T = TypeVar("T")


class CommittedFactory(SQLAlchemyModelFactory, Generic[T]):  # type: ignore[misc]
    """Makes a record and commits it, so that other connections and threads see it."""

    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"

    @classmethod
    def _generate(cls, strategy: str, params: Any) -> T:
        with made_at_once():
            made: T = super()._generate(strategy, params)
        return made


@contextmanager
def made_at_once() -> Iterator[None]:
    """One transaction around records that need each other; they stay loaded after its commit."""
    session = db.session()
    if not session.info.get("in_transaction"):
        # What the test has changed before belongs to the database too.
        session.commit()
    kept, session.expire_on_commit = session.expire_on_commit, False
    try:
        with transaction():
            yield
    finally:
        session.expire_on_commit = kept
