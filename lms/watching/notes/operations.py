"""Writing, changing and removing one's own notes.

None of it is recorded in the audit trail: what somebody writes for themselves is nobody's record.
"""

import secrets

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core import clock
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid
from lms.watching.notes.models import LessonNote
from lms.watching.notes.queries import find_note
from lms.watching.notes.rules import (
    MOST_CHARACTERS,
    MOST_IN_A_LESSON,
    NoteFacts,
    is_key,
    is_moment,
    tidy,
)


class NoteChanged(Conflict):
    """Another page has changed the note since; `note` is as it stands now."""

    code = "note-changed"
    default_message = _l("这条笔记已在另一个页面上修改。")

    def __init__(self, note: LessonNote) -> None:
        super().__init__()
        self.note = note


def save_note(actor: Person, lesson: Lesson, facts: NoteFacts, based_on: int) -> LessonNote:
    """Keep a note of `actor`: a new one, or other words or another moment for one that is there.

    `based_on` is the revision that the page knew, 0 for a new note; a note that was removed
    elsewhere is written anew. A repeated request changes nothing. Raises Invalid for what is no
    note, Conflict if the lesson holds as many as it may, NoteChanged if the page knew an old one.
    """
    text = _checked(facts)
    # One after the other: of two requests at once both would see room for one note more.
    hold(db.session.get_one(Person, actor.id))
    note = find_note(actor.id, facts.key)
    if note is None:
        return _add(actor, lesson, facts, text)
    if note.lesson_id != lesson.id:
        raise Invalid(_l("这条笔记属于另一个课时。"))
    if (note.at_ms, note.text) == (facts.at_ms, text):
        return note
    if note.revision != based_on:
        raise NoteChanged(note)
    note.at_ms, note.text = facts.at_ms, text
    note.revision += 1
    note.changed_at = clock.now()
    db.session.flush()
    return note


def _checked(facts: NoteFacts) -> str:
    if not is_key(facts.key) or not is_moment(facts.at_ms):
        raise Invalid(_l("笔记的时间不对，请刷新页面后再试。"))
    text = tidy(facts.text)
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("一条笔记最多 %(most)d 个字。", most=MOST_CHARACTERS), field="text")
    return text


def _add(actor: Person, lesson: Lesson, facts: NoteFacts, text: str) -> LessonNote:
    count = select(func.count()).where(
        LessonNote.person_id == actor.id, LessonNote.lesson_id == lesson.id
    )
    if (db.session.scalar(count) or 0) >= MOST_IN_A_LESSON:
        raise Conflict(_("一个课时最多 %(most)d 条笔记和书签。", most=MOST_IN_A_LESSON))
    note = LessonNote(
        person_id=actor.id, lesson_id=lesson.id, key=facts.key, at_ms=facts.at_ms, text=text
    )
    db.session.add(note)
    db.session.flush()
    return note


def remove_note(actor: Person, lesson: Lesson, key: str, based_on: int) -> None:
    """Remove a note of `actor`; one that is gone already is no trouble.

    Raises NoteChanged if it was changed since the page saw it.
    """
    note = find_note(actor.id, key)
    if note is None or note.lesson_id != lesson.id:
        return
    if note.revision != based_on:
        raise NoteChanged(note)
    db.session.delete(note)
    db.session.flush()


def take_over_notes(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: what the duplicate wrote is the survivor's.

    All of it stays, even where the two together have more than one alone may write.
    """
    kept = set(db.session.scalars(select(LessonNote.key).filter_by(person_id=survivor.id)))
    for note in db.session.scalars(select(LessonNote).filter_by(person_id=duplicate.id)):
        if note.key in kept:
            note.key = secrets.token_hex(16)
        note.person_id = survivor.id
    db.session.flush()
