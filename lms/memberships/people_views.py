"""/manage/people: whom a unit, department or bureau looks after; search and export."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.queries import organizations_with
from lms.core.db import db
from lms.core.permissions import Permission
from lms.memberships import exporting, finding, queries
from lms.memberships.people_forms import PeopleFilterForm, kept_arguments
from lms.memberships.queries import PeopleFilter, count_people, people_page
from lms.web.auth import permissions_here, staff
from lms.web.downloads import attachment
from lms.web.limits import limiter
from lms.web.paging import Place, place_of, record_id

blueprint = Blueprint("manage_people", __name__, url_prefix="/manage/people")
_READ = Permission.PEOPLE_PERSON_READ


@blueprint.get("")
@staff(_READ)
def people() -> str:
    form = PeopleFilterForm(request.args)
    form.validate()
    wanted = form.wanted(request.args.get("tab") == "former")
    page = people_page(current_user, wanted, _place(wanted))
    return render_template(
        "memberships/manage/people.html",
        page=page,
        form=form,
        wanted=wanted,
        kept=kept_arguments(request.args),
        count=count_people(current_user, wanted),
        counted_at_most=queries.COUNTED_AT_MOST,
        has_many_units=_has_many_units(),
        may=permissions_here(),
        formats=exporting.FORMATS,
    )


def _place(wanted: PeopleFilter) -> Place:
    if wanted.is_former:
        return place_of(request.args, record_id)
    if wanted.name:
        return place_of(request.args, str, record_id)
    return place_of(request.args, record_id, record_id)


def _has_many_units() -> bool:
    return len(db.session.scalars(organizations_with(current_user, _READ).limit(2)).all()) > 1


@blueprint.post("/search")
@staff(_READ)
@limiter.limit("120/minute")
def search() -> Any:
    """By a number, which must not stand in an address, to the person; by a name to the list."""
    text = request.form.get("q", "").strip()[:64]
    if not finding.is_number(text):
        return redirect(url_for("manage_people.people", name=text or None), 303)
    found = finding.find_by_number(current_user, text)
    if len(found) == 1:
        return redirect(url_for("manage_people.person", person_id=found[0].id), 303)
    if found:
        return render_template("memberships/manage/found.html", people=found)
    return _none_found(text)


def _none_found(text: str) -> BaseResponse:
    if finding.find_waiting(current_user, text):
        flash(_("此人正在申请加入，请在“注册与调入”中审核。"), "info")
        return redirect(url_for("manage_requests.requests"), 303)
    flash(_("没有找到这个号码的人员。请核对号码；不在您管理范围内的人员不会显示。"), "warning")
    return redirect(url_for("manage_people.people"), 303)


@blueprint.post("/export")
@staff(_READ)
@limiter.limit("20/minute")
def export() -> BaseResponse:
    """The list as it is filtered, as a workbook or as CSV, numbers masked."""
    form = PeopleFilterForm(request.form)
    form.validate()
    wanted = form.wanted(request.form.get("tab") == "former")
    kind = request.form.get("format", "")
    kind = kind if kind in exporting.FORMATS else "xlsx"
    content = exporting.export_people(current_user, wanted, kind)
    return attachment(content, f"people.{kind}", exporting.FORMATS[kind])
