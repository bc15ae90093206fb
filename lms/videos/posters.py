"""The picture a film shows before it plays: another instant of it, or one of its trainer's own.

An instant is cut from the highest rendition. That is upright, of standard range and made by our own
encoder already, whereas the original is a stranger's file, which no web process decodes.
"""

import io
import secrets
import subprocess
from itertools import accumulate
from typing import IO

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Conflict, Invalid
from lms.core.files import files, forget_file
from lms.core.permissions import Permission
from lms.videos.keys import open_segment, window_key
from lms.videos.models import Video, VideoState
from lms.videos.plans import fit
from lms.videos.playlists import read_durations, segment_name
from lms.videos.rules import window_of_segment
from lms.videos.secret import video_secret
from lms.videos.storage import package_path, settings
from lms.videos.transcode import POSTER_LONG_SIDE

FIRST_POSTER = "poster.jpg"
_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 40_000_000
_QUALITY = 82
_CUT_SECONDS = 60


def poster_at(video: Video, second: float) -> bytes:
    """The picture that a ready film shows at `second`, as JPEG; takes a moment.

    Raises Conflict if there is no film to look into, Invalid (field "second") if it shows nothing.
    """
    if video.state is not VideoState.READY or video.is_audio:
        raise Conflict()
    package = video.package
    folder = f"{package_path(package.public_id, video.package_version)}/{video.renditions[-1]}"
    durations = read_durations(files().read(f"{folder}/index.m3u8").decode())
    # A picture is also there when somebody asks for the very end.
    second = min(max(0.0, second), max(0.0, sum(durations) - 0.5))
    ends = list(accumulate(durations))
    number = next(n for n, end in enumerate(ends) if second < end or n == len(ends) - 1)
    window = window_of_segment(
        number, video.window_count, video.window_seconds, round(durations[0]) or 1
    )
    key = window_key(video_secret(package), video.package_version, window)
    plain = open_segment(files().read(f"{folder}/{segment_name(number)}"), key, number)
    return _cut(plain, second - ends[number] + durations[number], video)


def _cut(segment: bytes, offset: float, video: Video) -> bytes:
    width, height = fit(video.width, video.height, POSTER_LONG_SIDE)
    command = [
        *(settings().ffmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "pipe"),
        *("-f", "mpegts", "-i", "pipe:0", "-ss", f"{offset:.3f}", "-frames:v", "1"),
        *("-vf", f"scale={width}:{height},format=yuvj420p", "-q:v", "4"),
        *("-c:v", "mjpeg", "-f", "image2pipe", "pipe:1"),
    ]
    done = subprocess.run(
        command, input=segment, capture_output=True, timeout=_CUT_SECONDS, check=False
    )
    if not done.stdout:
        raise Invalid(_l("这个时间没有画面，请选择其他时间。"), field="second")
    return done.stdout


def poster_from(file: IO[bytes]) -> bytes:
    """The picture in `file`, decoded and written anew as JPEG. Raises Invalid (field "file")."""
    try:
        with Image.open(file, formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Invalid(_l("图片过大，请缩小后再上传。"), field="file")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        message = _l("这不是可用的图片，请选择 JPG、PNG 或 WebP 文件。")
        raise Invalid(message, field="file") from None
    upright.thumbnail((POSTER_LONG_SIDE, POSTER_LONG_SIDE))
    content = io.BytesIO()
    upright.save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def set_poster(actor: Person, video: Video, content: bytes) -> None:
    """Show the JPEG `content` before the film, at an address of its own.

    A poster chosen before goes. Raises NotAllowed, or Conflict if the film is not ready.
    """
    require(actor, Permission.VIDEOS_VIDEO_EDIT, video.lesson.course.base_id)
    db.session.refresh(video, with_for_update=True)
    if video.state is not VideoState.READY:
        raise Conflict()
    folder = package_path(video.package.public_id, video.package_version)
    former = video.poster_name
    video.poster_name = f"poster-{secrets.token_hex(4)}.jpg"
    files().write(f"{folder}/{video.poster_name}", content)
    if former != FIRST_POSTER:
        after_commit(lambda: forget_file(f"{folder}/{former}"))
    record(
        AuditTag.VIDEOS_VIDEO_POSTER,
        actor.id,
        f"lesson:{video.lesson_id}",
        organization_id=video.lesson.course.base_id,
        video=video.id,
    )
