"""Staff pages: finding the certificates of one's base, and revoking one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.certificates import operations, queries
from lms.certificates.forms import RevokeForm, SearchForm
from lms.certificates.models import Certificate, RevocationReason
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.permissions import Permission
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("manage_certificates", __name__, url_prefix="/manage/certificates")


@blueprint.get("")
@staff(Permission.CERTIFICATES_CERTIFICATE_REVOKE)
def index() -> str:
    search = SearchForm(request.args)
    number = (search.number.data or "") if search.validate() else ""
    page = newest_first(
        queries.certificates_to_manage(current_user, number),
        Certificate.id,
        request.args.get("after", type=record_id),
    )
    return render_template("certificates/manage/index.html", page=page, search=search)


@blueprint.get("/<int:certificate_id>")
@staff(Permission.CERTIFICATES_CERTIFICATE_REVOKE)
def show(certificate_id: int) -> str:
    certificate = queries.certificate_to_manage(current_user, certificate_id)
    return _page(certificate, RevokeForm())


@blueprint.post("/<int:certificate_id>/revoke")
@staff(Permission.CERTIFICATES_CERTIFICATE_REVOKE)
def revoke(certificate_id: int) -> str | Response | tuple[str, int]:
    form = RevokeForm()
    certificate = queries.certificate_to_manage(current_user, certificate_id)
    if not form.validate_on_submit():
        return _page(certificate, form), 422
    try:
        with transaction():
            certificate = queries.certificate_to_manage(current_user, certificate_id)
            reason = RevocationReason(form.reason.data)
            operations.revoke_certificate(current_user, certificate, reason, form.note.data or "")
    except Conflict:
        flash(_("这张证书已经失效，不能再撤销。"), "error")
    else:
        flash(_("证书已撤销，相应学时将从学时银行冲销。"), "success")
    return redirect(url_for("manage_certificates.show", certificate_id=certificate_id))


def _page(certificate: Certificate, form: RevokeForm) -> str:
    return render_template("certificates/manage/show.html", certificate=certificate, form=form)
