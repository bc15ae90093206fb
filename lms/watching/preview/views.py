"""The preview as HTTP: the same pages twice, for a draft and for a version in review.

Each request asks anew whether the visitor may look, also that for a key; no token stands for it.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts.models import Person
from lms.catalog.models import Course, Lesson
from lms.catalog.queries import may_edit
from lms.catalog.version_models import VersionLesson
from lms.config import Settings
from lms.core.errors import Invalid, NotAllowed
from lms.core.permissions import Permission
from lms.videos.queries import playlist_url, poster_url, subtitles_of
from lms.watching.answers import answer_from, question_facts
from lms.watching.gate import key_release
from lms.watching.material import Material, materials_shown
from lms.watching.pages import page_reply
from lms.watching.player import preview_settings
from lms.watching.preview import popups, previewed
from lms.watching.preview.previewed import Previewed
from lms.watching.preview.state import PreviewState, unseal
from lms.watching.quiet.timeline import timeline_of
from lms.watching.reader import preview_reader_settings
from lms.web.auth import staff

Find = Callable[..., Previewed]
# The fastest that any course allows.
_MAX_PACE = 2.0
_LESSON = "/lessons/<int:lesson_id>"

drafts = Blueprint("preview_draft", __name__, url_prefix="/manage/courses/<slug>/preview")
versions = Blueprint(
    "preview_version", __name__, url_prefix="/manage/reviews/<int:version_id>/preview"
)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _address(endpoint: str, lesson_id: int, **values: Any) -> str:
    """The address of another part of the same preview."""
    place = {**(request.view_args or {}), "lesson_id": lesson_id, **values}
    return url_for(f"{request.blueprint}.{endpoint}", **place)


def lesson(find: Find, lesson_id: int, **place: Any) -> str:
    found = find(current_user, **place)
    shown = found.lesson(lesson_id)
    lessons: Sequence[Lesson | VersionLesson] = found.shown.lessons
    material = previewed.find_material(found, lesson_id)
    settings = preview_reader_settings if material and material.reading else preview_settings
    number = lessons.index(shown)
    return render_template(
        "watching/preview/lesson.html",
        previewed=found,
        lesson=shown,
        lessons=lessons,
        materials=materials_shown(lessons),
        material=material,
        following=lessons[number + 1] if number + 1 < len(lessons) else None,
        base=_address("lesson", lesson_id).removesuffix(str(lesson_id)),
        subtitles=subtitles_of(lesson_id),
        player=settings(partial(_address, lesson_id=lesson_id), found.key, shown),
        standing=material,
        **_film_facts(found, lesson_id, material),
    )


def course_action(course: Course, person: Person | None) -> str | None:
    """On the page of a course, for its trainers: the way to look at its first lesson."""
    if person is None or not course.lessons or not may_edit(course, person):
        return None
    return render_template("watching/preview/_action.html", course=course)


def review_links(lessons: Sequence[VersionLesson]) -> dict[int, str]:
    """Beside each lesson of a version in review: the way to look at it."""
    first = next(iter(lessons), None)
    if first is None:
        return {}
    # There may be 500: addresses and icons are made once.
    address = url_for("preview_version.lesson", version_id=first.version_id, lesson_id=first.id)
    base = address.removesuffix(str(first.id))
    link = current_app.jinja_env.get_template("watching/preview/_link.html").module.link  # type: ignore[attr-defined]
    return {lesson.id: link(base, lesson) for lesson in lessons}


def _film_facts(found: Previewed, lesson_id: int, material: Material | None) -> dict[str, Any]:
    if material is None or material.video is None:
        return {}
    stretches = previewed.quiet_stretches(found, lesson_id)
    return {
        "poster": poster_url(material.video),
        "timeline": timeline_of(material.video, stretches, _settings().popup_every),
    }


def lease(find: Find, lesson_id: int, **place: Any) -> Response:
    """Begin: where pop-ups stand this time, and where the film and its keys, or the pages, are."""
    found = find(current_user, **place)
    material = previewed.get_material(found, lesson_id)
    gates = previewed.draw_gates(found, lesson_id, material, _settings().popup_every)
    token = PreviewState(gates).begun().seal(_whose(found, lesson_id))
    windows = material.windows
    endpoint = "page" if material.reading else "key"
    return jsonify(
        token=token,
        gates=gates,
        playlist=playlist_url(material.video) if material.video else None,
        keys=_address(endpoint, lesson_id, window=0).removesuffix("0"),
        # All of it is open: nothing can be earned by being early.
        released=windows.window_count,
        resume_ms=0,
        window_count=windows.window_count,
        window_ms=windows.window_seconds * 1000,
        duration_ms=windows.duration_ms,
        max_pace=_MAX_PACE,
        is_finished=False,
        is_closed=False,
        is_free=True,
    )


def key(find: Find, lesson_id: int, window: int, **place: Any) -> Response:
    """The 16 bytes that open a window, for whoever may look at the lesson at this moment."""
    found = find(current_user, **place)
    material = previewed.get_material(found, lesson_id)
    content = previewed.preview_key(key_release(), material, window)
    answer = Response(content, content_type="application/octet-stream")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page(find: Find, lesson_id: int, window: int, **place: Any) -> Response:
    """A page to read, for whoever may look at the lesson at this moment."""
    found = find(current_user, **place)
    headers, content = page_reply(previewed.get_pages(found, lesson_id, window), window)
    return Response(content, headers=headers)


def popup(find: Find, lesson_id: int, **place: Any) -> Response:
    """The question for the gate that the page has come to."""
    found = find(current_user, **place)
    found.lesson(lesson_id)
    whose = _whose(found, lesson_id)
    asked = popups.ask_preview(_state(whose), found, lesson_id, _gate_from_request())
    token = asked.state.seal(whose)
    if asked.question is None or asked.state.open is None:
        return jsonify(popup=None, token=token)
    opened = asked.state.open
    return jsonify(popup=question_facts(asked.question, opened.order, opened.nonce), token=token)


def answer(find: Find, lesson_id: int, **place: Any) -> Response:
    """Grade an answer; says what follows, never what would be right."""
    found = find(current_user, **place)
    found.lesson(lesson_id)
    whose = _whose(found, lesson_id)
    nonce, chosen = answer_from(request.get_json(silent=True))
    outcome, state = popups.answer_preview(_state(whose), found.course, nonce, chosen, _settings())
    return jsonify(
        right=outcome.is_right,
        wait_seconds=outcome.wait_seconds,
        back_to=outcome.back_to,
        token=state.seal(whose),
    )


def _whose(found: Previewed, lesson_id: int) -> str:
    return f"{current_user.id}:{found.key}:{lesson_id}"


def _state(whose: str) -> PreviewState:
    state = unseal(request.headers.get("X-Watch-Token", ""), whose)
    if state is None:
        raise NotAllowed(_("预览已过期，请刷新页面。"))
    return state


def _gate_from_request() -> int:
    body = request.get_json(silent=True)
    gate = body.get("gate") if isinstance(body, dict) else None
    if not isinstance(gate, int):
        raise Invalid(field="gate")
    return gate


def _add_routes(blueprint: Blueprint, permission: Permission, find: Find) -> None:
    for path, method, view in (
        ("", "GET", lesson),
        ("/lease", "POST", lease),
        ("/keys/<int:window>", "GET", key),
        ("/pages/<int:window>", "GET", page),
        ("/popup", "POST", popup),
        ("/popup/answer", "POST", answer),
    ):
        guarded = staff(permission)(_looking_by(find, view))
        blueprint.add_url_rule(f"{_LESSON}{path}", view.__name__, guarded, methods=[method])


def _looking_by(find: Find, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def show(**values: Any) -> Any:
        return view(find, **values)

    return show


_add_routes(drafts, Permission.CATALOG_COURSE_EDIT, previewed.draft_to_preview)
_add_routes(versions, Permission.CATALOG_REVIEW_READ, previewed.version_to_preview)
