"""Schemes as everybody reads them, and as learners find theirs on /me and in the catalogue."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms.accounts.models import Person
from lms.core import clock
from lms.schemes import progress, queries
from lms.schemes.forms import SchemeFilterForm
from lms.schemes.models import SchemeRevision
from lms.schemes.rules import hours_by_category
from lms.web.auth import open_to_all
from lms.web.paging import newest_first, place_of, record_id

blueprint = Blueprint("schemes", __name__)


def visitor() -> Person | None:
    """The person who asks, or None for a guest."""
    return current_user._get_current_object() if current_user.is_authenticated else None


@blueprint.get("/schemes")
@open_to_all
def index() -> str:
    form = SchemeFilterForm(request.args)
    years = queries.public_years()
    form.year.choices = [
        SelectChoice("", _("全部年度")),
        *(SelectChoice(str(year), str(year)) for year in years),
    ]
    chosen = next((year for year in years if str(year) == form.year.data), None)
    query = queries.public_revisions(chosen, form.profession.series)
    after = request.args.get("after", type=record_id)
    return render_template(
        "schemes/index.html",
        form=form,
        page=newest_first(query, SchemeRevision.id, after),
        kept={name: value for name, value in form.data.items() if value},
    )


@blueprint.get("/schemes/<int:scheme_id>")
@open_to_all
def show(scheme_id: int) -> str:
    return _page(queries.get_public(scheme_id))


@blueprint.get("/schemes/<int:scheme_id>/revisions/<int:revision_number>")
@open_to_all
def revision(scheme_id: int, revision_number: int) -> str:
    return _page(queries.get_public(scheme_id, revision_number))


def _page(revision: SchemeRevision) -> str:
    person = visitor()
    page = queries.courses_page(revision, place_of(request.args, int, int))
    ids = [row.course_id for row in page.rows]
    return render_template(
        "schemes/show.html",
        page=page,
        standings=progress.standings(person, ids) if person else {},
        summary=progress.summary(person, revision) if person else None,
        history=queries.history_of(revision.scheme),
        **scheme_words(revision),
    )


@blueprint.get("/schemes/<int:scheme_id>/print")
@open_to_all
def print_out(scheme_id: int) -> str:
    revision = queries.get_public(scheme_id)
    rows = queries.all_courses(revision)
    return render_template("schemes/print.html", rows=rows, **scheme_words(revision))


def scheme_words(revision: SchemeRevision) -> dict[str, Any]:
    """What the template _content.html needs of a revision."""
    count = queries.course_counts([revision.id]).get(revision.id, 0)
    return {
        "revision": revision,
        "scheme": revision.scheme,
        "sums": hours_by_category(revision.topic_list),
        "course_count": count,
    }


def my_schemes(person: Person) -> str | None:
    """Filler of "me.cards": this year's schemes for the learner, with their progress."""
    return _mine(person)


def catalogue_band(person: Person | None) -> str:
    """Filler of "catalogue.top": the learner's schemes, or the way to everybody's."""
    mine = _mine(person) if person is not None else None
    return mine or render_template("schemes/_all.html")


def _mine(person: Person) -> str | None:
    found = queries.revisions_for(person)
    if not found:
        return None
    own = []
    for revision in found:
        rows = progress.next_courses(person, revision)
        standings = progress.standings(person, [row.course_id for row in rows])
        own.append((revision, progress.summary(person, revision), rows, standings))
    return render_template("schemes/_mine.html", own=own, this_year=clock.today().year)
