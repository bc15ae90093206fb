"""What every factory shares: the session, and a commit for each record."""

from typing import Generic, TypeVar

from factory.alchemy import SQLAlchemyModelFactory

from lms.core.db import db

T = TypeVar("T")


class CommittedFactory(SQLAlchemyModelFactory, Generic[T]):  # type: ignore[misc]
    """Makes a record and commits it, so that other connections and threads see it."""

    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "commit"
