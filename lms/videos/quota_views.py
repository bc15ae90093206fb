"""The room of bases: a bar for its staff, and a page on which their bureau sets how much it is."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import Select, select
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from lms.accounts.queries import organizations_with
from lms.catalog.queries import bases_of
from lms.core.db import db, transaction
from lms.core.errors import DomainError, NotFound
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationKind
from lms.videos import quotas
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import show_refusal

blueprint = Blueprint("quotas", __name__, url_prefix="/manage/quotas")
EDIT = Permission.VIDEOS_QUOTA_EDIT
# Somebody over so many bases looks at their page instead.
_MOST_BARS = 3


class QuotaForm(FlaskForm):
    quota_gb = IntegerField(
        _l("存储空间"),
        [
            Optional(),
            NumberRange(1, quotas.MOST_GB, _l("请填写 1 到 1000000 之间的整数。")),
        ],
        description=_l("单位 GB；不填则按系统默认值。"),
        render_kw={"inputmode": "numeric"},
    )


def _bases() -> Select[Organization]:
    """The bases whose room the visitor sets."""
    own = organizations_with(current_user, EDIT)
    is_base = Organization.kind == OrganizationKind.BASE
    return select(Organization).where(is_base, Organization.id.in_(own))


@blueprint.get("")
@staff(EDIT)
def index() -> str:
    page = newest_first(_bases(), Organization.id, request.args.get("after", type=record_id))
    rooms = quotas.rooms([base.id for base in page.rows])
    return render_template("videos/manage/quotas.html", page=page, rooms=rooms)


@blueprint.route("/<int:organization_id>", methods=["GET", "POST"])
@staff(EDIT)
def edit(organization_id: int) -> str | Response | tuple[str, int]:
    base = db.session.scalar(_bases().where(Organization.id == organization_id))
    if base is None:
        raise NotFound()
    form = QuotaForm()
    room = quotas.rooms([base.id])[base.id]
    if request.method == "GET":
        form.quota_gb.data = room.quota_gb
    if form.validate_on_submit():
        try:
            with transaction():
                quotas.set_quota(current_user, base, form.quota_gb.data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("存储空间已保存。"), "success")
            return redirect(url_for("quotas.index"))
    page = render_template("videos/manage/quota.html", base=base, form=form, room=room)
    return page, 422 if form.errors else 200


def bars() -> str | None:
    """How full the visitor's own bases are, above their list of courses."""
    bases = bases_of(current_user)[:_MOST_BARS]
    if not bases:
        return None
    rooms = quotas.rooms([base.id for base in bases])
    return render_template("videos/_rooms.html", bases=bases, rooms=rooms)
