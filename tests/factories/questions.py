"""Questions."""

import factory

from lms.questions.models import Question, QuestionKind, QuestionUse
from tests.factories.base import CommittedFactory
from tests.factories.catalog import CourseFactory


class QuestionFactory(CommittedFactory[Question]):
    """A single choice question whose right option is the first."""

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
