"""Packaging a long film in chunks: encoded by any workers, joined by one of them.

Nobody waits for anybody. Whoever ends the last chunk queues the joining; what a dead worker or a
lost message leaves lying is found by the sweep, chunk by chunk.
"""

import logging
import shutil
import time
from collections.abc import Sequence

from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.videos import chunk_jobs
from lms.videos.chunk_jobs import ChunkJob
from lms.videos.chunk_models import ChunkKind
from lms.videos.chunk_queries import next_free, pieces_of
from lms.videos.encoding import TRANSCODED_PERCENT, Progress, encode, encode_stretch
from lms.videos.faults import ProbeError
from lms.videos.hearts import Heart, Listener
from lms.videos.jobs import Job
from lms.videos.models import Video, VideoState
from lms.videos.originals import bring_original, forget_copy, original_path
from lms.videos.packaging import join_package
from lms.videos.parts import Part
from lms.videos.specs import package_spec, run_spec
from lms.videos.storage import bring_package, bring_piece, bring_pieces, remove_leftovers
from lms.videos.streams import VideoFacts

log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0


@task
def package_chunk(video_id: int, number: int) -> None:
    """Make a chunk of a film; does nothing if another worker has it or nobody needs it."""
    work_at(video_id, number)


def enqueue(video_id: int, number: int) -> None:
    """Have a worker make the chunk, after the commit."""
    enqueue_after_commit(package_chunk, video_id, number)


def split(job: Job, facts: VideoFacts, segment_seconds: int, stretches: Sequence[Part]) -> None:
    """Hand the film out in chunks. Raises LostClaimError."""
    with transaction():
        for number in chunk_jobs.split(job, facts, segment_seconds, stretches):
            enqueue(job.video_id, number)


def work_at(video_id: int, number: int, listener: Listener | None = None) -> None:
    """Make a chunk in this process. What the machine is to blame for is raised."""
    with transaction():
        job = chunk_jobs.claim(video_id, number)
    try:
        if job is not None:
            _make(job, listener)
    finally:
        tidy(video_id)


def work_through(video_id: int, listener: Listener | None) -> bool:
    """Make chunk after chunk in this process until the film is ready or given up; which it is.

    Chunks that other workers have are waited for, and taken over should those die. Only for a
    process that has nothing else to do.
    """
    while True:
        number = next_free(video_id)
        video = db.session.get_one(Video, video_id, populate_existing=True)
        state = video.state
        db.session.rollback()
        if state is not VideoState.PROCESSING:
            return state is VideoState.READY
        if number is None:
            time.sleep(_LOOK_SECONDS)
        else:
            work_at(video_id, number, listener)


def _make(job: ChunkJob, listener: Listener | None) -> None:
    heart = Heart(lambda percent: chunk_jobs.beat(job, percent), listener)
    make = _join if job.kind is ChunkKind.JOIN else _encode
    try:
        make(job, heart)
    except Exception as error:
        _give_up(job, error)


def _encode(job: ChunkJob, heart: Heart) -> None:
    progress = Progress(heart.reach)
    bring_original(job.of.source, lambda: heart.reach(0))
    # What died at this chunk before has left a folder that nobody else would remove.
    for left in job.folder.glob(f".{job.number}.*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        job.made.mkdir(parents=True)
        spec = run_spec(job.of, job.facts, job.segment_seconds, job.made)
        if job.part.has_picture:
            frames = encode_stretch(spec, job.part, progress)
        else:
            frames = 0
            encode(spec, job.part, progress)
        bring_piece(job.made, job.of.public_id, job.of.token, job.number, lambda: heart.reach(99))
        _finish(job, frames)
    finally:
        shutil.rmtree(job.made, ignore_errors=True)


def _finish(job: ChunkJob, frames: int) -> None:
    with transaction():
        for number in chunk_jobs.finish(job, frames):
            enqueue(job.of.video_id, number)


def _join(job: ChunkJob, heart: Heart) -> None:
    def sign() -> None:
        heart.reach(TRANSCODED_PERCENT)

    bring_original(job.of.source, sign)
    bring_pieces(job.of.public_id, job.of.token, sign)
    spec = package_spec(job.of, job.facts, job.segment_seconds, job.token)
    pieces = pieces_of(job.of)
    db.session.rollback()
    package = join_package(spec, pieces, heart.reach)
    try:
        bring_package(spec.target, job.of.public_id, job.of.version, lambda: heart.reach(99))
        with transaction():
            chunk_jobs.finish_join(job, package, spec.target)
    finally:
        shutil.rmtree(spec.target, ignore_errors=True)
    forget_copy(original_path(job.of.source.name))
    heart.tell(100)


def _give_up(job: ChunkJob, error: Exception) -> None:
    """The film is at fault, or the claim is lost; what else went wrong is raised again."""
    with transaction():
        is_lost = chunk_jobs.is_lost(job)
        if not is_lost and isinstance(error, ProbeError):
            chunk_jobs.fail(job, error.fault)
    if is_lost:
        log.warning("chunk %s of video %s is another's, or nobody's", job.number, job.of.video_id)
    elif isinstance(error, ProbeError):
        log.warning("video %s cannot be packaged: %s", job.of.video_id, error.__cause__ or error)
    else:
        raise error


def tidy(video_id: int) -> None:
    """Nothing is left of a film that is in nobody's work any more."""
    db.session.rollback()
    video = db.session.get(Video, video_id, populate_existing=True)
    name = None if video is None or video.is_in_work else (video.public_id, video.package_version)
    db.session.rollback()
    if name is not None:
        remove_leftovers(*name)
