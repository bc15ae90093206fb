"""Staff pages: import people from a workbook, and what was imported before."""

import io
from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.models import Person
from lms.accounts.queries import permissions_of
from lms.auditing.subjects import Shown
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.core.tasks import enqueue_after_commit
from lms.roster import operations, queries
from lms.roster.enums import FileFault
from lms.roster.forms import ApplyForm, UploadForm
from lms.roster.models import RosterImport
from lms.roster.reading import MOST_ROWS
from lms.roster.scope import own_unit_of
from lms.roster.storage import MARKED, pieces_of, settings
from lms.roster.tasks import apply_roster, check_roster, tidy_roster
from lms.roster.template_workbook import FILE_NAME, MOST_LISTED_UNITS, template_workbook
from lms.web.auth import permissions_here, staff
from lms.web.downloads import attachment
from lms.web.errors import http_error
from lms.web.limits import limiter
from lms.web.paging import newest_first, record_id

IMPORT = Permission.PEOPLE_ROSTER_IMPORT
# What a form adds to its file.
_FORM_BYTES = 64 * 1024

blueprint = Blueprint("roster", __name__, url_prefix="/manage/roster")


@blueprint.url_value_preprocessor
def _take_a_large_file(endpoint: str | None, _values: object) -> None:
    if endpoint != "roster.upload":
        return
    # A form is read before the guard and the limiter see who sends it.
    if not _may_import():
        request._get_file_stream = _nowhere  # type: ignore[method-assign]
        return
    request.max_content_length = settings().roster_max_mb * 1024 * 1024 + _FORM_BYTES
    # In memory: a temporary file would hold identity numbers in clear.
    request._get_file_stream = _in_memory  # type: ignore[method-assign]


def _may_import() -> bool:
    return IMPORT in permissions_here()


def _in_memory(*_args: object, **_kwargs: object) -> io.BytesIO:
    return io.BytesIO()


class _Nowhere(io.BytesIO):
    """A file that forgets what is written to it."""

    def write(self, data: Any) -> int:
        return len(data)


def _nowhere(*_args: object, **_kwargs: object) -> io.BytesIO:
    return _Nowhere()


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> Any:
    if not _may_import():
        return http_error(error)
    message = str(FileFault.TOO_LARGE.label) % {"limit": settings().roster_max_mb}
    return _refused_upload(UploadForm(formdata=None), message), 413


def _refused_upload(form: UploadForm, message: str) -> str:
    form.file.errors = [*form.file.errors, message]
    return _index_page(form)


def _index_page(form: UploadForm) -> str:
    page = newest_first(
        queries.visible_imports(current_user),
        RosterImport.id,
        request.args.get("after", type=record_id),
        size=20,
    )
    return render_template(
        "roster/index.html",
        form=form,
        page=page,
        own_unit=own_unit_of(current_user),
        most_mb=settings().roster_max_mb,
        most_rows=MOST_ROWS,
    )


@blueprint.get("")
@staff(IMPORT)
def index() -> str:
    return _index_page(UploadForm(formdata=None))


@blueprint.post("")
@staff(IMPORT)
@limiter.limit("60/hour")
def upload() -> BaseResponse | tuple[str, int]:
    form = UploadForm()
    if not form.validate_on_submit():
        return _index_page(form), 422
    content, name = form.file.data.stream.read(), form.file.data.filename
    try:
        with transaction():
            roster = operations.upload_roster(current_user, content, name, request.remote_addr)
            enqueue_after_commit(check_roster, roster.id)
    except Invalid as refusal:
        return _refused_upload(form, str(refusal.message)), 422
    return redirect(url_for("roster.show", import_id=roster.id))


@blueprint.get("/template.xlsx")
@staff(IMPORT)
def template() -> Response:
    units = queries.units_in_scope(current_user, MOST_LISTED_UNITS)
    return attachment(template_workbook(units), FILE_NAME)


@blueprint.get("/<int:import_id>")
@staff(IMPORT)
def show(import_id: int) -> str:
    return _page("roster/show.html", import_id)


@blueprint.get("/<int:import_id>/status")
@staff(IMPORT)
def status(import_id: int) -> str:
    """What the page asks for again while a worker has the roster."""
    return _page("roster/_import.html", import_id)


def _page(template_name: str, import_id: int) -> str:
    roster = queries.find_import(current_user, import_id)
    after = request.args.get("after", type=record_id)
    return render_template(
        template_name,
        roster=roster,
        is_own=roster.uploader_id == current_user.id,
        problems=queries.problems_of(roster, after),
        problem_count=queries.count_problems(roster),
        form=ApplyForm(formdata=None, checks=roster.checks),
        people_url=_people_url(),
    )


def _people_url() -> str | None:
    """The list of people, for whoever may see it."""
    may_read = Permission.PEOPLE_PERSON_READ in permissions_here()
    return url_for("manage_people.people") if may_read else None


@blueprint.post("/<int:import_id>/apply")
@staff(IMPORT)
def apply(import_id: int) -> BaseResponse:
    form = ApplyForm()
    queries.find_import(current_user, import_id)
    if not form.validate_on_submit():
        raise Conflict()
    try:
        with transaction():
            roster = queries.find_import(current_user, import_id)
            operations.request_apply(current_user, roster, form.checks.data)
            enqueue_after_commit(apply_roster, import_id)
    except Conflict as refusal:
        flash(str(refusal.message), "warning")
    return _back_to(import_id)


@blueprint.post("/<int:import_id>/check")
@staff(IMPORT)
def check(import_id: int) -> BaseResponse:
    with transaction():
        roster = queries.find_import(current_user, import_id)
        operations.request_check(current_user, roster)
        enqueue_after_commit(check_roster, import_id)
    return _back_to(import_id)


@blueprint.post("/<int:import_id>/cancel")
@staff(IMPORT)
def cancel(import_id: int) -> BaseResponse:
    with transaction():
        roster = queries.find_import(current_user, import_id)
        operations.cancel_roster(current_user, roster)
        enqueue_after_commit(tidy_roster, import_id)
    flash(_("已放弃这份名单，上传的文件已删除。"), "success")
    return redirect(url_for("roster.index"))


def shown_imports(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Imports as the audit trail shows them: by their file, with a link for who may open it."""
    may_open = viewer is not None and IMPORT in permissions_of(viewer)
    shown = {}
    for roster in queries.imports_of(ids):
        url = url_for("roster.show", import_id=roster.id) if may_open else None
        shown[roster.id] = Shown(_("人员名册 %(name)s", name=roster.file_name), url)
    return shown


def _back_to(import_id: int) -> BaseResponse:
    return redirect(url_for("roster.show", import_id=import_id))


@blueprint.get("/<int:import_id>/marked.xlsx")
@staff(IMPORT)
def marked(import_id: int) -> Response:
    """The workbook with what is wrong beside the cells. Every download is recorded."""
    with transaction():
        roster = queries.find_import(current_user, import_id)
        key = operations.open_marked(current_user, roster)
        name = roster.file_name.rpartition(".")[0] or roster.file_name
    return attachment(b"".join(pieces_of(key, MARKED)), _("%(name)s-检查结果.xlsx", name=name))
