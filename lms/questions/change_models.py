"""What was done with questions after they were written."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.questions.models import Question


class QuestionDeed(LabelledEnum):
    """What was done with a question."""

    CREATE = "create", _l("新建"), "success"
    MEND = "mend", _l("更正答案"), "warning"
    REVISE = "revise", _l("修改"), "info"
    RETIRE = "retire", _l("停用"), "neutral"


class QuestionChange(Model):
    """A question revised in its place, or retired, or its key mended.

    `former` is what stood there before (`history.snapshot`), empty for a retirement. That a
    question was written, or that a successor took its place, stands in the questions themselves.
    """

    __tablename__ = "question_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    deed: Mapped[QuestionDeed] = mapped_column(EnumType(QuestionDeed))
    former: Mapped[dict[str, Any]]
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    happened_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    question: Mapped[Question] = relationship()
