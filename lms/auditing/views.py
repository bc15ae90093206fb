"""The audit trail as auditors read and export it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context
from flask import url_for as address_of
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.models import Person
from lms.auditing import export as files
from lms.auditing import queries
from lms.auditing.export import ExportFormat
from lms.auditing.forms import FilterForm, WhoForm
from lms.auditing.rows import rows_of, seal_over
from lms.auditing.sealing import newest_seal
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.permissions import Permission
from lms.web.auth import permissions_here, staff
from lms.web.downloads import CSV, XLSX, attachment
from lms.web.limits import limiter
from lms.web.paging import KeysetPage, place_of, record_id

blueprint = Blueprint("auditing", __name__, url_prefix="/manage/audit")


@blueprint.get("")
@staff(Permission.AUDIT_EVENT_READ)
def events() -> tuple[str, int]:
    page, is_valid = _page(WhoForm())
    return page, 200 if is_valid else 422


@blueprint.post("/who")
@staff(Permission.AUDIT_EVENT_READ)
@limiter.limit("60/minute")
def find_actor() -> AnyResponse | tuple[str, int]:
    form = WhoForm()
    if form.validate_on_submit():
        found = queries.find_actor(queries.scope_of(current_user), form.who.data)
        if found is not None:
            arguments = FilterForm(request.args).arguments() | {"actor": found.id}
            return redirect(address_of("auditing.events", **arguments), 303)
        form.who.errors = [_("没有找到这个人，或者其操作不在您的审计范围内。")]
    page, _is_valid = _page(form)
    return page, 422


@blueprint.get("/<int:event_id>")
@staff(Permission.AUDIT_EVENT_READ)
def event(event_id: int) -> str:
    found = queries.get_event(queries.scope_of(current_user), event_id)
    row = rows_of(current_user, [found])[0]
    return render_template("auditing/event.html", row=row, seal=seal_over(found))


@blueprint.post("/export")
@staff(Permission.AUDIT_EVENT_EXPORT)
@limiter.limit("20/minute")
def export() -> Response:
    form = FilterForm(request.args)
    chosen = ExportFormat.find(request.form.get("format"))
    if chosen is None or not form.validate():
        raise Invalid(_("请先改正查询条件，再导出。"))
    scope = queries.scope_of(current_user, Permission.AUDIT_EVENT_EXPORT)
    wanted = form.wanted(scope)
    with transaction():
        files.record_export(current_user, wanted, chosen)
    rows = files.lines(scope, wanted)
    name = f"audit-{clock.now().astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}.{chosen.value}"
    return _download(name, chosen, rows)


def _download(name: str, chosen: ExportFormat, rows: Iterator[list[str]]) -> Response:
    is_csv = chosen is ExportFormat.CSV
    content = files.csv_file(rows) if is_csv else files.xlsx_file(rows)
    return attachment(stream_with_context(content), name, CSV if is_csv else XLSX)


def _page(who: WhoForm) -> tuple[str, bool]:
    """The page of events, and whether what it is to be narrowed to could be read."""
    form, scope = FilterForm(request.args), queries.scope_of(current_user)
    is_valid = form.validate()
    page: KeysetPage[Any] = KeysetPage([], None, None)
    if is_valid:
        place = place_of(request.args, record_id)
        page = queries.events_page(scope, form.wanted(scope), place)
    shown = render_template(
        "auditing/events.html",
        form=form,
        who=who,
        page=page,
        rows=rows_of(current_user, page.rows),
        arguments=form.arguments(),
        actor=_chosen_actor(scope, form.actor.data if is_valid else None),
        seal=newest_seal(),
        formats=list(ExportFormat) if _may_export() else [],
        most_rows=files.MOST_ROWS,
    )
    return shown, is_valid


def _may_export() -> bool:
    return Permission.AUDIT_EVENT_EXPORT in permissions_here()


def _chosen_actor(scope: queries.Scope, actor_id: int | None) -> Person | None:
    found = db.session.get(Person, actor_id) if actor_id else None
    return found if found and queries.is_known(scope, found) else None
