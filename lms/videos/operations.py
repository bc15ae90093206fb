"""Giving a lesson its video."""

import os
import secrets
import shutil
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Lesson, LessonKind
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Invalid
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.videos import tasks
from lms.videos.examination import examine
from lms.videos.jobs import forget_original, let_go
from lms.videos.ladder import SOUND
from lms.videos.models import IN_WORK, Remark, Video, VideoState
from lms.videos.originals import original_file, original_path
from lms.videos.secret import new_secret, video_secret
from lms.videos.states import VIDEO_MOVES
from lms.videos.storage import file_ending, shown_name
from lms.videos.streams import VideoFacts
from lms.videos.subtitling import remove_subtitle, set_subtitle

__all__ = [
    "examine",
    "import_video",
    "remove_subtitle",
    "set_subtitle",
    "video_secret",
]


def import_video(
    actor: Person | None,
    lesson: Lesson,
    path: Path,
    original_name: str | None = None,
    *,
    facts: VideoFacts | None = None,
    keep_source: bool = True,
) -> Video:
    """Take the film at `path` for `lesson`; it is packaged after the commit.

    `actor` None is the system. `facts` are those of `examine`, if it was called already (it takes
    a moment, better spent outside of a transaction). With `keep_source` False the file at `path`
    goes once the video is durable. Raises NotAllowed, or Invalid (field "file"); nothing is kept
    then.
    """
    if actor is not None:
        require(actor, Permission.VIDEOS_VIDEO_EDIT, lesson.course.base_id)
    if lesson.kind is not LessonKind.FILM:
        raise Invalid(_l("这是教材阅读课时，不能上传视频。"), field="file")
    facts = facts or examine(path)
    video = _new_video(actor, lesson, path, shown_name(original_name or path.name))
    video.width, video.height = facts.width, facts.height
    video.renditions = [] if facts.has_picture else [SOUND.name]
    video.remarks = [Remark.PICTURE_SUBTITLES.value] if facts.has_picture_texts else []
    _keep_original(video, path, keep_source)
    _replace_unfinished(lesson)
    db.session.add(video)
    db.session.flush()
    record(
        AuditTag.VIDEOS_VIDEO_UPLOAD,
        actor.id if actor else None,
        f"lesson:{lesson.id}",
        organization_id=lesson.course.base_id,
        video=video.id,
        size_bytes=video.size_bytes,
    )
    video.queued_at = clock.now()
    enqueue_after_commit(tasks.package_video, video.id)
    return video


def _new_video(actor: Person | None, lesson: Lesson, path: Path, name: str) -> Video:
    public_id = secrets.token_urlsafe(16)
    return Video(
        public_id=public_id,
        lesson=lesson,
        uploaded_by_id=actor.id if actor else None,
        original_name=name,
        original_path=original_path(f"{public_id}{file_ending(name)}"),
        size_bytes=path.stat().st_size,
        secret_cipher=new_secret(public_id),
    )


def _keep_original(video: Video, path: Path, keep_source: bool) -> None:
    assert video.original_path is not None
    target = original_file(video.original_path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if keep_source:
        shutil.copyfile(path, target)
        return
    # A second name instead of a move: if the commit fails the upload is still where it was.
    os.link(path, target)
    after_commit(lambda: path.unlink(missing_ok=True))


def _replace_unfinished(lesson: Lesson) -> None:
    """A newer film stands in for those waiting, in work or failed; their originals go."""
    states = (*IN_WORK, VideoState.FAILED)
    query = select(Video).where(Video.lesson_id == lesson.id, Video.state.in_(states))
    for video in db.session.scalars(query.with_for_update()):
        if video.is_in_work:
            move(video, VideoState.REPLACED, VIDEO_MOVES)
            let_go(video)
        forget_original(video)
