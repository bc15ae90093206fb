"""What the packaging of a claimed film needs to know, from its job and the settings."""

from pathlib import Path

from lms.config import Settings
from lms.videos.encoding import RunSpec
from lms.videos.jobs import Job
from lms.videos.sealing import PackageSpec
from lms.videos.storage import claim_folders, key_host, settings
from lms.videos.streams import VideoFacts


def run_spec(job: Job, facts: VideoFacts, segment_seconds: int, working: Path) -> RunSpec:
    """For a run of ffmpeg over a part of the film."""
    limits = settings()
    return RunSpec(
        source=job.source,
        facts=facts,
        segment_seconds=segment_seconds,
        preset=limits.transcode_preset,
        ffmpeg=limits.ffmpeg,
        ffprobe=limits.ffprobe,
        stall_seconds=_stall_seconds(limits),
        working=working,
    )


def package_spec(job: Job, facts: VideoFacts, segment_seconds: int, token: str) -> PackageSpec:
    """For the whole package, made in the folders of the claim `token`."""
    limits = settings()
    working, building = claim_folders(job.public_id, token)
    return PackageSpec(
        source=job.source,
        facts=facts,
        secret=job.secret,
        version=job.version,
        key_base=f"{key_host()}/keys/{job.public_id}",
        window_seconds=limits.window_seconds,
        segment_seconds=segment_seconds,
        preset=limits.transcode_preset,
        ffmpeg=limits.ffmpeg,
        ffprobe=limits.ffprobe,
        stall_seconds=_stall_seconds(limits),
        working=working,
        target=building,
    )


def _stall_seconds(limits: Settings) -> float:
    # Our own sign of life goes on while ffmpeg is silent, which may be long on a busy machine.
    return limits.packaging_stale_seconds * 10
