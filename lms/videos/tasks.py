"""Packaging in the background, and the sweeps that find what was left lying."""

import contextlib
import datetime as dt
import logging
import shutil
from collections.abc import Sequence

from sqlalchemy import select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.videos import chunk_jobs, chunk_queries, chunk_tasks, jobs
from lms.videos.examination import examine_film
from lms.videos.faults import ProbeError
from lms.videos.hearts import Heart, Listener
from lms.videos.jobs import Job, LostClaimError
from lms.videos.models import IN_WORK, Upload, Video
from lms.videos.originals import bring_original, forget_copy, is_elsewhere, original_path
from lms.videos.packaging import build_package
from lms.videos.parts import Part, stretches
from lms.videos.specs import package_spec
from lms.videos.storage import (
    attempt_folders,
    bring_package,
    incoming_file,
    originals_folder,
    remove_leftovers,
    settings,
)
from lms.videos.streams import VideoFacts

log = logging.getLogger(__name__)
_ORPHAN_AGE = dt.timedelta(days=1)


@task
def package_video(video_id: int) -> None:
    """Package a video that waits; does nothing if another worker has it or it is done."""
    _begin(video_id, None)


def package_video_now(video_id: int, listener: Listener | None = None) -> bool:
    """Package in this process; whether the video became ready. `listener` hears the percentage.

    False: another worker has it, it is not waiting, or it failed with a fault that its row tells.
    What the machine is to blame for (OSError, TranscodeError) is raised; the sweep tries again.
    """
    return _begin(video_id, listener) and chunk_tasks.work_through(video_id, listener)


def _begin(video_id: int, listener: Listener | None) -> bool:
    """Package a film, or hand a long one out in chunks; whether one of the two came about."""
    if is_elsewhere(db.session.get_one(Video, video_id)):
        log.info("video %s: its original lies on another machine", video_id)
        return False
    with transaction():
        job = jobs.claim(video_id)
    video = db.session.get_one(Video, video_id)
    public_id, version, is_in_work = video.public_id, video.package_version, video.is_in_work
    db.session.rollback()
    if job is not None or not is_in_work:
        remove_leftovers(public_id, version)
    if job is None:
        return False
    try:
        _package(job, listener)
    except ProbeError as refused:
        return _give_up(job, refused)
    except LostClaimError:
        log.warning("video %s: another worker has taken over, or nobody wants it", video_id)
        chunk_tasks.tidy(video_id)
        return False
    return True


def _package(job: Job, listener: Listener | None) -> None:
    heart = Heart(lambda percent: jobs.beat(job, percent), listener)
    bring_original(job.source, lambda: heart.reach(0))
    facts = examine_film(job.source, lambda: heart.reach(0))
    segment_seconds = settings().segment_seconds
    if parts := _stretches(facts, segment_seconds):
        chunk_tasks.split(job, facts, segment_seconds, parts)
        return

    def report(percent: int) -> None:
        heart.tell(percent)
        heart.reach(percent)

    spec = package_spec(job, facts, segment_seconds, job.token)
    package = build_package(spec, report)
    try:
        bring_package(spec.target, job.public_id, job.version, lambda: heart.reach(99))
        with transaction():
            jobs.finish(job, package, spec.target)
    finally:
        shutil.rmtree(spec.target, ignore_errors=True)
    forget_copy(original_path(job.source.name))
    heart.tell(100)


def _stretches(facts: VideoFacts, segment_seconds: int) -> Sequence[Part]:
    """How the film is handed out to several workers; empty if one makes it by itself."""
    if not facts.has_picture or not facts.can_be_cut:
        return []
    return stretches(facts.duration_seconds, settings().chunk_seconds, segment_seconds)


def _give_up(job: Job, refused: ProbeError) -> bool:
    log.warning("video %s cannot be packaged: %s", job.video_id, refused.__cause__ or refused)
    with contextlib.suppress(LostClaimError), transaction():
        jobs.fail(job, refused.fault)
    return False


@task
def requeue_packaging() -> None:
    """Queue the videos, and the chunks of videos, that wait without a worker."""
    with transaction():
        for video_id in jobs.take_unserved():
            enqueue_after_commit(package_video, video_id)
        for video_id, number in chunk_jobs.take_unserved():
            chunk_tasks.enqueue(video_id, number)


@task
def clean_up() -> None:
    """Delete uploads that were given up, and what no video knows of: originals, dead attempts."""
    with transaction():
        expired = db.session.scalars(select(Upload).where(Upload.expires_at < clock.now())).all()
        names = [upload.public_id for upload in expired]
        for upload in expired:
            db.session.delete(upload)
    for name in names:
        incoming_file(name).unlink(missing_ok=True)
    _remove_orphans()
    _remove_dead_attempts()


def _remove_orphans() -> None:
    """A crash between writing a file and its row leaves a file; after a day it goes."""
    kept = set(db.session.scalars(select(Video.original_path)))
    is_in_work = Video.state.in_(IN_WORK)
    in_work = set(db.session.scalars(select(Video.original_path).where(is_in_work)))
    uploads = set(db.session.scalars(select(Upload.public_id)))
    db.session.rollback()
    oldest = (clock.now() - _ORPHAN_AGE).timestamp()
    for file in originals_folder().glob("*.*"):
        path = original_path(file.name)
        if file.stat().st_mtime >= oldest:
            continue
        if path not in kept:
            file.unlink(missing_ok=True)
        elif path not in in_work:
            forget_copy(path)
    for file in (originals_folder() / "incoming").glob("*"):
        if file.name not in uploads and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _remove_dead_attempts() -> None:
    """A worker that died at a video nobody wanted any more could not clear up."""
    # The folders first: a claim is always there before its folder.
    folders = attempt_folders()
    query = select(Video.public_id, Video.claim_token).where(Video.claim_token.is_not(None))
    claims = {f"{public_id}.{token}" for public_id, token in db.session.execute(query)}
    claims |= chunk_queries.working_claims()
    db.session.rollback()
    for folder in folders:
        if folder.name not in claims:
            shutil.rmtree(folder, ignore_errors=True)
