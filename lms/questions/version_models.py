"""Which questions a version of a course asks."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Model


class VersionQuestion(Model):
    """A question as it was judged: it is not reworded any more, only retired or succeeded."""

    __tablename__ = "version_questions"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("questions.id"), primary_key=True, index=True
    )
