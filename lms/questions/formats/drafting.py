"""What readers of every format do at the end of a question, whether it was sound or not."""

from typing import Any

from lms.questions.facts import QuestionFacts
from lms.questions.formats.reading import Draft
from lms.questions.kinds import QuestionKind


class Drafting:
    """One question on its way to facts: its draft, and the texts read so far."""

    draft: Draft
    text: str
    explanation: str

    def _refuse(self, field: str, message: Any) -> None:
        self.draft.refuse(field, message)
        self._finish(QuestionKind.SINGLE, (), ())

    def _finish(
        self, kind: QuestionKind, options: tuple[Any, ...], answer: tuple[Any, ...]
    ) -> None:
        # Facts of a refused question only lend it a text by which it is known again.
        self.draft.facts = QuestionFacts(
            kind=kind,
            text=self.text,
            options=options,
            answer=answer,
            explanation=self.explanation,
        )
