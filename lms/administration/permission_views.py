"""The page that shows who may do what, as it is in force."""

from flask import Blueprint, render_template
from flask_login import current_user

from lms.administration.permission_table import own_posts, permission_groups
from lms.core.permissions import Permission, Role
from lms.web.auth import staff

blueprint = Blueprint("manage_permissions", __name__, url_prefix="/manage/permissions")


@blueprint.get("")
@staff(Permission.PERMISSIONS_TABLE_READ)
def table() -> str:
    return render_template(
        "administration/manage/permissions.html",
        groups=permission_groups(),
        roles=list(Role),
        own=own_posts(current_user),
    )
