"""Checking a certificate: by its code, by its number and name, by its file. Open to everyone."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.certificates import queries
from lms.certificates.forms import FileForm, LookupForm
from lms.core import clock
from lms.core.late import late
from lms.documents.keys import load_root
from lms.documents.verdicts import LARGEST_PDF_BYTES, PdfCheck
from lms.web.auth import open_to_all
from lms.web.limits import limiter

blueprint = Blueprint("verify", __name__)


@blueprint.get("/v/<code>")
@open_to_all
@limiter.limit("120/minute")
def record(code: str) -> str | tuple[str, int]:
    """What became of a certificate. One that once was is never "not found"."""
    certificate = queries.find_by_code(code)
    if certificate is None:
        return render_template("certificates/unknown.html"), 404
    return render_template(
        "certificates/record.html", certificate=certificate, asked_at=clock.now()
    )


@blueprint.get("/verify")
@open_to_all
def start() -> str:
    return _page()


@blueprint.post("/verify")
@open_to_all
@limiter.limit("10/minute;100/day")
def look_up() -> str | Response | tuple[str, int]:
    form = LookupForm()
    if not form.validate_on_submit():
        return _page(lookup=form), 422
    number, name = form.number.data or "", form.name.data or ""
    certificate = queries.find_by_number_and_name(number, name)
    if certificate is None:
        return _page(lookup=form, is_unknown=True), 404
    return redirect(url_for("verify.record", code=certificate.code), 303)


@blueprint.post("/verify/file")
@open_to_all
@limiter.limit("20/minute")
def check_file() -> str | tuple[str, int]:
    form = FileForm()
    if not form.validate_on_submit():
        return _page(file=form), 422
    content = form.file.data.stream.read(LARGEST_PDF_BYTES + 1)
    if len(content) > LARGEST_PDF_BYTES:
        return _page(file=form, is_too_large=True), 413
    # pyHanko takes long to load, and hardly any process ever checks a file.
    check: PdfCheck = late("lms.documents.checking").check_pdf(content, load_root())
    certificate = queries.find_by_number(check.number) if check.number else None
    return _page(file=form, check=check, certificate=certificate)


def _page(
    lookup: LookupForm | None = None,
    file: FileForm | None = None,
    check: PdfCheck | None = None,
    **facts: object,
) -> str:
    # Two forms on one page: the one that was not sent must not show the other's data.
    return render_template(
        "certificates/verify.html",
        lookup=lookup or LookupForm(formdata=None),
        file=file or FileForm(formdata=None),
        check=check,
        largest_mb=LARGEST_PDF_BYTES // 1024**2,
        path=request.path,
        **facts,
    )
