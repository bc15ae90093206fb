"""Notes as the player sends them, the page of a course's notes, and the file of them."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.catalog.queries import get_lesson
from lms.catalog.version_models import VersionLesson
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound
from lms.enrollments.models import Cycle
from lms.enrollments.queries import get_own_cycle
from lms.watching.notes.models import LessonNote
from lms.watching.notes.operations import NoteChanged, remove_note, save_note
from lms.watching.notes.queries import chapters_of, count_notes, notes_of
from lms.watching.notes.rules import MOST_CHARACTERS, NoteFacts, as_markdown, as_text
from lms.web.auth import signed_in
from lms.web.downloads import attachment
from lms.web.errors import problem

blueprint = Blueprint("notes", __name__, url_prefix="/learn/<int:cycle_id>")
_NOTE = "/lessons/<int:lesson_id>/notes/<note_key>"
_FORMATS = {
    "md": (as_markdown, "text/markdown; charset=utf-8"),
    "txt": (as_text, "text/plain; charset=utf-8"),
}


@blueprint.errorhandler(NoteChanged)
def _changed(error: NoteChanged) -> Response:
    """The page gets the note as it stands, so that both wordings can be kept."""
    note = note_facts(error.note)
    db.session.rollback()
    return problem(error.status, _("操作未完成"), str(error.message), error.code, note=note)


@blueprint.put(_NOTE)
@signed_in
def save(cycle_id: int, lesson_id: int, note_key: str) -> Response:
    """Keep a note; answers it as it is kept, with its revision."""
    with transaction():
        lesson = get_lesson(get_own_cycle(current_user, cycle_id).course, lesson_id)
        facts, based_on = _sent(note_key)
        return jsonify(note_facts(save_note(current_user, lesson, facts, based_on)))


@blueprint.delete(_NOTE)
@signed_in
def remove(cycle_id: int, lesson_id: int, note_key: str) -> Response:
    """Remove a note that the page knew in the revision `based_on`."""
    based_on = request.args.get("based_on", 0, type=int)
    with transaction():
        lesson = get_lesson(get_own_cycle(current_user, cycle_id).course, lesson_id)
        remove_note(current_user, lesson, note_key, based_on)
    return jsonify(removed=True)


def _sent(key: str) -> tuple[NoteFacts, int]:
    body = request.get_json(silent=True)
    sent: dict[str, Any] = body if isinstance(body, dict) else {}
    at_ms, text, based_on = sent.get("at_ms"), sent.get("text"), sent.get("based_on", 0)
    numbers = all(isinstance(value, int) for value in (at_ms, based_on))
    if not numbers or not isinstance(text, str):
        raise Invalid()
    return NoteFacts(key, at_ms, text), based_on  # type: ignore[arg-type]


def note_facts(note: LessonNote) -> dict[str, Any]:
    """A note as the page knows it."""
    return {
        "key": note.key,
        "at_ms": note.at_ms,
        "text": note.text,
        "revision": note.revision,
    }


@blueprint.get("/notes")
@signed_in
def course(cycle_id: int) -> str:
    """Everything that the learner wrote in the course."""
    own = get_own_cycle(current_user, cycle_id)
    return render_template("watching/notes/course.html", cycle=own, chapters=chapters_of(own))


@blueprint.get("/notes.<note_format>")
@signed_in
def export(cycle_id: int, note_format: str) -> Response:
    """The same as a file to keep."""
    own = get_own_cycle(current_user, cycle_id)
    if note_format not in _FORMATS:
        raise NotFound()
    write, mimetype = _FORMATS[note_format]
    heading = _("%(course)s：我的笔记", course=own.version.title)
    content = write(heading, chapters_of(own), _("书签"))
    return attachment(content.encode(), f"{heading}.{note_format}", mimetype)


def notes_settings(cycle: Cycle, lesson: VersionLesson) -> dict[str, Any]:
    """What the player's page is told: the notes there are, where to send others, and the words."""
    address = url_for("notes.save", cycle_id=cycle.id, lesson_id=lesson.id, note_key="-")
    return {
        "notes": [note_facts(note) for note in notes_of(current_user, lesson.id)],
        "url": address.removesuffix("-"),
        "waiting": f"notes-{cycle.id}-{lesson.id}",
        "most": MOST_CHARACTERS,
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """Places in braces are filled in by the script."""
    return {
        "bookmark": _("书签"),
        "bookmarked": _("已在 {time} 处加书签"),
        "bookmarkedAlready": _("{time} 处已有书签"),
        "both": _("这条笔记在另一个页面上也改过，两份都已保留。"),
        "jump": _("跳到 {time}"),
        "locked": _("{time} 处还没有解锁，学到那里才能跳转。"),
        "noted": _("已在 {time} 处记下笔记"),
        "offline": _("网络没有连上，笔记先保留在本页，恢复后自动保存。"),
        "refused": _("没有保存：{reason}"),
        "removed": _("已删除 {time} 处的笔记"),
        "removedMark": _("已删除 {time} 处的书签"),
        "saved": _("已保存"),
        "saving": _("正在保存…"),
        "signIn": _("登录已过期，请刷新页面重新登录，笔记会接着保存。"),
        "undo": _("撤销"),
        "undone": _("已恢复"),
    }


def course_card(cycle: Cycle) -> str:
    """The card of the study page that leads to the notes."""
    return render_template("watching/notes/_card.html", cycle=cycle, count=count_notes(cycle))
