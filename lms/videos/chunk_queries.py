"""Which chunks there are, and which wait for a worker."""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from lms.core import clock
from lms.core.db import db
from lms.videos import jobs
from lms.videos.chunk_models import ChunkKind, ChunkState, VideoChunk
from lms.videos.joining import Pieces, Stretch
from lms.videos.models import Video
from lms.videos.storage import chunks_folder


def is_free() -> ColumnElement[bool]:
    """Nobody has it, or its worker is dead."""
    limit = jobs.stale_limit(clock.now())
    stale = and_(VideoChunk.state == ChunkState.WORKING, VideoChunk.heartbeat_at < limit)
    return or_(VideoChunk.state == ChunkState.WAITING, stale)


def has_its_turn() -> ColumnElement[bool]:
    """Joining comes when everything else is done."""
    other = aliased(VideoChunk)
    unfinished = exists().where(
        other.video_id == VideoChunk.video_id,
        other.kind != ChunkKind.JOIN,
        other.state != ChunkState.DONE,
    )
    return or_(VideoChunk.kind != ChunkKind.JOIN, ~unfinished)


def next_free(video_id: int) -> int | None:
    """The number of a chunk of the film that waits for a worker, or None."""
    query = select(VideoChunk.number).where(VideoChunk.video_id == video_id)
    query = query.where(is_free(), has_its_turn())
    return db.session.scalar(query.order_by(VideoChunk.number).limit(1))


def is_split(video: Video) -> bool:
    """Whether the film is being packaged in chunks."""
    query = select(VideoChunk.id).where(VideoChunk.video_id == video.id)
    return db.session.scalar(query.limit(1)) is not None


def pieces_of(job: jobs.Job) -> Pieces:
    """What there is to be joined of a split film."""
    query = select(VideoChunk).where(VideoChunk.video_id == job.video_id)
    chunks = db.session.scalars(query.order_by(VideoChunk.number)).all()
    stretches = [
        Stretch(chunk.part, str(chunk.number), chunk.frames)
        for chunk in chunks
        if chunk.kind is ChunkKind.PICTURE
    ]
    sounds = [str(chunk.number) for chunk in chunks if chunk.kind is ChunkKind.SOUND]
    folder = chunks_folder(job.public_id, job.token)
    return Pieces(folder, stretches, next(iter(sounds), None))


def working_claims() -> set[str]:
    """The names of the folders of workers that join a film."""
    query = select(Video.public_id, VideoChunk.claim_token).join(
        VideoChunk, VideoChunk.video_id == Video.id
    )
    rows = db.session.execute(query.where(VideoChunk.claim_token.is_not(None)))
    return {f"{public_id}.{token}" for public_id, token in rows}
