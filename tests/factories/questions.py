"""Questions."""

import io
from typing import Any

import factory
from PIL import Image

from lms.core.db import db
from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.version_models import VersionQuestion
from tests.factories.base import CommittedFactory
from tests.factories.catalog import CourseFactory


class QuestionFactory(CommittedFactory[Question]):
    """A single choice question whose right option is the first, of the version shown as well."""

    class Meta:
        model = Question

    course = factory.SubFactory(CourseFactory)
    lesson = None
    kind = QuestionKind.SINGLE
    use = QuestionUse.BOTH
    text = factory.Sequence(lambda n: f"每年累计应不少于多少学时？（{n}）")
    options = factory.LazyFunction(lambda: ["90", "60", "30", "120"])
    answer = factory.LazyFunction(lambda: [0])
    difficulty = 2

    @classmethod
    def _create(cls, model_class: type[Question], *args: Any, **kwargs: Any) -> Question:
        question = super()._create(model_class, *args, **kwargs)
        version = question.course.version
        if version is not None and not question.is_retired:
            db.session.add(VersionQuestion(version_id=version.id, question_id=question.id))
        return question

    class Params:
        fill_in = factory.Trait(
            kind=QuestionKind.FILL_IN,
            text=factory.Sequence(lambda n: f"{n}：每年____学时，公需科目____学时"),
            options=factory.LazyFunction(list),
            answer=factory.LazyFunction(lambda: [["90", "九十"], ["30"]]),
        )
        ordering = factory.Trait(
            kind=QuestionKind.ORDERING,
            text=factory.Sequence(lambda n: f"{n}：按先后排列"),
            options=factory.LazyFunction(lambda: ["报名", "学习", "考试"]),
            answer=factory.LazyFunction(lambda: [0, 1, 2]),
        )
        matching = factory.Trait(
            kind=QuestionKind.MATCHING,
            text=factory.Sequence(lambda n: f"{n}：对应的学时"),
            options=factory.LazyFunction(
                lambda: [["公需科目", "三十"], ["专业科目", "六十"], ["", "九十"]]
            ),
            answer=factory.LazyFunction(lambda: [0, 1]),
        )


def drawing(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGBA") -> io.BytesIO:
    """A picture as a trainer uploads it: transparent, with a red corner."""
    picture = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else "white")
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    picture.save(out, kind)
    out.seek(0)
    return out
