"""The job of a long film, split into chunks: each is taken, held and given up as a whole film is.

Whoever changes a chunk holds the film's row first. So of two workers that end at once one sees that
the other is done, and no two wait for each other's rows.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from lms.core import clock
from lms.core.db import db
from lms.videos import jobs
from lms.videos.chunk_models import ChunkKind, ChunkState, VideoChunk
from lms.videos.chunk_queries import has_its_turn, is_free
from lms.videos.encoding import TRANSCODED_PERCENT
from lms.videos.faults import VideoFault
from lms.videos.jobs import Job, LostClaimError
from lms.videos.models import Video, VideoState
from lms.videos.parts import Part
from lms.videos.sealing import Package
from lms.videos.storage import chunks_folder, place_piece
from lms.videos.streams import VideoFacts

# Encoding a second of sound costs about a fifth of what its pictures do, or less.
_SOUND_SHARE = 5
# So many workers can be at one film. The rest of its chunks is queued as these end: a film that
# comes meanwhile then waits for a few minutes' work, and not for that of a whole day's recording.
_MOST_QUEUED = 16


@dataclass(frozen=True)
class ChunkJob:
    """A claimed chunk, as plain values; `of` is the film's job, which all its chunks share."""

    of: Job
    number: int
    kind: ChunkKind
    token: str
    part: Part
    facts: VideoFacts
    segment_seconds: int

    @property
    def made(self) -> Path:
        """The folder in which the chunk's files are made."""
        return self.folder / f".{self.number}.{self.token}"

    @property
    def folder(self) -> Path:
        """The folder of all the film's chunks."""
        return chunks_folder(self.of.public_id, self.of.token)


def split(
    job: Job, facts: VideoFacts, segment_seconds: int, stretches: Sequence[Part]
) -> Sequence[int]:
    """Write down the chunks of the film: its sound, the stretches, and joining them.

    Returns the numbers of those to be queued now. Raises LostClaimError.
    """
    jobs.claimed(job)
    film = {"facts": facts.as_json(), "segment_seconds": segment_seconds}
    seconds = round(facts.duration_seconds)
    wanted: list[dict[str, Any]] = [_stretch_values(part, seconds) for part in stretches]
    if facts.has_audio:
        # First, because it is one piece however long the film is.
        wanted.insert(0, {"kind": ChunkKind.SOUND, "cost": max(1, seconds // _SOUND_SHARE)})
    wanted.append({"kind": ChunkKind.JOIN})
    for number, values in enumerate(wanted):
        chunk = VideoChunk(video_id=job.video_id, film_claim=job.token, number=number, film=film)
        for name, value in values.items():
            setattr(chunk, name, value)
        db.session.add(chunk)
    return _hand_out(job.video_id)


def _stretch_values(part: Part, film_seconds: int) -> dict[str, Any]:
    end = film_seconds if part.end is None else part.end
    return {
        "kind": ChunkKind.PICTURE,
        "start_seconds": part.start,
        "end_seconds": part.end,
        "cost": max(1, end - part.start),
    }


def _hand_out(video_id: int) -> Sequence[int]:
    """Mark the next chunks as queued, as many as may be at once; their numbers."""
    db.session.flush()
    mine = VideoChunk.video_id == video_id
    handed = select(func.count()).where(
        mine, VideoChunk.queued_at.is_not(None), VideoChunk.state != ChunkState.DONE
    )
    room = _MOST_QUEUED - (db.session.scalar(handed) or 0)
    query = select(VideoChunk).where(mine, VideoChunk.queued_at.is_(None), has_its_turn())
    chosen = db.session.scalars(query.order_by(VideoChunk.number).limit(max(0, room))).all()
    for chunk in chosen:
        chunk.queued_at = clock.now()
    db.session.flush()
    return [chunk.number for chunk in chosen]


def claim(video_id: int, number: int) -> ChunkJob | None:
    """Take the chunk if it is free or its worker is dead, and it is its turn; else None."""
    video = db.session.get(Video, video_id, populate_existing=True, with_for_update=True)
    if video is None or video.state is not VideoState.PROCESSING:
        return None
    moment, token = clock.now(), secrets.token_hex(8)
    taken = db.session.execute(
        update(VideoChunk)
        .where(VideoChunk.video_id == video_id, VideoChunk.number == number)
        .where(VideoChunk.film_claim == video.claim_token, is_free(), has_its_turn())
        .values(
            state=ChunkState.WORKING,
            claim_token=token,
            heartbeat_at=moment,
            queued_at=moment,
            attempts=VideoChunk.attempts + 1,
            progress_percent=0,
        )
        .returning(VideoChunk.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return None if taken is None else _job(video, taken)


def _job(video: Video, chunk_id: int) -> ChunkJob | None:
    chunk = db.session.get_one(VideoChunk, chunk_id, populate_existing=True)
    if chunk.attempts > jobs.MAX_ATTEMPTS:
        jobs.set_failed(video, VideoFault.CRASHED)
        return None
    assert chunk.claim_token is not None
    return ChunkJob(
        of=jobs.job_of(video),
        number=chunk.number,
        kind=chunk.kind,
        token=chunk.claim_token,
        part=chunk.part,
        facts=VideoFacts.from_json(chunk.film["facts"]),
        segment_seconds=chunk.film["segment_seconds"],
    )


def _hold(job: ChunkJob) -> tuple[Video, VideoChunk]:
    """The rows of the chunk and its film, held. Raises LostClaimError if either is another's."""
    video = jobs.claimed(job.of)
    query = select(VideoChunk).where(VideoChunk.claim_token == job.token)
    query = query.where(VideoChunk.video_id == job.of.video_id).with_for_update()
    chunk = db.session.scalar(query.execution_options(populate_existing=True))
    if chunk is None:
        raise LostClaimError()
    return video, chunk


def beat(job: ChunkJob, percent: int) -> int:
    """Give a sign of life and note how far the chunk is; returns the percentage of the film.

    Raises LostClaimError.
    """
    video, chunk = _hold(job)
    chunk.heartbeat_at = clock.now()
    chunk.progress_percent = max(chunk.progress_percent, percent)
    db.session.flush()
    return _tell(video, chunk)


def _tell(video: Video, chunk: VideoChunk) -> int:
    is_join = chunk.kind is ChunkKind.JOIN
    done = chunk.progress_percent if is_join else _encoded_percent(video.id)
    # A chunk that is begun anew loses what was done of it; nobody is shown that.
    video.progress_percent = max(video.progress_percent, min(99, done))
    return video.progress_percent


def _encoded_percent(video_id: int) -> int:
    query = select(
        func.sum(VideoChunk.cost * VideoChunk.progress_percent), func.sum(VideoChunk.cost)
    )
    done, all_cost = db.session.execute(query.where(VideoChunk.video_id == video_id)).one()
    return int(TRANSCODED_PERCENT * done / (100 * all_cost))


def finish(job: ChunkJob, frames: int) -> Sequence[int]:
    """Put the chunk's files in their place; the numbers of those to be queued now.

    After the last one that is the joining. Raises LostClaimError. As with packages, the move is the
    last thing before the commit; should that fail, the next attempt replaces the files.
    """
    video, chunk = _hold(job)
    chunk.state = ChunkState.DONE
    chunk.claim_token = None
    chunk.progress_percent = 100
    chunk.frames = frames
    db.session.flush()
    _tell(video, chunk)
    further = _hand_out(video.id)
    place_piece(job.made, job.of.public_id, job.of.token, job.number)
    return further


def finish_join(job: ChunkJob, package: Package, built: Path) -> None:
    """The film is ready, as after `jobs.finish`. Raises LostClaimError."""
    _hold(job)
    jobs.finish(job.of, package, built)


def fail(job: ChunkJob, fault: VideoFault) -> None:
    """Give up the film for this chunk's sake, as `jobs.fail` does. Raises LostClaimError."""
    _hold(job)
    jobs.fail(job.of, fault)


def is_lost(job: ChunkJob) -> bool:
    """Whether the chunk, or the film, is another's or nobody's."""
    try:
        _hold(job)
    except LostClaimError:
        return True
    return False


def take_unserved() -> Sequence[tuple[int, int]]:
    """The chunks (film, number) that were handed out and that no worker has: lost by the queue, or
    left by a dead worker. Each is handed out once per stale time."""
    moment = clock.now()
    query = update(VideoChunk).where(
        is_free(), has_its_turn(), VideoChunk.queued_at < jobs.stale_limit(moment)
    )
    query = query.values(queued_at=moment).execution_options(synchronize_session=False)
    rows = db.session.execute(query.returning(VideoChunk.video_id, VideoChunk.number))
    return [(video_id, number) for video_id, number in rows]
