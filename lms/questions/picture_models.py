"""Pictures that the texts of a course's questions show."""

import datetime as dt
import secrets

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant
from lms.questions.markup import PICTURE_ID_LENGTH, Picture


def new_picture_id() -> str:
    """An id that nobody guesses: who may see one picture must not find those of other texts."""
    return secrets.token_hex(PICTURE_ID_LENGTH // 2)


class QuestionPicture(Model):
    """A picture of a course's bank. Texts name it by its `public_id`; it is never changed."""

    __tablename__ = "question_pictures"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(
        String(PICTURE_ID_LENGTH), unique=True, default=new_picture_id
    )
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    # What it shows, for those who cannot see it; texts may say it in their own words.
    alt: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    course: Mapped[Course] = relationship()

    @property
    def markup(self) -> str:
        """What a text holds to show it."""
        return Picture(self.public_id, self.alt).markup
