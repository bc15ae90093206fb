"""What happens with every request: where it comes from, whose session stays, who must change."""

import logging

from flask import Flask, current_app, flash, request, session
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from lms.accounts.passwords import is_password_stale
from lms.accounts.posts import own_organization_id
from lms.accounts.sessions import is_touch_due, touch_session
from lms.core.audit import Origin, set_origin
from lms.core.db import transaction
from lms.web.auth import access_of, send_to

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    app.before_request(_keep_session)
    app.before_request(_note_origin)
    app.before_request(_ask_for_new_password)


def _keep_session() -> None:
    """Note every few minutes that the session is in use, here and in the browser's cookie."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    if not is_touch_due(current_user):
        return
    try:
        with transaction():
            touch_session(current_user)
    except OperationalError:
        # A page must not fail because something long is being written; the next one notes it.
        log.warning("a session could not be noted as used")
        return
    session.modified = True


def _note_origin() -> None:
    """Tell the audit trail where this request comes from, and whose affair it is by default."""
    if request.endpoint == "static":
        return
    organization_id = own_organization_id(current_user) if current_user.is_authenticated else None
    set_origin(Origin(request.remote_addr, organization_id))


def _ask_for_new_password() -> Response | None:
    """Lead staff whose password is too old from their pages to the one that changes it."""
    access = access_of(current_app, request.endpoint) if request.endpoint else None
    if access is None or access.kind != "staff" or not is_password_stale(current_user):
        return None
    flash(_("您的密码已使用较长时间，请先修改密码，再继续管理工作。"), "warning")
    return send_to("security.change_password")
