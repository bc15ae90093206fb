"""What a trainer sees of a lesson's video: upload, processing, subtitles."""

from collections.abc import Callable, Sequence

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed
from lms.catalog.models import Course, Lesson, LessonKind
from lms.core.db import db, transaction
from lms.core.errors import Conflict, DomainError, Invalid, NotFound
from lms.core.permissions import Permission
from lms.videos import operations, posters, queries, steering, uploads
from lms.videos.forms import PosterForm, SubtitleForm
from lms.videos.models import Language, Subtitle, Video
from lms.videos.subtitles import MAX_BYTES
from lms.web.auth import staff
from lms.web.security import safe_next

blueprint = Blueprint("videos_manage", __name__, url_prefix="/manage")
EDIT = Permission.VIDEOS_VIDEO_EDIT
_ASK_SECONDS = 2
_RAREST_SECONDS = 60


@blueprint.get("/videos/<int:video_id>/status")
@staff(EDIT)
def status(video_id: int) -> Response:
    """How a video stands. The panel asks again and again while it is in work.

    A page that shows the state already (`seen`) gets the percentage alone: the button below, which
    somebody may be about to press, stays as it is.
    """
    video = _own_video(video_id)
    facts = _facts_of(video.lesson, queries.current_video(video.lesson_id))
    if request.args.get("seen") == video.state.value and video.is_in_work:
        return make_response(render_template("videos/_progress.html", video=video, **facts))
    answer = make_response(render_template("videos/_status.html", video=video, **facts))
    if "seen" in request.args:
        answer.headers["HX-Retarget"] = f"#video-status-{video.id}"
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@blueprint.post("/videos/<int:video_id>/cancel")
@staff(EDIT)
def cancel(video_id: int) -> AnyResponse:
    """Stop a packaging."""
    return _steer(steering.cancel_packaging, video_id, _("已取消处理。"))


@blueprint.post("/videos/<int:video_id>/retry")
@staff(EDIT)
def retry(video_id: int) -> AnyResponse:
    """Try a failed packaging again."""
    return _steer(steering.retry_packaging, video_id, _("已重新开始处理。"))


@blueprint.post("/videos/<int:video_id>/poster")
@staff(EDIT)
def poster(video_id: int) -> AnyResponse:
    """Choose what the film shows before it plays: a picture of one's own, or an instant."""
    video = _own_video(video_id)
    form = PosterForm()
    try:
        if not form.validate_on_submit():
            raise Invalid(next(iter(form.errors.values()))[0])
        # Before the transaction: cutting a picture takes longer than others should wait.
        content = (
            posters.poster_from(form.file.data)
            if form.file.data
            else posters.poster_at(video, form.second.data or 0)
        )
        with transaction():
            posters.set_poster(current_user, video, content)
    except (Conflict, Invalid) as error:
        flash(str(error.message), "danger")
    else:
        flash(_("封面已更换。"), "success")
    return _to_lesson(video)


def _to_lesson(video: Video) -> AnyResponse:
    slug, place = video.lesson.course.slug, f"lesson-{video.lesson_id}"
    return redirect(url_for("manage_catalog.lessons", slug=slug, _anchor=place))


def _steer(operation: Callable[[Person, Video], None], video_id: int, done: str) -> AnyResponse:
    video = _own_video(video_id)
    try:
        with transaction():
            operation(current_user, video)
    except Conflict:
        flash(_("视频的状态已经变化，请查看最新情况。"), "warning")
    else:
        flash(done, "success")
    return _to_lesson(video)


@blueprint.post("/lessons/<int:lesson_id>/subtitles")
@staff(EDIT)
def add_subtitle(lesson_id: int) -> AnyResponse:
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
def remove_subtitle(subtitle_id: int) -> AnyResponse:
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
    films = [lesson.id for lesson in lessons if lesson.kind is LessonKind.FILM]
    newest = queries.newest_videos(films)
    return {lesson_id: badge(newest.get(lesson_id)) for lesson_id in films}


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
    if lesson.kind is not LessonKind.FILM:
        return None
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        return None
    return render_template(
        "videos/_panel.html",
        lesson=lesson,
        newest=queries.newest_videos([lesson.id]).get(lesson.id),
        subtitles=queries.subtitles_of(lesson.id),
        languages=list(Language),
        upload_max_bytes=uploads.largest_upload_bytes(),
        upload_chunk_bytes=uploads.largest_chunk_bytes(),
        **_facts_of(lesson, queries.current_video(lesson.id)),
    )


def _facts_of(lesson: Lesson, current: Video | None) -> dict[str, object]:
    """The film learners see meanwhile, how to build addresses of its files, and when to ask again.

    The more films of a course are in work, the rarer each asks: the page as a whole asks no more.
    """
    known = g.setdefault("videos_in_work", {})
    if lesson.course_id not in known:
        known[lesson.course_id] = queries.count_in_work(lesson.course_id)
    seconds = min(_RAREST_SECONDS, _ASK_SECONDS * max(1, known[lesson.course_id]))
    return {
        "current": current,
        "package_url": queries.package_url,
        "poster_url": queries.poster_url,
        "instants": queries.instants,
        "ask_seconds": seconds,
    }


def _own_lesson(lesson_id: int) -> Lesson:
    lesson = db.session.get(Lesson, lesson_id)
    if lesson is None:
        raise NotFound()
    _only_own(lesson)
    return lesson


def _own_video(video_id: int) -> Video:
    video = queries.get_video(video_id)
    _only_own(video.lesson)
    return video


def _only_own(lesson: Lesson) -> None:
    """Raises NotFound for a lesson of a base in which the visitor has no say."""
    if not is_allowed(current_user, EDIT, lesson.course.base_id):
        raise NotFound()


def _back() -> AnyResponse:
    return redirect(safe_next(request.form.get("next")) or "/manage")
