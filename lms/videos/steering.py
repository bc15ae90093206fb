"""What a trainer can still do about a packaging: stop it, or have it tried again."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Conflict
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.videos import tasks
from lms.videos.chunk_queries import is_split
from lms.videos.jobs import forget_original, let_go
from lms.videos.models import Video, VideoState
from lms.videos.originals import has_original
from lms.videos.states import VIDEO_MOVES
from lms.videos.storage import remove_leftovers


def cancel_packaging(actor: Person, video: Video) -> None:
    """Give up a video that waits or is in work; its original goes.

    Workers that have it, or chunks of it, learn so with their next heartbeat and clear up behind
    themselves. Raises NotAllowed, or IllegalMove if there is nothing left to stop.
    """
    require(actor, Permission.VIDEOS_VIDEO_EDIT, video.lesson.course.base_id)
    _lock(video)
    has_worker = video.state is VideoState.PROCESSING and not is_split(video)
    move(video, VideoState.CANCELLED, VIDEO_MOVES)
    let_go(video)
    forget_original(video)
    if not has_worker:
        # Of workers that died earlier, or that have ended their chunks: nobody else would come by
        # here again.
        after_commit(lambda: remove_leftovers(video.public_id, video.package_version))
    _note(AuditTag.VIDEOS_VIDEO_CANCEL, actor, video)


def retry_packaging(actor: Person, video: Video) -> None:
    """Let a video that failed for the machine's sake wait again, from its first attempt on.

    Raises NotAllowed; IllegalMove if it did not fail; Conflict if its original is not there any
    more, or if the lesson was given a newer film meanwhile.
    """
    require(actor, Permission.VIDEOS_VIDEO_EDIT, video.lesson.course.base_id)
    _lock(video)
    newer = select(Video.id).where(Video.lesson_id == video.lesson_id, Video.id > video.id)
    is_there = video.original_path is not None and has_original(video.original_path)
    if not is_there or db.session.scalar(newer.limit(1)) is not None:
        raise Conflict()
    move(video, VideoState.UPLOADED, VIDEO_MOVES)
    video.error_code = None
    video.attempts = 0
    video.progress_percent = 0
    video.queued_at = clock.now()
    _note(AuditTag.VIDEOS_VIDEO_RETRY, actor, video)
    enqueue_after_commit(tasks.package_video, video.id)


def _lock(video: Video) -> None:
    """Have the row as it stands now, and nobody else until the commit."""
    db.session.refresh(video, with_for_update=True)


def _note(tag: AuditTag, actor: Person, video: Video) -> None:
    record(
        tag,
        actor.id,
        f"lesson:{video.lesson_id}",
        organization_id=video.lesson.course.base_id,
        video=video.id,
    )
