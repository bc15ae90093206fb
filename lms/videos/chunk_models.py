"""The chunks of a film that several workers package."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.videos.parts import SOUND_ALONE, Part


class ChunkKind(LabelledEnum):
    """What a chunk is: pictures of a stretch, the sound of all, or laying these together."""

    JOIN = "join"
    PICTURE = "picture"
    SOUND = "sound"


class ChunkState(LabelledEnum):
    DONE = "done"
    WAITING = "waiting"
    WORKING = "working"


class VideoChunk(Model):
    """A piece of work at a film, taken by one worker at a time as a whole film is.

    The rows are there as long as the claim on the film is that they belong to; when it ends,
    whatever the end, they go.
    """

    __tablename__ = "video_chunks"
    __table_args__ = (
        UniqueConstraint("video_id", "number"),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    # The film's claim token.
    film_claim: Mapped[str] = mapped_column(String(32))
    # They are taken in this order; the folder of a chunk's files has the number as its name.
    number: Mapped[int]
    kind: Mapped[ChunkKind] = mapped_column(EnumType(ChunkKind))
    start_seconds: Mapped[int] = mapped_column(default=0)
    # None: the film's end.
    end_seconds: Mapped[int | None]
    # How much of the work it is, in seconds of pictures.
    cost: Mapped[int] = mapped_column(default=0)
    # What was found in the film, and how it is cut: the same for all its chunks.
    film: Mapped[dict[str, Any]]
    state: Mapped[ChunkState] = mapped_column(EnumType(ChunkState), default=ChunkState.WAITING)
    claim_token: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    queued_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    progress_percent: Mapped[int] = mapped_column(default=0)
    # How many pictures a stretch turned out to have.
    frames: Mapped[int] = mapped_column(default=0)

    @property
    def part(self) -> Part:
        """Which part of the film it makes; joining makes none, and has nothing to say here."""
        if self.kind is ChunkKind.SOUND:
            return SOUND_ALONE
        return Part(self.start_seconds, self.end_seconds, has_sound=False)
