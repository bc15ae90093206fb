"""Staff pages: what a changed policy would have made of the claims that were decided."""

from flask import Response, render_template
from flask_babel import gettext as _
from flask_login import current_user

from lms.core.db import transaction
from lms.core.toml_files import TomlFileError
from lms.hourbank.conversion.dry_run import DryRun
from lms.hourbank.conversion.forms import DryRunForm, WorkbookForm
from lms.hourbank.conversion.trying import (
    MOST_BYTES,
    TRY,
    reasons_of,
    signed,
    try_file_for,
    workbook_of,
)
from lms.hourbank.conversion.views import blueprint
from lms.web.auth import staff
from lms.web.downloads import attachment
from lms.web.limits import limiter

MOST_SHOWN = 200


@blueprint.get("/dry-run")
@staff(TRY)
def dry_run() -> str:
    return _page(DryRunForm(formdata=None))


@blueprint.post("/dry-run")
@staff(TRY)
@limiter.limit("60/hour")
def run() -> str | tuple[str, int]:
    form = DryRunForm()
    if not form.validate_on_submit():
        return _page(form), 422
    name, content = form.file.data.filename, form.file.data.stream.read(MOST_BYTES + 1)
    try:
        found = _try(name, content)
    except TomlFileError as error:
        return _page(form, wrong=error), 422
    text = content.decode("utf-8-sig")
    return _page(form, found, again=WorkbookForm(formdata=None, name=name, text=text))


@blueprint.post("/dry-run/workbook")
@staff(TRY)
@limiter.limit("60/hour")
def workbook() -> Response | tuple[str, int]:
    """The same run once more, as a workbook: nothing of the first was kept."""
    form = WorkbookForm()
    if not form.validate_on_submit():
        return _page(DryRunForm(formdata=None)), 422
    try:
        found = _try(form.name.data or "", (form.text.data or "").encode())
    except TomlFileError as error:
        return _page(DryRunForm(formdata=None), wrong=error), 422
    name = _("政策试算-%(code)s.xlsx", code=found.policy.code)
    return attachment(workbook_of(found), name)


def _try(name: str, content: bytes) -> DryRun:
    with transaction():
        return try_file_for(current_user, name, content)


def _page(
    form: DryRunForm,
    found: DryRun | None = None,
    *,
    wrong: TomlFileError | None = None,
    again: WorkbookForm | None = None,
) -> str:
    return render_template(
        "hourbank/policies/dry_run.html",
        form=form,
        found=found,
        wrong=wrong,
        again=again,
        most_shown=MOST_SHOWN,
        most_kb=MOST_BYTES // 1024,
        reasons_of=reasons_of,
        signed=signed,
    )
