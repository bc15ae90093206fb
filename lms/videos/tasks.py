"""Packaging in the background, and the sweeps that find what was left lying."""

import contextlib
import datetime as dt
import logging
import shutil
import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.videos import jobs
from lms.videos.examination import examine_film
from lms.videos.faults import ProbeError
from lms.videos.jobs import Job, LostClaimError
from lms.videos.models import IN_WORK, Upload, Video
from lms.videos.originals import bring_original, forget_copy, is_elsewhere, original_path
from lms.videos.packaging import Package, PackageSpec, build_package
from lms.videos.storage import (
    attempt_folders,
    bring_package,
    claim_folders,
    incoming_file,
    key_host,
    originals_folder,
    remove_leftovers,
    settings,
)

log = logging.getLogger(__name__)
Listener = Callable[[int], None]
_BEAT_SECONDS = 2.0
_ORPHAN_AGE = dt.timedelta(days=1)


@task
def package_video(video_id: int) -> None:
    """Package a video that waits; does nothing if another worker has it or it is done."""
    package_video_now(video_id)


def package_video_now(video_id: int, listener: Listener | None = None) -> bool:
    """Package in this process; whether the video became ready. `listener` hears the percentage.

    False: another worker has it, it is not waiting, or it failed with a fault that its row tells.
    What the machine is to blame for (OSError, TranscodeError) is raised; the sweep tries again.
    """
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
        _remove_unwanted(video_id)
        return False
    return True


def _remove_unwanted(video_id: int) -> None:
    """What a packaging has brought to the bucket for a film that was given up meanwhile."""
    db.session.rollback()
    video = db.session.get_one(Video, video_id, populate_existing=True)
    public_id, version, is_in_work = video.public_id, video.package_version, video.is_in_work
    db.session.rollback()
    # Another worker's files are its own affair.
    if not is_in_work:
        remove_leftovers(public_id, version)


def _package(job: Job, listener: Listener | None) -> None:
    heart = Heart(job, listener)
    built = claim_folders(job.public_id, job.token)[1]
    package = _build(job, heart)
    try:
        bring_package(built, job.public_id, job.version, lambda: heart.reach(99))
        with transaction():
            jobs.finish(job, package, built)
    finally:
        shutil.rmtree(built, ignore_errors=True)
    forget_copy(original_path(job.source.name))
    heart.tell(100)


def _build(job: Job, heart: "Heart") -> Package:
    limits = settings()
    bring_original(job.source, lambda: heart.reach(0))
    working, building = claim_folders(job.public_id, job.token)
    spec = PackageSpec(
        source=job.source,
        facts=examine_film(job.source, lambda: heart.reach(0)),
        secret=job.secret,
        version=job.version,
        key_base=f"{key_host()}/keys/{job.public_id}",
        window_seconds=limits.window_seconds,
        segment_seconds=limits.segment_seconds,
        preset=limits.transcode_preset,
        ffmpeg=limits.ffmpeg,
        # Our own sign of life goes on while ffmpeg is silent, which may be long on a busy machine.
        stall_seconds=limits.packaging_stale_seconds * 10,
        working=working,
        target=building,
    )
    return build_package(spec, heart.reach)


def _give_up(job: Job, refused: ProbeError) -> bool:
    log.warning("video %s cannot be packaged: %s", job.video_id, refused.__cause__ or refused)
    with contextlib.suppress(LostClaimError), transaction():
        jobs.fail(job, refused.fault)
    return False


class Heart:
    """Writes the percentage and the sign of life into the row, every other second at most."""

    def __init__(self, job: Job, listener: Listener | None) -> None:
        self._job = job
        self._listener = listener
        self._told = 0
        self._last = 0.0

    def reach(self, percent: int) -> None:
        """Raises LostClaimError when the job is another's."""
        self.tell(percent)
        if time.monotonic() - self._last < _BEAT_SECONDS:
            return
        # A database that is busy for a moment costs one beat, not the work of an hour.
        with contextlib.suppress(OperationalError), transaction():
            jobs.beat(self._job, percent)
        self._last = time.monotonic()

    def tell(self, percent: int) -> None:
        if self._listener is not None and percent > self._told:
            self._told = percent
            self._listener(percent)


@task
def requeue_packaging() -> None:
    """Queue the videos that wait without a worker."""
    with transaction():
        for video_id in jobs.take_unserved():
            enqueue_after_commit(package_video, video_id)


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
    db.session.rollback()
    for folder in folders:
        if folder.name not in claims:
            shutil.rmtree(folder, ignore_errors=True)
