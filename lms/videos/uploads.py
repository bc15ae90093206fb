"""Resumable uploads: how many bytes are here, and what happens when the last one is.

The row says how many bytes count; bytes in the file beyond that came without being noted, and are
overwritten. A lock on the file keeps two requests from writing to one upload at once.
"""

import datetime as dt
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import format_datetime
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import is_allowed
from lms.catalog.models import Course, Lesson, LessonKind
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Permission
from lms.videos import operations, quotas
from lms.videos.faults import VideoFault
from lms.videos.magic import HEAD_BYTES, is_no_film, names_films
from lms.videos.models import Upload, Video
from lms.videos.storage import incoming_file, settings, shown_name
from lms.videos.streams import VideoFacts

LIFETIME = dt.timedelta(hours=24)
# Packaging needs about as much again, and the database must never find the disk full.
_SPARE_BYTES = 1 << 30


class LockedError(Conflict):
    """Another request is writing to the upload."""

    status = 423
    code = "locked"
    default_message = _l("这个文件正在另一个窗口上传。")


def largest_upload_bytes() -> int:
    """The size limit of uploads."""
    return settings().upload_max_mb * 1024 * 1024


def largest_chunk_bytes() -> int:
    """The size limit of one request of an upload."""
    return settings().upload_chunk_mb * 1024 * 1024


def create_upload(actor: Person, lesson_id: int, name: str, size_bytes: int) -> Upload:
    """Begin an upload of `size_bytes` for a lesson.

    Raises NotFound for a lesson that is not the actor's to fill, or Invalid (field "file") for a
    size that cannot be taken, or that the base has no room for, and for a lesson that is read.
    """
    lesson = db.session.get(Lesson, lesson_id)
    may = Permission.VIDEOS_VIDEO_EDIT
    if lesson is None or not is_allowed(actor, may, lesson.course.base_id):
        raise NotFound()
    if lesson.kind is not LessonKind.FILM:
        raise Invalid(_l("这是教材阅读课时，不能上传视频。"), field="file")
    _check_size(size_bytes)
    quotas.check_room(lesson.course.base_id, size_bytes)
    upload = Upload(
        public_id=secrets.token_urlsafe(16),
        owner_id=actor.id,
        lesson=lesson,
        original_name=shown_name(name),
        size_bytes=size_bytes,
        offset_bytes=0,
        expires_at=clock.now() + LIFETIME,
    )
    db.session.add(upload)
    db.session.flush()
    file = incoming_file(upload.public_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return upload


def _check_size(size_bytes: int) -> None:
    if size_bytes == 0:
        raise Invalid(VideoFault.EMPTY.label, field="file")
    if size_bytes > largest_upload_bytes():
        raise Invalid(VideoFault.TOO_LARGE.label, field="file")
    media = settings().media_path
    media.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(media).free < size_bytes + _SPARE_BYTES:
        raise Invalid(_l("服务器空间不足，暂时不能上传，请联系管理员。"), field="file")


def get_own_upload(actor: Person, public_id: str) -> Upload:
    """The actor's upload; raises NotFound for anybody else's, and for one that expired."""
    query = select(Upload).where(Upload.public_id == public_id, Upload.owner_id == actor.id)
    upload = db.session.scalar(query)
    if upload is None or upload.expires_at < clock.now():
        raise NotFound()
    return upload


def unfinished_uploads(actor: Person, course: Course) -> Sequence[Upload]:
    """The actor's uploads for this course that can go on, the newest first."""
    query = (
        select(Upload)
        .join(Lesson)
        .where(Lesson.course_id == course.id, Upload.owner_id == actor.id)
        .where(Upload.video_id.is_(None), Upload.expires_at > clock.now())
        .options(contains_eager(Upload.lesson))
    )
    return db.session.scalars(query.order_by(Upload.id.desc())).all()


@contextmanager
def locked_file(public_id: str) -> Iterator[IO[bytes]]:
    """The upload's file, which nobody else may write to meanwhile. Raises LockedError, NotFound.

    What was read of the row before is forgotten: another request may just have moved it on.
    """
    try:
        file = incoming_file(public_id).open("r+b")
    except FileNotFoundError:
        raise NotFound() from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError() from None
        db.session.rollback()
        yield file


def go_to(file: IO[bytes], offset_bytes: int) -> None:
    """Stand where the next byte belongs; what lies beyond was never noted, and goes."""
    file.truncate(offset_bytes)
    file.seek(offset_bytes)


def check_beginning(file: IO[bytes], start: int, end: int, size_bytes: int) -> None:
    """Look at the first bytes once they are all there, that is when `end` passes them.

    Raises Invalid (field "file") for what is certainly no film, hours before the last byte of it.
    """
    needed = min(HEAD_BYTES, size_bytes)
    if not start < needed <= end:
        return
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if names_films(head):
        raise Invalid(VideoFault.NAMES_OTHERS.label, field="file")
    if is_no_film(head):
        raise Invalid(VideoFault.NOT_A_VIDEO.label, field="file")
    file.seek(end)


def settle(file: IO[bytes]) -> None:
    """Make written bytes durable before their number is noted."""
    file.flush()
    os.fsync(file.fileno())


def advance(actor: Person, public_id: str, start: int, count: int) -> Upload:
    """Note that `count` bytes arrived from `start` on. Raises Conflict if it is not there."""
    upload = get_own_upload(actor, public_id)
    if upload.offset_bytes != start:
        raise Conflict()
    upload.offset_bytes = start + count
    upload.expires_at = clock.now() + LIFETIME
    return upload


def complete(actor: Person, public_id: str, facts: VideoFacts) -> Video:
    """Turn an upload whose bytes are all here into the lesson's new video.

    Raises NotAllowed if the actor lost the right to do so meanwhile.
    """
    upload = get_own_upload(actor, public_id)
    require(actor, Permission.VIDEOS_VIDEO_EDIT, upload.lesson.course.base_id)
    upload.offset_bytes = upload.size_bytes
    upload.video = operations.import_video(
        actor,
        upload.lesson,
        incoming_file(public_id),
        upload.original_name,
        facts=facts,
        keep_source=False,
    )
    return upload.video


def discard(actor: Person, public_id: str) -> None:
    """Give an upload up and delete what came of it. Raises NotFound."""
    upload = get_own_upload(actor, public_id)
    db.session.delete(upload)
    incoming_file(public_id).unlink(missing_ok=True)


def expiry_header(upload: Upload) -> str:
    """When an upload is given up, as HTTP writes dates."""
    return format_datetime(upload.expires_at, usegmt=True)
