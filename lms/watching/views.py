"""The study page, the player, and what the player asks of the server."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from lms.catalog.versions import get_version_lesson
from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import NotAllowed, NotFound
from lms.enrollments.models import Cycle
from lms.enrollments.queries import get_own_cycle
from lms.videos import queries as videos
from lms.videos.models import Video
from lms.watching import gate, operations, pages, popup_operations, queries
from lms.watching.answering import popup_answers
from lms.watching.answers import answer_from, outcome_facts, question_facts
from lms.watching.finish_operations import finish_lesson
from lms.watching.models import LessonProgress
from lms.watching.notes.views import notes_settings
from lms.watching.player import player_settings
from lms.watching.reader import reader_settings
from lms.watching.tasks import finish_all
from lms.watching.tokens import WatchTerms
from lms.web.auth import signed_in, token_checked

blueprint = Blueprint("watching", __name__)
_LESSON = "/learn/<int:cycle_id>/lessons/<int:lesson_id>"


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@blueprint.get("/keys/<video>/<window>")
@token_checked
def key(video: str, window: str) -> Response:
    """The gate by the ordinary route; gate.in_front_of answers the same without coming here."""
    status, headers, body = gate.respond(gate.key_release(), request.environ)
    return Response(body, status, headers)


@blueprint.get("/pages/<reading>/<number>")
@token_checked
def page(reading: str, number: str) -> Response:
    """A page to read, if the gate lets it be seen."""
    status, headers, body = pages.respond(request.environ)
    return Response(body, status, headers)


@blueprint.get("/learn/<int:cycle_id>")
@signed_in
def cycle(cycle_id: int) -> str:
    own = get_own_cycle(current_user, cycle_id)
    finish_all(queries.progress_ids_to_finish(own.id))
    own = get_own_cycle(current_user, cycle_id)
    return render_template("watching/cycle.html", **_study_facts(own))


def _study_facts(own: Cycle) -> dict[str, Any]:
    lessons = queries.progress_of(own)
    return {
        "cycle": own,
        "lessons": lessons,
        "next_lesson": next((one for one in lessons if not one.is_finished), None),
        "finished_count": sum(one.is_finished for one in lessons),
        "is_watched": queries.is_course_watched(own),
    }


@blueprint.get(_LESSON)
@signed_in
def lesson(cycle_id: int, lesson_id: int) -> str:
    own = get_own_cycle(current_user, cycle_id)
    shown = get_version_lesson(own.version, lesson_id)
    facts = _study_facts(own)
    lessons = facts["lessons"]
    place = next(number for number, one in enumerate(lessons) if one.lesson.id == shown.id)
    standing = lessons[place]
    settings = reader_settings if standing.reading else player_settings
    return render_template(
        "watching/lesson.html",
        lesson=shown,
        standing=standing,
        following=lessons[place + 1] if place + 1 < len(lessons) else None,
        subtitles=videos.subtitles_of(shown.id),
        poster=_poster(standing.video),
        player=settings(own, shown),
        notes=notes_settings(own, shown),
        **facts,
    )


def _poster(video: Video | None) -> str | None:
    return videos.poster_url(video) if video is not None else None


@blueprint.post(f"{_LESSON}/lease")
@signed_in
def lease(cycle_id: int, lesson_id: int) -> Response:
    """Take the lease for this page; answers the watch token and what is released."""
    with transaction():
        own = get_own_cycle(current_user, cycle_id)
        shown = get_version_lesson(own.version, lesson_id)
        terms = operations.take_lease(current_user, own, shown.lesson, _settings())
        progress = _progress(terms)
        token = gate.key_release().signer.sign(terms)
        answer = jsonify(token=token, **_lease_facts(terms, progress))
    if not terms.is_reading:
        _give_cookie(answer, terms, token)
    return answer


def _give_cookie(answer: Response, terms: WatchTerms, token: str) -> None:
    """For browsers that play by themselves and send no header of ours."""
    answer.set_cookie(
        gate.TOKEN_COOKIE,
        token,
        path=f"{gate.PREFIX}{terms.public_id}",
        max_age=_settings().watch_token_hours * 3600,
        httponly=True,
        samesite="Strict",
        secure=_settings().cookie_secure,
    )


def _progress(terms: WatchTerms) -> LessonProgress:
    progress = db.session.get(LessonProgress, terms.progress_id)
    if progress is None:
        raise NotFound()
    return progress


def _lease_facts(terms: WatchTerms, progress: LessonProgress) -> dict[str, Any]:
    left_by = progress.left_lease
    return {
        **_address_facts(terms, progress),
        "released": progress.high_water,
        "resume_ms": operations.resume_ms(progress),
        # Opaque to the page: whether its own memory of the place is newer than the server's.
        "lease": str(terms.lease),
        "left_by": str(left_by) if left_by is not None else None,
        "window_count": terms.window_count,
        "window_ms": terms.window_ms,
        "duration_ms": progress.duration_ms,
        "max_pace": terms.pace_tenths / 10,
        "is_finished": progress.finished_at is not None,
        "is_closed": 0 < terms.closes_at_ms <= clock.now_ms(),
    }


def _address_facts(terms: WatchTerms, progress: LessonProgress) -> dict[str, Any]:
    """Where the windows are to be had: the film and its keys, or the pages, and when the next."""
    if progress.video is None:
        next_ms = gate.key_release().next_in_ms(terms.person_id)
        return {"keys": f"{pages.PREFIX}{terms.public_id}/", "next_in_ms": next_ms}
    playlist = videos.playlist_url(progress.video)
    return {"playlist": playlist, "keys": f"{gate.PREFIX}{terms.public_id}/"}


@blueprint.post(f"{_LESSON}/position")
@signed_in
def position(cycle_id: int, lesson_id: int) -> Response:
    """Note where this page stopped, to go on there on any device. It counts for nothing else."""
    body = request.get_json(silent=True)
    at_ms = body.get("at_ms") if isinstance(body, dict) else None
    with transaction():
        terms = _watch_terms(cycle_id, lesson_id)
        return jsonify(kept=operations.keep_position(terms, at_ms))


def _watch_terms(cycle_id: int, lesson_id: int) -> WatchTerms:
    """What the page's watch token says; it must be this person's, for this cycle and lesson."""
    get_own_cycle(current_user, cycle_id)
    token = request.headers.get("X-Watch-Token", "")
    terms = gate.key_release().signer.read(token, clock.now_ms())
    if terms is None or terms.person_id != current_user.id:
        raise NotAllowed(_("播放凭证已失效，请刷新页面。"))
    progress = _progress(terms)
    if (progress.cycle_id, progress.lesson_id) != (cycle_id, lesson_id):
        raise NotAllowed(_("播放凭证已失效，请刷新页面。"))
    return terms


@blueprint.post(f"{_LESSON}/popup")
@signed_in
def popup(cycle_id: int, lesson_id: int) -> Response:
    """The pop-up that is due, or null."""
    with transaction():
        asked = popup_operations.ask_popup(current_user, _watch_terms(cycle_id, lesson_id))
        facts = asked and question_facts(asked.question, asked.option_order, asked.nonce)
        return jsonify(popup=facts)


@blueprint.post(f"{_LESSON}/popup/answer")
@signed_in
def answer(cycle_id: int, lesson_id: int) -> Response:
    """Grade an answer. Says whether it is right and what follows, never what would be right."""
    nonce, given = answer_from(request.get_json(silent=True))
    terms = _watch_terms(cycle_id, lesson_id)
    outcome = popup_answers().grade(terms, nonce, given, (cycle_id, lesson_id))
    return jsonify(outcome_facts(outcome))


@blueprint.post(f"{_LESSON}/finish")
@signed_in
def finish(cycle_id: int, lesson_id: int) -> Response:
    """Finish the lesson if it was seen to its end; says what else is finished by it."""
    own = get_own_cycle(current_user, cycle_id)
    progress = queries.find_progress(own.id, lesson_id)
    if progress is None:
        raise NotFound()
    progress_id = progress.id
    with transaction():
        done = finish_lesson(progress_id)
        return jsonify(
            finished=True,
            course_watched=queries.is_course_watched(done.cycle),
            cycle_state=done.cycle.state.value,
        )
