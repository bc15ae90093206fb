"""The catalogue, the course page, covers and e-textbooks."""

import contextlib
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from lms.accounts.models import Person
from lms.catalog import queries
from lms.catalog.cards import card_of, cover_url, price_now
from lms.catalog.covers import cover_version, drawn_cover
from lms.catalog.forms import CatalogueForm
from lms.catalog.models import Course, CourseState, EtextbookFormat
from lms.catalog.quality_operations import may_mark
from lms.catalog.subject_operations import subjects_of
from lms.core.enums import HourCategory
from lms.core.errors import NotFound
from lms.web.auth import open_to_all
from lms.web.paging import newest_first, record_id
from lms.web.slots import collect
from lms.web.stored import send_stored

blueprint = Blueprint("catalog", __name__)
PAGE_SIZE = 12
FILTERS = ("q", "category", "year", "subject", "base")
# A PDF is shown by the browser's own viewer, which brings its styles along and needs no script.
_PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
    "img-src 'self' data: blob:; frame-ancestors 'self'"
)
_SVG_POLICY = "default-src 'none'"
READER_HEADER = "X-Etextbook-Reader"


def visitor() -> Person | None:
    """The person who asks, or None for a guest."""
    return current_user._get_current_object() if current_user.is_authenticated else None


@blueprint.get("/courses")
@open_to_all
def courses() -> str:
    form, filters = _filters()
    query = queries.published_courses(**filters)
    page = newest_first(query, Course.id, request.args.get("after", type=record_id), PAGE_SIZE)
    kept = {name: form[name].data for name in FILTERS if form[name].data}
    return render_template(
        "catalog/courses.html",
        form=form,
        cards=[card_of(course) for course in page.rows],
        page=page,
        kept=kept,
        is_narrowed=any(filters.values()),
        fen_per_hour=current_app.extensions["settings"].price_per_hour,
        bands=collect("catalogue.top", person=visitor()) if not kept and page.is_first else [],
    )


def _filters() -> tuple[CatalogueForm, dict[str, Any]]:
    form = CatalogueForm(request.args)
    years = (SelectChoice(str(year)) for year in queries.published_years())
    form.year.choices = [SelectChoice("", _("全部年度")), *years]
    bases = (SelectChoice(str(base.id), base.name) for base in queries.publishing_bases())
    form.base.choices = [SelectChoice("", _("全部基地")), *bases]
    # A filter from an old link that offers nothing any more is passed over.
    if not form.validate():
        for field in (form.category, form.year, form.subject, form.base):
            field.data = "" if field.errors else field.data
            field.errors = ()
    category = HourCategory(form.category.data) if form.category.data else None
    year = int(form.year.data) if form.year.data else None
    return form, {
        "category": category,
        "year": year,
        "text": form.q.data or "",
        "subject": form.subject.data or None,
        "base_id": int(form.base.data) if form.base.data else None,
    }


def front_section() -> str:
    """The newest courses, for the front page."""
    page = newest_first(queries.published_courses(), Course.id, None, 6)
    cards = [card_of(course) for course in page.rows]
    return render_template("catalog/_front.html", courses=cards)


@blueprint.get("/courses/<slug>")
@open_to_all
def course(slug: str) -> str:
    person = visitor()
    found = queries.get_visible_course(slug, person)
    can_edit = person is not None and queries.may_edit(found, person)
    is_preview = can_edit and "draft" in request.args
    shown = found if is_preview else found.shown
    return render_template(
        "catalog/course.html",
        course=found,
        shown=shown,
        is_preview=is_preview,
        price_fen=price_now(shown),
        cover_url=cover_url(found),
        subjects=subjects_of(found),
        actions=collect("course.actions", course=found, person=person),
        can_edit=can_edit,
        can_mark=person is not None and may_mark(person, found),
    )


@blueprint.get("/courses/<slug>/cover")
@open_to_all
def cover(slug: str) -> Response:
    found = queries.get_visible_course(slug, visitor())
    response = _cover_picture(found)
    is_lasting = request.args.get("v") == cover_version(found)
    if found.state is not CourseState.DRAFT and is_lasting:
        response.headers["Cache-Control"] = "public, max-age=2592000, immutable"
    return response


def _cover_picture(course: Course) -> Response:
    if course.cover_path is not None:
        with contextlib.suppress(NotFound):
            return send_stored(course.cover_path, "image/webp")
    response = make_response(render_template("catalog/cover.svg", **drawn_cover(course)))
    response.mimetype = "image/svg+xml"
    response.headers["Content-Security-Policy"] = _SVG_POLICY
    return response


@blueprint.get("/courses/<slug>/etextbook/<int:etextbook_id>")
@open_to_all
def etextbook(slug: str, etextbook_id: int) -> BaseResponse:
    """The file of a PDF; whoever may not keep it, or opens another book, is led to the reader."""
    person = visitor()
    found = queries.get_visible_course(slug, person)
    book = queries.get_readable_etextbook(found, etextbook_id, person)
    # The reader's own requests say so. It keeps nobody from copying what they can read, but no
    # page hands the file out.
    is_read = READER_HEADER in request.headers
    if book.format is not EtextbookFormat.PDF or not (book.may_download or is_read):
        return redirect(url_for("etextbooks.read", slug=slug, etextbook_id=etextbook_id))
    response = send_stored(
        book.path,
        "application/pdf",
        name=f"{book.title}.pdf",
        as_attachment="download" in request.args,
    )
    response.headers["Content-Security-Policy"] = _PDF_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    return response
