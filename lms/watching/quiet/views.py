"""The trainer's timeline: where pop-ups may fall, and the stretches that are kept free of them."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.queries import is_allowed
from lms.catalog.models import Lesson
from lms.catalog.queries import get_lesson, get_visible_course
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, NotFound
from lms.core.permissions import Permission
from lms.videos.queries import current_video
from lms.watching.quiet import operations
from lms.watching.quiet.forms import QuietForm, Row, checked, rows_from, rows_of
from lms.watching.quiet.queries import quiet_of, stretches_of
from lms.watching.quiet.timeline import timeline_of
from lms.web.auth import staff
from lms.web.refusals import show_refusal

blueprint = Blueprint("manage_quiet", __name__, url_prefix="/manage/courses/<slug>")
EDIT = Permission.CATALOG_COURSE_EDIT
Page = str | Response | tuple[str, int]


@blueprint.route("/lessons/<int:lesson_id>/quiet", methods=["GET", "POST"])
@staff(EDIT)
def edit(slug: str, lesson_id: int) -> Page:
    lesson = _own_lesson(slug, lesson_id)
    form = QuietForm()
    rows = rows_from(request.form) if form.is_submitted() else rows_of(stretches_of(lesson_id))
    if form.validate_on_submit():
        stretches, rows = checked(rows, _last_second(lesson))
        if not any(row.error for row in rows):
            try:
                with transaction():
                    operations.set_stretches(current_user, lesson, stretches, _popup_every())
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                flash(_("不出题时段已保存。"), "success")
                place = f"lesson-{lesson_id}"
                return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=place))
    is_wrong = bool(form.errors) or any(row.error for row in rows)
    page = render_template(
        "watching/quiet/edit.html", course=lesson.course, form=form, **_facts(lesson, rows)
    )
    return page, 422 if is_wrong else 200


def panel(lesson: Lesson) -> str | None:
    """Below the lesson's film: its timeline, and the way into a preview. None without a film."""
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        return None
    if current_video(lesson.id) is None:
        return None
    facts = _facts(lesson, rows_of(stretches_of(lesson.id)))
    return render_template("watching/quiet/_panel.html", **facts)


def _facts(lesson: Lesson, rows: list[Row]) -> dict[str, object]:
    video = current_video(lesson.id)
    if video is None:
        raise Conflict(_("请先上传视频，再设置不出题时段。"))
    quiet = quiet_of(lesson.id)
    return {
        "lesson": lesson,
        # Without a script there is always a row to write in.
        "rows": [*rows, Row()],
        "timeline": timeline_of(video, stretches_of(lesson.id), _popup_every()),
        "is_other_film": quiet is not None and quiet.duration_ms != video.duration_ms,
    }


def _own_lesson(slug: str, lesson_id: int) -> Lesson:
    course = get_visible_course(slug, current_user)
    if not is_allowed(current_user, EDIT, course.base_id):
        raise NotFound()
    return get_lesson(course, lesson_id)


def _last_second(lesson: Lesson) -> int:
    video = current_video(lesson.id)
    return timeline_of(video, [], _popup_every()).last_second if video is not None else 0


def _popup_every() -> int:
    every: int = current_app.extensions["settings"].popup_every
    return every
