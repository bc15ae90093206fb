"""Reading an e-textbook: a PDF in its reader, other books chapter by chapter."""

from flask import Blueprint, Response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from lms.catalog import queries
from lms.catalog.etextbooks.storage import chapter_html, picture_path
from lms.catalog.models import Etextbook, EtextbookFormat
from lms.catalog.views import visitor
from lms.core.errors import NotFound
from lms.core.files import content_type
from lms.web.auth import open_to_all
from lms.web.security import let_own_pages_frame
from lms.web.stored import send_stored

blueprint = Blueprint("etextbooks", __name__, url_prefix="/courses/<slug>/etextbook")
# A drawing that is opened by itself is a page; under this it runs and loads nothing.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _book(slug: str, etextbook_id: int) -> Etextbook:
    """The book if the visitor may see its course, as for everything else of it."""
    person = visitor()
    course = queries.get_visible_course(slug, person)
    return queries.get_readable_etextbook(course, etextbook_id, person)


@blueprint.get("/<int:etextbook_id>/read")
@open_to_all
def read(slug: str, etextbook_id: int) -> str | BaseResponse:
    """The reader of a PDF; of another book its first chapter."""
    let_own_pages_frame()
    book = _book(slug, etextbook_id)
    if book.format is EtextbookFormat.PDF:
        return render_template("catalog/etextbooks/pdf.html", book=book, course=book.course)
    first = url_for("etextbooks.chapter", slug=slug, etextbook_id=etextbook_id, chapter_number=1)
    return redirect(first)


@blueprint.get("/<int:etextbook_id>/read/<int:chapter_number>")
@open_to_all
def chapter(slug: str, etextbook_id: int, chapter_number: int) -> str:
    """A chapter, with the table of contents and the ways on and back."""
    let_own_pages_frame()
    book = _book(slug, etextbook_id)
    if not 1 <= chapter_number <= book.chapter_count:
        raise NotFound()
    return render_template(
        "catalog/etextbooks/chapter.html",
        book=book,
        course=book.course,
        number=chapter_number,
        # It was cleaned when it was kept, by etextbooks.rewriting.
        text=Markup(chapter_html(book, chapter_number)),  # noqa: S704
        current=_current_entry(book, chapter_number),
    )


def _current_entry(book: Etextbook, number: int) -> int:
    """The place in the contents of the last entry that begins in this chapter or before it."""
    places = [place for place, entry in enumerate(book.contents) if entry["chapter"] <= number]
    exact = [place for place in places if book.contents[place]["chapter"] == number]
    return exact[0] if exact else (places[-1] if places else -1)


@blueprint.get("/<int:etextbook_id>/read/pictures/<picture_name>")
@open_to_all
def picture(slug: str, etextbook_id: int, picture_name: str) -> Response:
    """A picture of a chapter."""
    path = picture_path(_book(slug, etextbook_id), picture_name)
    response = send_stored(path, content_type(path))
    response.headers["Content-Security-Policy"] = _PICTURE_POLICY
    # Its name tells its content, and who may see a book may change: kept, but by the reader alone.
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
