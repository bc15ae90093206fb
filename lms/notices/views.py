"""/me/notices: what one was told, and what of it leaves the platform; the bell of every page."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core.db import transaction
from lms.notices import operations, queries
from lms.notices.forms import PreferencesForm
from lms.notices.models import Notice, NoticeChannel, NoticeKind
from lms.notices.wording import path_of, words_of
from lms.web.auth import signed_in
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("notices", __name__, url_prefix="/me/notices")


def bell() -> str | None:
    """Filler of "header.tools": the way to one's notices, with how many are unread."""
    if not current_user.is_authenticated:
        return None
    count = queries.unread_count(current_user.id)
    return render_template("notices/_bell.html", count=count, most=queries.MOST_COUNTED)


@blueprint.get("")
@signed_in
def mine() -> str:
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.notices_of(current_user), Notice.id, after)
    notices = [(notice, words_of(notice)) for notice in page.rows]
    has_unread = bool(queries.unread_count(current_user.id))
    return render_template("notices/mine.html", page=page, notices=notices, has_unread=has_unread)


@blueprint.post("/<int:notice_id>")
@signed_in
def open_one(notice_id: int) -> Response:
    """Mark it as read, and go where it leads."""
    with transaction():
        notice = queries.own_notice(current_user, notice_id)
        operations.mark_read(current_user, notice)
        path = path_of(notice)
    return redirect(request.script_root + path, 303)


@blueprint.post("/<int:notice_id>/read")
@signed_in
def read(notice_id: int) -> Response:
    with transaction():
        operations.mark_read(current_user, queries.own_notice(current_user, notice_id))
    return _back()


@blueprint.post("/read")
@signed_in
def read_all() -> Response:
    newest_id = request.form.get("newest", type=record_id)
    if newest_id is not None:
        with transaction():
            operations.mark_all_read(current_user, newest_id)
        flash(_("已全部标为已读。"), "success")
    return redirect(url_for("notices.mine"), 303)


def _back() -> Response:
    after = request.form.get("after", type=record_id)
    return redirect(url_for("notices.mine", after=after), 303)


@blueprint.route("/settings", methods=["GET", "POST"])
@signed_in
def settings() -> str | Response | tuple[str, int]:
    form = PreferencesForm()
    if request.method == "GET":
        language = queries.language_of(current_user.id) or _platform_language()
        form.fill(queries.preferences_of(current_user), language)
    if form.validate_on_submit():
        with transaction():
            operations.set_preferences(current_user, form.wanted(), form.language.data)
        flash(_("通知设置已保存。"), "success")
        return redirect(url_for("notices.mine"), 303)
    page = render_template(
        "notices/settings.html",
        form=form,
        kinds=NoticeKind,
        channels=NoticeChannel,
        reachable={each: queries.is_reachable(current_user, each) for each in NoticeChannel},
    )
    return page, 422 if form.errors else 200


def _platform_language() -> str:
    locale: str = current_app.extensions["settings"].locale
    return locale
