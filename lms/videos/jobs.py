"""The packaging job of a video: taken by one worker at a time, given up when that one is dead.

Whoever takes a job writes a token of his own into the row. Every later step asks for that token,
so a worker that was believed dead and is not can change nothing any more.

The job of a long film is split (chunk_jobs). Its claim then is nobody's in particular, and never
stale: its chunks are claimed, each by a worker who gives signs of life.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import and_, case, delete, exists, or_, select, update
from sqlalchemy.sql import ColumnElement

from lms.core import clock
from lms.core.db import after_commit, db
from lms.core.states import move
from lms.videos.chunk_models import VideoChunk
from lms.videos.faults import VideoFault
from lms.videos.models import Video, VideoState
from lms.videos.originals import original_file, remove_original
from lms.videos.packaging import Package
from lms.videos.secret import video_secret
from lms.videos.states import VIDEO_MOVES
from lms.videos.storage import place_package, settings
from lms.videos.subtitling import keep_texts

MAX_ATTEMPTS = 3


class LostClaimError(Exception):
    """Another worker has the job now, or nobody needs it any more."""


@dataclass(frozen=True)
class Job:
    """A claimed job: what is to be packaged, as plain values."""

    video_id: int
    public_id: str
    token: str
    version: int
    source: Path
    secret: bytes


def _is_stale(moment: dt.datetime) -> ColumnElement[bool]:
    split = exists().where(
        VideoChunk.video_id == Video.id, VideoChunk.film_claim == Video.claim_token
    )
    return and_(
        Video.state == VideoState.PROCESSING, Video.heartbeat_at < stale_limit(moment), ~split
    )


def stale_limit(moment: dt.datetime) -> dt.datetime:
    """Who gave the last sign of life before this instant is believed dead."""
    return moment - dt.timedelta(seconds=settings().packaging_stale_seconds)


def claim(video_id: int) -> Job | None:
    """Take the job if it is free or its worker is dead, in one conditional UPDATE; else None."""
    moment, token = clock.now(), secrets.token_hex(8)
    # The same moves as in VIDEO_MOVES, made by the database so that only one worker succeeds.
    taken = db.session.execute(
        update(Video)
        .where(Video.id == video_id)
        .where(or_(Video.state == VideoState.UPLOADED, _is_stale(moment)))
        .values(
            state=VideoState.PROCESSING,
            claim_token=token,
            heartbeat_at=moment,
            attempts=Video.attempts + 1,
        )
        .returning(Video.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return None if taken is None else _job(video_id)


def _job(video_id: int) -> Job | None:
    video = db.session.get_one(Video, video_id, populate_existing=True)
    if video.attempts > MAX_ATTEMPTS or video.original_path is None:
        set_failed(video, VideoFault.CRASHED)
        return None
    return job_of(video)


def job_of(video: Video) -> Job:
    """The job of a film that is claimed, as whoever claimed it has it."""
    assert video.claim_token is not None
    assert video.original_path is not None
    return Job(
        video_id=video.id,
        public_id=video.public_id,
        token=video.claim_token,
        version=video.package_version + 1,
        source=original_file(video.original_path),
        secret=video_secret(video),
    )


def beat(job: Job, percent: int) -> int:
    """Give a sign of life and note the percentage; returns it. Raises LostClaimError."""
    grown = case((Video.progress_percent < percent, percent), else_=Video.progress_percent)
    alive = db.session.execute(
        update(Video)
        .where(Video.id == job.video_id, Video.claim_token == job.token)
        .where(Video.state == VideoState.PROCESSING)
        .values(heartbeat_at=clock.now(), progress_percent=grown)
        .returning(Video.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if alive is None:
        raise LostClaimError()
    return percent


def claimed(job: Job) -> Video:
    """The film of the job, held until the transaction ends. Raises LostClaimError."""
    query = select(Video).where(Video.id == job.video_id, Video.claim_token == job.token)
    query = query.where(Video.state == VideoState.PROCESSING).with_for_update()
    # As it stands now, not as this session may have read it before.
    video = db.session.scalar(query.execution_options(populate_existing=True))
    if video is None:
        raise LostClaimError()
    return video


def finish(job: Job, package: Package, built: Path) -> Video:
    """Put the package in its place, and let it replace the lesson's former video.

    It was brought there by `bring_package`, as far as that takes long. Raises LostClaimError. The
    move is the last thing before the commit; should that fail, the next attempt finds a package
    that no row knows, and removes it.
    """
    video = claimed(job)
    _replace_former(video)
    move(video, VideoState.READY, VIDEO_MOVES)
    video.package_version = job.version
    video.duration_ms = package.duration_ms
    video.window_count = package.window_count
    video.window_seconds = settings().window_seconds
    video.renditions = list(package.renditions)
    video.progress_percent = 100
    video.ready_at = clock.now()
    video.package_bytes = package.size_bytes
    let_go(video)
    keep_texts(video, list(package.texts))
    db.session.flush()
    place_package(built, job.public_id, job.version)
    return video


def _replace_former(video: Video) -> None:
    query = select(Video).where(Video.lesson_id == video.lesson_id, Video.state == VideoState.READY)
    for former in db.session.scalars(query.with_for_update()):
        move(former, VideoState.REPLACED, VIDEO_MOVES)
    # The unique index allows one ready video, so the former one must go first.
    db.session.flush()


def fail(job: Job, fault: VideoFault) -> None:
    """Note that the film cannot be used, and why; its original goes. Raises LostClaimError."""
    video = claimed(job)
    set_failed(video, fault)
    forget_original(video)


def set_failed(video: Video, fault: VideoFault) -> None:
    """Note that the film was given up, and why."""
    move(video, VideoState.FAILED, VIDEO_MOVES)
    video.error_code = fault
    let_go(video)


def let_go(video: Video) -> None:
    """Take the job, with all its chunks, from whoever has it."""
    video.claim_token = None
    chunks = delete(VideoChunk).where(VideoChunk.video_id == video.id)
    db.session.execute(chunks.execution_options(synchronize_session=False))


def forget_original(video: Video) -> None:
    """Delete an original nobody can use, once that is durable."""
    if video.original_path is None:
        return
    path = video.original_path
    video.original_path = None
    after_commit(lambda: remove_original(path))


def take_unserved() -> Sequence[int]:
    """The videos that wait and that no worker has: never queued, lost by the queue, or left by a
    dead worker. Each is handed out once per stale time."""
    moment = clock.now()
    limit = stale_limit(moment)
    waiting = or_(Video.state == VideoState.UPLOADED, _is_stale(moment))
    forgotten = or_(Video.queued_at.is_(None), Video.queued_at < limit)
    query = update(Video).where(waiting, forgotten).values(queued_at=moment)
    query = query.returning(Video.id).execution_options(synchronize_session=False)
    return db.session.scalars(query).all()
