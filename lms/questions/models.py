"""One bank of questions for pop-ups and exams."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Course, Lesson
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType
from lms.core.types import Instant
from lms.questions.kinds import Counting, QuestionKind, QuestionUse

__all__ = ["Counting", "Question", "QuestionKind", "QuestionUse"]


class Question(Model):
    """A question of a course. `options` and `answer` hold what facts.QuestionFacts says.

    A question that a version holds is never edited in place: `operations.revise_question` retires
    it and makes a successor, so that a past paper always shows what was really asked. Its key
    alone may be mended (`mending.mend_key`): `answer` then holds for every paper, also past ones.
    """

    __tablename__ = "questions"
    __table_args__ = (CheckConstraint("difficulty BETWEEN 1 AND 3", name="difficulty_1_to_3"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id"), index=True)
    kind: Mapped[QuestionKind] = mapped_column(EnumType(QuestionKind))
    use: Mapped[QuestionUse] = mapped_column(EnumType(QuestionUse), default=QuestionUse.BOTH)
    text: Mapped[str] = mapped_column(Text)
    options: Mapped[list[Any]]
    answer: Mapped[list[Any]]
    counting: Mapped[Counting] = mapped_column(EnumType(Counting), default=Counting.KEY)
    explanation: Mapped[str] = mapped_column(Text, default="")
    difficulty: Mapped[int] = mapped_column(default=2)
    topic: Mapped[str] = mapped_column(String(64), default="")
    is_retired: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    course: Mapped[Course] = relationship()
    lesson: Mapped[Lesson | None] = relationship()
