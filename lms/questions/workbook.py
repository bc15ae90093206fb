"""Questions as rows of a workbook: read with every error named by its row, and written again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.models import Course, Lesson
from lms.core.errors import Invalid
from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.rules import (
    LETTERS,
    MOST_OPTIONS,
    TRUE_FALSE_OPTIONS,
    QuestionFacts,
    answer_letters,
    problems,
)
from lms.questions.sheets import write_workbook

_OPTIONS = tuple(f"选项{letter}" for letter in LETTERS)
HEADINGS = ("题型", "用途", "题干", *_OPTIONS, "答案", "解析", "难度", "知识点", "课时")
_NEEDED = ("题型", "题干", "答案")
# The words of a file are fixed, whatever language the page is in: files travel.
_KINDS = {
    "单选题": QuestionKind.SINGLE,
    "多选题": QuestionKind.MULTIPLE,
    "判断题": QuestionKind.TRUE_FALSE,
}
_USES = {"弹题": QuestionUse.POPUP, "考试": QuestionUse.EXAM, "弹题和考试": QuestionUse.BOTH}
_LEVELS = {"易": 1, "中": 2, "难": 3, "1": 1, "2": 2, "3": 3}
_COLUMN_OF = {
    "text": "题干",
    "options": "选项",
    "answer": "答案",
    "topic": "知识点",
    "explanation": "解析",
}
_EXAMPLES = (
    ("单选题", "弹题和考试", "专业技术人员每年参加继续教育应不少于多少学时？", "60", "90", "120"),
    ("多选题", "考试", "年度学时由哪两类科目组成？", "公需科目", "专业科目", "选修科目"),
    ("判断题", "弹题", "公需科目多学的学时可以抵充专业科目。"),
)
_EXAMPLE_ENDS = (("B", "", "易", "年度要求"), ("AB", "", "中", "年度要求"), ("错误", "", "易", ""))
_NOTES = (
    "第一行是表头，请勿修改；从第二行起每行一道题，一次最多 1000 行。示例行请删除。",
    "题型：单选题、多选题、判断题。用途：弹题、考试、弹题和考试（不填为弹题和考试）。",
    "选项从 A 开始连续填写，2 到 10 个；判断题不填选项，答案写“正确”或“错误”。",
    "答案写选项字母，多选题如 ABD。难度：易、中、难（不填为中）。",
    "课时写课时名称，与课程中的一致；不填表示不限课时。",
)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a row: its number as the program shows it, the column, the reason."""

    row: int
    column: str
    message: Any


@dataclass(frozen=True)
class Reading:
    """The rows of a file: questions that are sound, and what is wrong with the others."""

    questions: list[tuple[QuestionFacts, Lesson | None]]
    problems: list[RowProblem]


def read_questions(rows: Sequence[Sequence[str]], course: Course) -> Reading:
    """The questions in `rows`, whose first row is the heading. Nothing is written.

    Raises Invalid (field "file") if the heading is not that of the template, or nothing follows.
    """
    headings = list(rows[0]) if rows else []
    missing = [name for name in _NEEDED if name not in headings]
    if missing:
        message = _("缺少列：%(names)s。请使用模板。", names="、".join(missing))
        raise Invalid(message, field="file")
    lessons = {lesson.title: lesson for lesson in course.lessons}
    reading = Reading([], [])
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            _read_row(number, dict(zip(headings, row, strict=False)), lessons, reading)
    if not reading.questions and not reading.problems:
        raise Invalid(_l("文件里没有题目。"), field="file")
    _find_repeats(reading)
    return reading


def _read_row(
    number: int, row: dict[str, str], lessons: dict[str, Lesson], reading: Reading
) -> None:
    found: dict[str, Any] = {}
    kind = _word(row, "题型", _KINDS, None, found)
    use = _word(row, "用途", _USES, QuestionUse.BOTH, found)
    difficulty = _word(row, "难度", _LEVELS, 2, found)
    lesson = _word(row, "课时", lessons, None, found) if row.get("课时") else None
    if kind is not None:
        options = TRUE_FALSE_OPTIONS if kind is QuestionKind.TRUE_FALSE else _options(row)
        facts = QuestionFacts(
            kind=kind,
            use=use or QuestionUse.BOTH,
            text=row.get("题干", ""),
            options=options,
            answer=_answer(kind, row.get("答案", "")),
            explanation=row.get("解析", ""),
            difficulty=difficulty or 2,
            topic=row.get("知识点", ""),
        )
        for field, message in problems(facts).items():
            found[_COLUMN_OF.get(field, field)] = message
        if not found:
            reading.questions.append((facts, lesson))
    for column, message in found.items():
        reading.problems.append(RowProblem(number, column, message))


def _word(
    row: dict[str, str], column: str, words: dict[str, Any], default: Any, found: dict[str, Any]
) -> Any:
    text = row.get(column, "")
    if not text and default is not None:
        return default
    if text not in words:
        known = "、".join(word for word in words if not word.isdecimal()) or _("无")
        found[column] = _("“%(text)s”不可用；可填：%(known)s。", text=text, known=known)
        return None
    return words[text]


def _options(row: dict[str, str]) -> tuple[str, ...]:
    options = [row.get(name, "") for name in _OPTIONS]
    while options and not options[-1]:
        options.pop()
    return tuple(options)


def _answer(kind: QuestionKind, text: str) -> tuple[int, ...]:
    if kind is QuestionKind.TRUE_FALSE and text in TRUE_FALSE_OPTIONS:
        return (TRUE_FALSE_OPTIONS.index(text),)
    letters = [c for c in text.upper() if c not in " ,，、;；"]
    # A letter that is none becomes an option nobody has, and is then refused as an answer.
    return tuple(LETTERS.index(c) if c in LETTERS else MOST_OPTIONS for c in letters)


def _find_repeats(reading: Reading) -> None:
    seen: set[str] = set()
    for facts, _lesson in reading.questions:
        if facts.text in seen:
            message = _("题干重复：%(text)s", text=facts.text[:40])
            reading.problems.append(RowProblem(0, "题干", message))
        seen.add(facts.text)


def export_workbook(questions: Iterable[Question]) -> bytes:
    """The questions as an xlsx file that can be imported again."""
    return write_workbook("题目", HEADINGS, [_row(question) for question in questions])


def template_workbook() -> bytes:
    """The empty table with three examples and notes on how to fill it."""
    blanks = len(HEADINGS) - 5
    rows = [
        [*start, *[""] * (blanks - len(start)), *end, ""]
        for start, end in zip(_EXAMPLES, _EXAMPLE_ENDS, strict=True)
    ]
    return write_workbook("题目", HEADINGS, rows, _NOTES)


def _row(question: Question) -> list[str]:
    is_judged = question.kind is QuestionKind.TRUE_FALSE
    options = [] if is_judged else question.options
    answer = (
        TRUE_FALSE_OPTIONS[question.answer[0]] if is_judged else answer_letters(question.answer)
    )
    return [
        _name(_KINDS, question.kind),
        _name(_USES, question.use),
        question.text,
        *options,
        *[""] * (MOST_OPTIONS - len(options)),
        answer,
        question.explanation,
        _name(_LEVELS, question.difficulty),
        question.topic,
        question.lesson.title if question.lesson else "",
    ]


def _name(words: dict[str, Any], value: Any) -> str:
    return next(word for word, meaning in words.items() if meaning == value)
