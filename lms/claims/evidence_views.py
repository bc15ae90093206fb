"""The files of a claim: put there by its claimant, opened by them and by those who decide."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from lms.claims import evidence, queries
from lms.claims.evidence_files import evidence_limits, keep_evidence, largest_bytes
from lms.claims.models import Claim
from lms.claims.recognizing import rule_of
from lms.claims.views import blueprint
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.files import content_type, forget_file
from lms.core.files.kinds import PRIVATE
from lms.web.auth import signed_in
from lms.web.errors import answer
from lms.web.limits import FLOOD, limiter
from lms.web.stored import send_stored

# What a form adds to its files; one somewhat too large still arrives, and is told of by name.
_FORM_BYTES = 64 * 1024
_FILES_AT_ONCE = 5
Page = str | BaseResponse | tuple[str, int]


@blueprint.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: object) -> None:
    # Before the token in the form is read, for by then the body has been taken or refused.
    if endpoint == "claims.upload" and current_user.is_authenticated:
        request.max_content_length = _FILES_AT_ONCE * largest_bytes() + _FORM_BYTES


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Any:
    message = _(
        "文件太大：一次最多上传 %(files)d 个，每个不超过 %(most)d MB。",
        files=_FILES_AT_ONCE,
        most=largest_bytes() // (1024 * 1024),
    )
    return answer(413, _("提交的内容过大"), message, "http-413")


@blueprint.post("/<int:claim_id>/evidence")
@signed_in
@limiter.limit(FLOOD)
def upload(claim_id: int) -> Page:
    """Keep the files of a form; by script the list comes back, else the page."""
    claim = queries.get_own_claim(current_user, claim_id)
    files = [file for file in request.files.getlist("file") if file.filename]
    errors = [] if files else [_("请先选择文件。")]
    for file in files:
        try:
            _keep(claim, file)
        except DomainError as refusal:
            errors.append(_("%(name)s：%(why)s", name=file.filename, why=refusal.message))
    if "HX-Request" in request.headers:
        return evidence_list(claim, request.form.get("rule", ""), errors)
    for error in errors:
        flash(error, "error")
    if not errors:
        flash(_("证明材料已上传。"), "success")
    return redirect(url_for("claims.edit", claim_id=claim_id, _anchor="evidence"), 303)


def _keep(claim: Claim, file: FileStorage) -> None:
    if not claim.is_writable:
        raise Invalid(_("申报已提交，不能再上传。"), field="file")
    kept = keep_evidence(file.stream, file.filename or "")
    try:
        with transaction():
            code = request.form.get("rule", "")
            evidence.add_evidence(current_user, claim, rule_of(claim), code, kept)
    except BaseException:
        forget_file(kept.path)
        raise


def evidence_list(claim: Claim, code: str, errors: list[str]) -> Page:
    """The files of a claim for one evidence rule, with the form that adds to them."""
    rules = {each.code: each for each in rule_of(claim).evidence}
    if code not in rules:
        raise NotFound()
    page = render_template(
        "claims/_evidence.html",
        claim=claim,
        rule=rules[code],
        errors=errors,
        **evidence_limits(),
    )
    return page, 422 if errors else 200


@blueprint.post("/evidence/<int:evidence_id>/remove")
@signed_in
def remove_evidence(evidence_id: int) -> Page:
    found = evidence.get_evidence(current_user, evidence_id)
    claim, code = found.claim, found.rule
    with transaction():
        evidence.remove_evidence(current_user, found)
    if "HX-Request" in request.headers:
        return evidence_list(claim, code, [])
    flash(_("证明材料已移除。"), "success")
    return redirect(url_for("claims.edit", claim_id=claim.id, _anchor="evidence"), 303)


@blueprint.get("/evidence/<int:evidence_id>")
@signed_in
def evidence_file(evidence_id: int) -> Response:
    """The file, shown by the browser: it is a PDF or a picture, and nothing in it runs here."""
    found = evidence.get_evidence(current_user, evidence_id)
    response = send_stored(found.path, content_type(found.path), name=found.name)
    response.headers["Cache-Control"] = PRIVATE
    return response
