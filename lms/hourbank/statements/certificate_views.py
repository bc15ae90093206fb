"""Annual certificates: issuing and downloading one's own; checking one, open to everyone."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.late import late
from lms.documents.keys import BANK, load_root
from lms.documents.verdicts import LARGEST_PDF_BYTES, PdfCheck
from lms.hourbank.statements import certificates
from lms.hourbank.statements.certificate_files import ensure_pdf
from lms.hourbank.statements.models import AnnualState
from lms.hourbank.statements.years import readable_year
from lms.web.auth import open_to_all, signed_in
from lms.web.limits import limiter
from lms.web.paging import record_id
from lms.web.stored import send_stored

blueprint = Blueprint("annual_certificates", __name__, url_prefix="/hourbank")


class FileForm(FlaskForm):
    """The PDF of a certificate."""

    file = FileField(_l("证书 PDF 文件"), [FileRequired(_l("请选择证书的 PDF 文件。"))])


@blueprint.post("/me/annual-certificates")
@signed_in
@limiter.limit("20/minute")
def issue() -> Response:
    year = readable_year(request.form.get("year", type=record_id))
    try:
        with transaction():
            certificates.issue_annual_certificate(current_user, year)
    except Conflict as error:
        flash(str(error.message), "error")
    else:
        flash(_("%(year)s 年度继续教育证书已颁发。", year=year), "success")
    return redirect(url_for("statements.year", year=year), 303)


@blueprint.get("/me/annual-certificates/<int:annual_id>.pdf")
@signed_in
def download(annual_id: int) -> Response:
    certificate = certificates.own_certificate(current_user, annual_id)
    if certificates.present_state(certificate) is not AnnualState.VALID:
        raise Conflict(_("这张证书已经失效，不再提供下载。"))
    name = f"{_('继续教育证书')}-{certificate.year}-{certificate.number}.pdf"
    return send_stored(ensure_pdf(certificate), "application/pdf", name=name, as_attachment=True)


@blueprint.get("/v/<annual_code>")
@open_to_all
@limiter.limit("120/minute")
def record(annual_code: str) -> str | tuple[str, int]:
    """What became of a certificate. One that once was is never "not found"."""
    found = certificates.find_by_code(annual_code)
    if found is None:
        return render_template("hourbank/statements/annual_unknown.html"), 404
    return render_template(
        "hourbank/statements/annual_record.html", found=found, asked_at=clock.now()
    )


@blueprint.get("/verify")
@open_to_all
def verify() -> str:
    return _page(FileForm(formdata=None))


@blueprint.post("/verify")
@open_to_all
@limiter.limit("20/minute")
def check_file() -> str | tuple[str, int]:
    form = FileForm()
    if not form.validate_on_submit():
        return _page(form), 422
    content = form.file.data.stream.read(LARGEST_PDF_BYTES + 1)
    if len(content) > LARGEST_PDF_BYTES:
        return _page(form, is_too_large=True), 413
    # pyHanko takes long to load, and hardly any process ever checks a file.
    check: PdfCheck = late("lms.documents.checking").check_pdf(content, load_root(BANK))
    found = certificates.find_by_number(check.number) if check.number else None
    return _page(form, check=check, found=found)


def _page(form: FileForm, **facts: object) -> str:
    return render_template(
        "hourbank/statements/annual_verify.html",
        form=form,
        largest_mb=LARGEST_PDF_BYTES // 1024**2,
        **facts,
    )
