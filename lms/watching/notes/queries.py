"""Reading one's own notes: of a lesson, and of a whole course."""

from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.watching.notes.models import LessonNote
from lms.watching.notes.rules import Chapter, Passage
from lms.watching.queries import LessonStanding, progress_of


def find_note(person_id: int, key: str) -> LessonNote | None:
    """The person's note of that key, or None."""
    query = select(LessonNote).where(LessonNote.person_id == person_id, LessonNote.key == key)
    return db.session.scalar(query)


def notes_of(person: Person, lesson_id: int) -> list[LessonNote]:
    """What the person wrote in the lesson, in the order of its film."""
    query = select(LessonNote).where(
        LessonNote.person_id == person.id, LessonNote.lesson_id == lesson_id
    )
    return list(db.session.scalars(query.order_by(LessonNote.at_ms, LessonNote.id)))


def count_notes(cycle: Cycle) -> int:
    """How many notes and bookmarks the learner has in the cycle's course."""
    query = select(func.count()).select_from(LessonNote).join(Lesson)
    own = (LessonNote.person_id == cycle.person_id, Lesson.course_id == cycle.course_id)
    return db.session.scalar(query.where(*own)) or 0


def chapters_of(cycle: Cycle) -> list[Chapter]:
    """All notes of the learner in the cycle's course, lesson by lesson in the version's order.

    Lessons that the version does not hold come last: what was written there is not lost.
    """
    notes = _by_lesson(cycle)
    chapters = []
    for standing in progress_of(cycle):
        written = notes.pop(standing.lesson.id, [])
        if written:
            passages = [_passage(note, standing) for note in written]
            chapters.append(Chapter(standing.lesson.title, standing.lesson.id, passages))
    for written in notes.values():
        passages = [Passage(note.at_ms, note.text) for note in written]
        chapters.append(Chapter(written[0].lesson.title, None, passages))
    return chapters


def _by_lesson(cycle: Cycle) -> dict[int, list[LessonNote]]:
    query = (
        select(LessonNote)
        .join(Lesson)
        .where(LessonNote.person_id == cycle.person_id, Lesson.course_id == cycle.course_id)
        .options(joinedload(LessonNote.lesson))
        .order_by(LessonNote.lesson_id, LessonNote.at_ms, LessonNote.id)
    )
    found = db.session.scalars(query)
    return {lesson_id: list(group) for lesson_id, group in groupby(found, lambda n: n.lesson_id)}


def _passage(note: LessonNote, standing: LessonStanding) -> Passage:
    at_ms, reading = min(note.at_ms, standing.duration_ms), standing.reading
    if reading is None:
        return Passage(at_ms, note.text)
    page = min(reading.page_count, at_ms // (reading.page_seconds * 1000) + 1)
    return Passage(at_ms, note.text, _("第 %(page)d 页", page=page))
