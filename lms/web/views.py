"""The kernel's own pages: front page, language, health."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from sqlalchemy import text

from lms.core.db import db
from lms.web import slots
from lms.web.auth import open_to_all
from lms.web.languages import LANGUAGES
from lms.web.security import safe_next

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@open_to_all
def front() -> str:
    return render_template("front.html", sections=slots.collect("front.sections"))


@blueprint.post("/language")
@open_to_all
def set_language() -> Response:
    language = request.form.get("language", "")
    if language in LANGUAGES:
        session["language"] = language
    target = safe_next(request.form.get("next")) or url_for("web.front")
    return redirect(target)  # type: ignore[return-value]


@blueprint.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@open_to_all
def readyz() -> Response:
    """The process can work: the database answers."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ready")
