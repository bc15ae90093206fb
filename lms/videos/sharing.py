"""Films of a course that is copied: the same packages, played by other lessons."""

import contextlib
import secrets

from lms.accounts.models import Person
from lms.catalog.models import Course, Lesson
from lms.core import clock
from lms.core.db import db
from lms.core.files import files
from lms.videos.models import Video, VideoState
from lms.videos.operations import set_subtitle
from lms.videos.queries import current_video, subtitles_of
from lms.videos.secret import new_secret
from lms.videos.storage import subtitle_path

# What a player and a trainer see of a film, which its files decide.
_SAME = (
    "original_name",
    "size_bytes",
    "package_version",
    "duration_ms",
    "window_seconds",
    "window_count",
    "width",
    "height",
    "renditions",
)


def copy_videos(
    copied: Course, source: Course, lessons: dict[Lesson, Lesson], actor: Person
) -> None:
    """Handler of events.course_copied: each lesson's film is shared, its subtitles are copied."""
    for old, new in lessons.items():
        video = current_video(old.id)
        if video is not None:
            db.session.add(_shared(video, new, actor))
        for subtitle in subtitles_of(old.id):
            # Of subtitles that are lost there is no copy either.
            with contextlib.suppress(FileNotFoundError):
                content = files().read(subtitle_path(subtitle.path))
                set_subtitle(actor, new, subtitle.language, content, subtitle.label)
    db.session.flush()


def _shared(video: Video, lesson: Lesson, actor: Person) -> Video:
    public_id = secrets.token_urlsafe(16)
    return Video(
        public_id=public_id,
        lesson=lesson,
        uploaded_by_id=actor.id,
        # Always the film that has the files, so that none is found through a chain.
        shares=video.package,
        state=VideoState.READY,
        progress_percent=100,
        ready_at=clock.now(),
        secret_cipher=new_secret(public_id),
        **{name: getattr(video, name) for name in _SAME},
    )
