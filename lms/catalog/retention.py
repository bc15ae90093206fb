"""Which covers and e-textbooks rows of courses name."""

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import select

from lms.catalog.etextbooks.storage import ETEXTBOOKS
from lms.catalog.files import COVERS
from lms.catalog.models import Course, Etextbook, EtextbookFormat
from lms.core.db import db
from lms.upkeep.references import Reference, add_source


def register(app: Flask) -> None:
    """Tell which files rows name."""
    add_source(app, COVERS, kept_covers)
    # They lie among the originals of films, for which `videos` answers as well.
    add_source(app, ETEXTBOOKS.split("/", 1)[0], kept_etextbooks)


def kept_covers() -> Iterable[Reference]:
    """The covers that courses show."""
    query = select(Course.id, Course.cover_path).where(Course.cover_path.is_not(None))
    for course_id, path in db.session.execute(query):
        assert path is not None
        yield Reference.to_file(path, f"course:{course_id}")


def kept_etextbooks() -> Iterable[Reference]:
    """The e-textbooks of drafts, and of versions from whose drafts they were taken out."""
    for book_id, path, kind in db.session.execute(
        select(Etextbook.id, Etextbook.path, Etextbook.format)
    ):
        owner = f"etextbook:{book_id}"
        if kind is EtextbookFormat.PDF:
            yield Reference.to_file(path, owner)
        else:
            yield Reference(path, owner, is_folder=True, witness=f"{path}/0001.html")
