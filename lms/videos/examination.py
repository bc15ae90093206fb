"""Looking into a file that somebody gives us, before anything is kept."""

from pathlib import Path

from lms.core.errors import Invalid
from lms.videos.faults import ProbeError, VideoFault
from lms.videos.probe import Sign, probe
from lms.videos.storage import settings
from lms.videos.streams import VideoFacts


def examine(path: Path) -> VideoFacts:
    """What the film holds. Raises Invalid (field "file") with the reason if it is not usable."""
    try:
        return examine_film(path)
    except ProbeError as refused:
        raise Invalid(refused.fault.label, field="file") from refused


def examine_film(path: Path, on_sign: Sign = lambda: None) -> VideoFacts:
    """Like examine, but raises ProbeError with the fault. `on_sign` hears that it goes on."""
    limits = settings()
    if path.stat().st_size > limits.upload_max_mb * 1024 * 1024:
        raise ProbeError(VideoFault.TOO_LARGE)
    longest = limits.video_max_minutes * 60
    return probe(path, ffprobe=limits.ffprobe, longest_seconds=longest, on_sign=on_sign)
