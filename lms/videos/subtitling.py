"""Which subtitles a lesson has: given by its trainer, or found in its film."""

import secrets

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Lesson
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Invalid
from lms.core.files import files, forget_file
from lms.core.permissions import Permission
from lms.videos.models import Language, Remark, Subtitle, Video
from lms.videos.storage import subtitle_path
from lms.videos.subtitles import read_subtitles
from lms.videos.texts import TakenText, language_of


def set_subtitle(
    actor: Person | None,
    lesson: Lesson,
    language: Language,
    content: bytes,
    label: str | None = None,
) -> Subtitle:
    """Give `lesson` subtitles in `language`, from the bytes of a WebVTT or SubRip file.

    Those it had in that language go. Raises NotAllowed, or Invalid (field "file").
    """
    if actor is not None:
        require(actor, Permission.VIDEOS_VIDEO_EDIT, lesson.course.base_id)
    text = read_subtitles(content)
    path = f"subtitles/{secrets.token_urlsafe(16)}.vtt"
    subtitle = _subtitle_row(lesson, language)
    former = subtitle.path
    subtitle.path = path
    subtitle.label = (label or language.label)[:64]
    files().write(subtitle_path(path), text.encode())
    db.session.flush()
    if former:
        after_commit(lambda: forget_file(subtitle_path(former)))
    _note(AuditTag.VIDEOS_SUBTITLE_UPLOAD, actor, subtitle)
    return subtitle


def _subtitle_row(lesson: Lesson, language: Language) -> Subtitle:
    query = select(Subtitle).where(Subtitle.lesson_id == lesson.id, Subtitle.language == language)
    found = db.session.scalar(query.with_for_update())
    if found is None:
        found = Subtitle(lesson=lesson, language=language, path="")
        db.session.add(found)
    return found


def remove_subtitle(actor: Person, subtitle: Subtitle) -> None:
    """Take subtitles away; their file goes after the commit. Raises NotAllowed."""
    require(actor, Permission.VIDEOS_VIDEO_EDIT, subtitle.lesson.course.base_id)
    path = subtitle_path(subtitle.path)
    after_commit(lambda: forget_file(path))
    _note(AuditTag.VIDEOS_SUBTITLE_REMOVE, actor, subtitle)
    db.session.delete(subtitle)


def keep_texts(video: Video, texts: list[TakenText]) -> None:
    """Give the lesson what its film holds in languages it has no subtitles in yet.

    What cannot be used, and why, is remarked on the video.
    """
    own = select(Subtitle.language).where(Subtitle.lesson_id == video.lesson_id)
    taken = set(db.session.scalars(own))
    remarks = set(video.remarks)
    for text in texts:
        language = language_of(text)
        if language is None:
            remarks.add(Remark.STRANGE_SUBTITLES.value)
        elif language not in taken:
            try:
                set_subtitle(None, video.lesson, language, text.content)
            except Invalid:
                remarks.add(Remark.BROKEN_SUBTITLES.value)
            else:
                taken.add(language)
                remarks.add(Remark.TAKEN_SUBTITLES.value)
    video.remarks = sorted(remarks)


def _note(tag: AuditTag, actor: Person | None, subtitle: Subtitle) -> None:
    who = actor.id if actor else None
    record(
        tag,
        who,
        f"lesson:{subtitle.lesson_id}",
        organization_id=subtitle.lesson.course.base_id,
        language=subtitle.language.value,
    )
