"""Questions with blanks to fill in, each with the forms that are accepted."""

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours.base import Behaviour, KeyLine, ReviewLine
from lms.questions.facts import (
    LONGEST_FORM,
    LONGEST_GIVEN,
    MOST_BLANKS,
    MOST_FORMS,
    Asked,
    Known,
    QuestionFacts,
)
from lms.questions.texts import is_printable, printable

# Who draws a longer line means one blank by it all the same.
_BLANK = re.compile(r"_{4,}")


class FillIn(Behaviour):
    """`answer` holds a list of accepted forms for each blank, `chosen` a text for each."""

    shape = "blanks"

    def problems(self, facts: QuestionFacts) -> dict[str, Any]:
        blanks = blank_count(facts.text)
        if blanks > MOST_BLANKS:
            return {"text": _l("题干中最多有 10 个空。")}
        problem = self._answer_problem(facts.answer, blanks)
        return {} if problem is None else {"answer": problem}

    def key_problem(self, question: Known, answer: Sequence[Any]) -> Any | None:
        if not all(is_printable(form) for forms in answer for form in forms):
            return _l("文字中有无法显示的控制字符，请删去后重新输入。")
        return self._answer_problem(answer, blank_count(question.text))

    def _answer_problem(self, answer: Sequence[Sequence[str]], blanks: int) -> Any | None:
        if len(answer) != blanks:
            return _l("题干中有 %(blanks)d 个空，请为每个空填写答案，不多不少。", blanks=blanks)
        if not all(forms and all(map(comparable, forms)) for forms in answer):
            return _l("每个空至少要有一个可接受的答案。")
        if any(len(forms) > MOST_FORMS for forms in answer):
            return _l("每个空最多写 20 个可接受的答案。")
        if any(len(form) > LONGEST_FORM for forms in answer for form in forms):
            return _l("每个可接受的答案不能超过 100 个字。")
        return None

    def texts(self, facts: QuestionFacts) -> dict[str, list[str]]:
        return {"answer": [form for forms in facts.answer for form in forms]}

    def kept(self, facts: QuestionFacts) -> tuple[list[Any], list[Any]]:
        return [], [list(forms) for forms in facts.answer]

    def view(self, question: Asked, order: Sequence[int]) -> dict[str, Any]:
        """With how many blanks there are, and with their numbers in the text if several."""
        blanks = blank_count(question.text)
        text = _numbered(question.text) if blanks > 1 else question.text
        return {**super().view(question, order), "text": text, "blanks": blanks}

    def own_answer(self, question: Known, order: Sequence[int], given: Any) -> list[Any] | None:
        if not isinstance(given, list) or len(given) not in (0, blank_count(question.text)):
            return None
        if not all(isinstance(text, str) and len(text) <= LONGEST_GIVEN for text in given):
            return None
        # A control character that was pasted along must cost nobody an answer.
        texts = [printable(text) for text in given]
        return texts if any(text.strip() for text in texts) else []

    def shown_answer(self, order: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        return list(chosen)

    def is_complete(self, question: Known, chosen: Sequence[Any]) -> bool:
        return bool(chosen) and all(text.strip() for text in chosen)

    def is_right(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        if len(chosen) != len(answer) or not all(isinstance(text, str) for text in chosen):
            return False
        return all(map(_is_accepted, chosen, answer))

    def share(self, answer: Sequence[Any], chosen: Sequence[Any]) -> Fraction:
        """Each blank counts alike."""
        right = sum(map(_is_accepted, chosen, answer))
        return Fraction(right, len(answer))

    def key_lines(self, question: Known) -> list[KeyLine]:
        return [
            KeyLine(_l("第 %(number)d 空：%(forms)s", number=number, forms=" / ".join(forms)), True)
            for number, forms in enumerate(question.answer, start=1)
        ]

    def review(
        self, question: Known, order: Sequence[int], chosen: Sequence[Any]
    ) -> list[ReviewLine]:
        given = [*chosen, *[""] * len(question.answer)]
        return [
            ReviewLine(_l("第 %(number)d 空", number=place + 1), given=given[place], right=right)
            for place, right in enumerate(" / ".join(forms) for forms in question.answer)
        ]


def blank_count(text: str) -> int:
    """How many blanks the text marks; without a mark there is one blank after it."""
    return max(1, len(_BLANK.findall(text)))


def _is_accepted(text: str, forms: Sequence[str]) -> bool:
    return comparable(text) in set(map(comparable, forms))


def comparable(text: str) -> str:
    """The text as it is compared: width, case and spaces of whoever types do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _numbered(text: str) -> str:
    numbers = iter(range(1, len(text) + 1))
    return _BLANK.sub(lambda blank: f"{blank[0]}（{next(numbers)}）", text)
