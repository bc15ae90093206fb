"""What a trainer sees of a lesson's video: upload, processing, subtitles."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.queries import is_allowed
from lms.catalog.models import Course, Lesson
from lms.core.db import db, transaction
from lms.core.errors import DomainError, NotFound
from lms.core.permissions import Permission
from lms.videos import operations, queries, uploads
from lms.videos.forms import SubtitleForm
from lms.videos.models import Language, Subtitle
from lms.videos.subtitles import MAX_BYTES
from lms.web.auth import staff
from lms.web.security import safe_next

blueprint = Blueprint("videos_manage", __name__, url_prefix="/manage")
EDIT = Permission.VIDEOS_VIDEO_EDIT


@blueprint.get("/videos/<int:video_id>/status")
@staff(EDIT)
def status(video_id: int) -> str:
    """The fragment that the panel asks for while a video is in work."""
    video = queries.get_video(video_id)
    _only_own(video.lesson)
    return render_template("videos/_status.html", video=video, **_addresses(video.lesson_id))


@blueprint.post("/lessons/<int:lesson_id>/subtitles")
@staff(EDIT)
def add_subtitle(lesson_id: int) -> Response:
    lesson = _own_lesson(lesson_id)
    form = SubtitleForm()
    if form.validate_on_submit():
        # One byte more than allowed is enough to see that it is too much.
        content = form.file.data.read(MAX_BYTES + 1)
        _try_subtitle(lesson, Language(form.language.data), content)
    else:
        for messages in form.errors.values():
            flash(messages[0], "danger")
    return _back()


def _try_subtitle(lesson: Lesson, language: Language, content: bytes) -> None:
    try:
        with transaction():
            operations.set_subtitle(current_user, lesson, language, content)
    except DomainError as error:
        flash(str(error.message), "danger")
    else:
        flash(_("字幕已保存。"), "success")


@blueprint.post("/subtitles/<int:subtitle_id>/remove")
@staff(EDIT)
def remove_subtitle(subtitle_id: int) -> Response:
    subtitle = db.session.get(Subtitle, subtitle_id)
    if subtitle is None:
        raise NotFound()
    _only_own(subtitle.lesson)
    with transaction():
        operations.remove_subtitle(current_user, subtitle)
    flash(_("字幕已删除。"), "success")
    return _back()


def states(lessons: Sequence[Lesson]) -> dict[int, str]:
    """How the newest video of each lesson stands, in one word, for the list of lessons."""
    badge = current_app.jinja_env.get_template("videos/_state.html").module.badge  # type: ignore[attr-defined]
    newest = queries.newest_videos([lesson.id for lesson in lessons])
    return {lesson.id: badge(newest.get(lesson.id)) for lesson in lessons}


def uploading(course: Course) -> str | None:
    """Above the list of lessons: films for new lessons, and one's uploads that wait to go on."""
    if not is_allowed(current_user, EDIT, course.base_id):
        return None
    return render_template(
        "videos/_uploads.html",
        course=course,
        unfinished=uploads.unfinished_uploads(current_user, course),
        upload_max_bytes=uploads.largest_upload_bytes(),
    )


def panel(lesson: Lesson) -> str | None:
    """The card of a lesson's video on the trainer's course page; None for who may not edit it."""
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        return None
    return render_template(
        "videos/_panel.html",
        lesson=lesson,
        newest=queries.newest_video(lesson.id),
        subtitles=queries.subtitles_of(lesson.id),
        languages=list(Language),
        upload_max_bytes=uploads.largest_upload_bytes(),
        upload_chunk_bytes=uploads.largest_chunk_bytes(),
        **_addresses(lesson.id),
    )


def _addresses(lesson_id: int) -> dict[str, object]:
    """The film learners see meanwhile, and how to build addresses of its files."""
    return {"current": queries.current_video(lesson_id), "package_url": queries.package_url}


def _own_lesson(lesson_id: int) -> Lesson:
    lesson = db.session.get(Lesson, lesson_id)
    if lesson is None:
        raise NotFound()
    _only_own(lesson)
    return lesson


def _only_own(lesson: Lesson) -> None:
    """Raises NotFound for a lesson of a base in which the visitor has no say."""
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        raise NotFound()


def _back() -> Response:
    return redirect(safe_next(request.form.get("next")) or "/manage")
