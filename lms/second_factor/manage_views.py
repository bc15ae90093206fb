"""Resetting the lost second factor of somebody below."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.core.permissions import Permission
from lms.second_factor import operations
from lms.web.auth import staff
from lms.web.security import safe_next

blueprint = Blueprint("factor_reset", __name__, url_prefix="/manage/people")


@blueprint.post("/<int:person_id>/second-factor/reset")
@staff(Permission.ORGANIZATIONS_POST_GRANT)
def reset(person_id: int) -> Response:
    try:
        with transaction():
            person = operations.reset_second_factor(current_user, person_id)
        done = _("%(name)s 的二次验证已重置，其所有登录都已退出。", name=person.name)
        flash(done, "success")
    except Conflict as refused:
        flash(str(refused.message), "error")
    return redirect(safe_next(request.form.get("next")) or url_for("accounts.me"))
