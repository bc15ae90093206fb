"""Videos of lessons, their subtitles, and uploads on their way."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Lesson
from lms.catalog.version_models import VersionLesson
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.videos.faults import VideoFault
from lms.videos.ladder import SOUND


class VideoState(LabelledEnum):
    CANCELLED = "cancelled", _l("已取消"), "neutral"
    FAILED = "failed", _l("处理失败"), "danger"
    PROCESSING = "processing", _l("处理中"), "info"
    READY = "ready", _l("可以播放"), "success"
    REPLACED = "replaced", _l("已被替换"), "neutral"
    UPLOADED = "uploaded", _l("等待处理"), "info"


IN_WORK = (VideoState.UPLOADED, VideoState.PROCESSING)


class Language(LabelledEnum):
    """Languages of subtitles. The label is the language's own name."""

    CHINESE = "zh", "中文"
    ENGLISH = "en", "English"


class Remark(LabelledEnum):
    """What its trainer should know of a video although it is usable."""

    BROKEN_SUBTITLES = "broken_subtitles", _l("视频自带的一条字幕无法读取，没有采用。")
    PICTURE_SUBTITLES = (
        "picture_subtitles",
        _l("视频自带图形字幕（如 DVD、蓝光字幕），无法转成文字，请另外上传字幕文件。"),
    )
    STRANGE_SUBTITLES = "strange_subtitles", _l("视频自带其他语言的字幕，没有采用。")
    TAKEN_SUBTITLES = "taken_subtitles", _l("已采用视频自带的字幕。")


class Video(Model):
    """A film given for a lesson, from its original to its encrypted windows.

    At most one video of a lesson is ready; a newer one replaces it. The secret, from which every
    window key is derived, is stored encrypted and bound to `public_id`.
    """

    __tablename__ = "videos"
    __table_args__ = (
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="percent"),
        Index(
            "ux_videos_one_ready",
            "lesson_id",
            unique=True,
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # A film of a copied course has no files of its own: it plays this one's package.
    shares_id: Mapped[int | None] = mapped_column(ForeignKey("videos.id"), index=True)
    state: Mapped[VideoState] = mapped_column(
        EnumType(VideoState), default=VideoState.UPLOADED, index=True
    )
    original_name: Mapped[str] = mapped_column(String(200))
    # Relative to media/; None once an unusable original is thrown away.
    original_path: Mapped[str | None] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    secret_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    # The packaging job: who has it, how far it is, and when it last gave a sign of life.
    claim_token: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    queued_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    progress_percent: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[VideoFault | None] = mapped_column(EnumType(VideoFault))

    # What came out. A package's version is part of its address and of its keys.
    package_version: Mapped[int] = mapped_column(default=0)
    duration_ms: Mapped[int] = mapped_column(default=0)
    window_seconds: Mapped[int] = mapped_column(default=0)
    window_count: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    # Known from the beginning for a lesson of sound alone.
    renditions: Mapped[list[str]] = mapped_column(default=list)
    # What the package takes on the disk; counted again by a sweep where it is not known.
    package_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    # Values of Remark.
    remarks: Mapped[list[str]] = mapped_column(default=list)
    # Within the package; a chosen poster has a name, and so an address, of its own.
    poster_name: Mapped[str] = mapped_column(String(32), default="poster.jpg")
    ready_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    lesson: Mapped[Lesson] = relationship()
    shares: Mapped["Video | None"] = relationship(remote_side=[id])

    @property
    def package(self) -> "Video":
        """The film whose files and secret are used: this one, or the one that it shares."""
        return self.shares or self

    @property
    def is_in_work(self) -> bool:
        """Whether it waits for packaging or is being packaged."""
        return self.state in IN_WORK

    @property
    def can_be_retried(self) -> bool:
        """Whether the machine failed, not the film, and the film is still there."""
        return self.state is VideoState.FAILED and self.original_path is not None

    @property
    def remark_labels(self) -> list[str]:
        """The remarks as sentences; one that is no longer known is left out."""
        return [remark.label for remark in map(Remark.find, self.remarks) if remark]

    @property
    def is_audio(self) -> bool:
        """Whether it is a lesson to listen to: sound and a still."""
        return self.renditions == [SOUND.name]


class VersionVideo(Model):
    """The film that a lesson has in a version of its course, and of it which package.

    A film that is replaced stays with the versions made before, and so do the files of its
    package: learners who began with it end with it.
    """

    __tablename__ = "version_videos"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
        ),
    )

    version_id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id"), index=True)
    package_version: Mapped[int]

    lesson: Mapped[VersionLesson] = relationship()
    video: Mapped[Video] = relationship()


class Subtitle(Model):
    """A WebVTT track of a lesson; one a language. It stays when the video is replaced."""

    __tablename__ = "subtitles"
    __table_args__ = (UniqueConstraint("lesson_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    language: Mapped[Language] = mapped_column(EnumType(Language))
    label: Mapped[str] = mapped_column(String(64))
    # Relative to media/hls/.
    path: Mapped[str] = mapped_column(String(255))

    lesson: Mapped[Lesson] = relationship()


class BaseQuota(Model):
    """What a base may keep, where its bureau set another figure than the setting's."""

    __tablename__ = "base_quotas"
    __table_args__ = (CheckConstraint("quota_gb > 0", name="quota_positive"),)

    base_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    quota_gb: Mapped[int]


class Upload(Model):
    """A resumable upload (tus). Its bytes so far lie in a file named after `public_id`."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("offset_bytes BETWEEN 0 AND size_bytes", name="offset_within"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), index=True)
    original_name: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    offset_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    video_id: Mapped[int | None] = mapped_column(ForeignKey("videos.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)

    lesson: Mapped[Lesson] = relationship()
    video: Mapped[Video | None] = relationship()
