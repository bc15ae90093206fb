"""Staff pages: the lecturer's account, and the province's selection of quality courses."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.catalog import quality_operations, queries
from lms.catalog.manage_views import EDIT, blueprint, managed_course
from lms.core.permissions import Permission
from lms.web.auth import staff
from lms.web.refusals import carried_out

MARK = Permission.CATALOG_QUALITY_MARK


@blueprint.post("/<slug>/lecturer")
@staff(EDIT)
def set_lecturer(slug: str) -> Response:
    found = managed_course(slug)
    number = request.form.get("identity_number", "")
    with carried_out(_("主讲教师账号已保存。")):
        quality_operations.set_lecturer(current_user, found, number)
    return redirect(url_for("manage_catalog.edit", slug=slug, _anchor="lecturer"))


@blueprint.post("/<slug>/quality")
@staff(MARK)
def mark_quality(slug: str) -> Response:
    found = queries.get_visible_course(slug, current_user)
    with carried_out(_("已认定为优质课，学时已记给主讲教师。")):
        quality_operations.mark_quality(current_user, found)
    return redirect(url_for("catalog.course", slug=slug))


@blueprint.post("/<slug>/quality/remove")
@staff(MARK)
def take_quality_back(slug: str) -> Response:
    found = queries.get_visible_course(slug, current_user)
    reason = request.form.get("remark", "")
    with carried_out(_("已撤销认定，学时将从主讲教师名下扣回。")):
        quality_operations.take_quality_back(current_user, found, reason)
    return redirect(url_for("catalog.course", slug=slug))
