"""Questions as rows of a workbook or a CSV file: the format for people without other systems."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.formats.markup import has_picture
from lms.questions.formats.reading import (
    Draft,
    Entry,
    Loss,
    Place,
    Reading,
    problem_lines,
)
from lms.questions.formats.sheets import read_rows, write_table
from lms.questions.formats.tags import KINDS, LEVELS, USES, all_texts, name_of
from lms.questions.formats.workbook_cells import cells_of, read_cells
from lms.questions.kinds import QuestionKind, QuestionUse
from lms.questions.rules import LETTERS, MOST_OPTIONS, QuestionFacts
from lms.web.downloads import XLSX

_OPTIONS = tuple(f"选项{letter}" for letter in LETTERS)
HEADINGS = ("题型", "用途", "题干", *_OPTIONS, "答案", "解析", "难度", "知识点", "课时")
NEEDED = ("题型", "题干", "答案")
REASON = "问题"
_LEVELS_READ = {**LEVELS, "1": 1, "2": 2, "3": 3}
_EXAMPLES: tuple[tuple[Sequence[str], Sequence[str]], ...] = (
    (
        (
            "单选题",
            "弹题和考试",
            "专业技术人员每年参加继续教育应不少于多少学时？",
            "60",
            "90",
            "120",
        ),
        ("B", "", "易", "年度要求"),
    ),
    (
        ("多选题", "考试", "年度学时由哪两类科目组成？", "公需科目", "专业科目", "选修科目"),
        ("AB", "", "中", "年度要求"),
    ),
    (("判断题", "弹题", "公需科目多学的学时可以抵充专业科目。"), ("错误", "", "易", "")),
    (
        (
            "填空题",
            "考试",
            "年度学时中，公需科目不少于____学时，专业科目不少于____学时。",
            "30 | 三十",
            "60 | 六十",
        ),
        ("", "", "中", "年度要求"),
    ),
    (
        (
            "排序题",
            "考试",
            "按先后排列学时申报的审核环节。",
            "用人单位审核",
            "主管部门审核",
            "人社部门审核",
        ),
        ("", "", "中", ""),
    ),
    (
        (
            "匹配题",
            "考试",
            "把学习内容与科目对应起来。",
            "职业道德 => 公需科目",
            "行业新技术 => 专业科目",
        ),
        ("选修科目", "", "中", ""),
    ),
)
_NOTES = (
    "第一行是表头，请勿修改；从第二行起每行一道题，一次最多 1000 行。示例行请删除。",
    "题型：单选题、多选题、判断题、填空题、排序题、匹配题。用途：弹题、考试、弹题和考试（不填为弹题和考试）。",
    "选项从 A 开始连续填写，2 到 10 个；判断题不填选项，答案写“正确”或“错误”。",
    "答案写选项字母，多选题如 ABD。难度：易、中、难（不填为中）。",
    "填空题：每个空写 ____；选项 A 写第一空的答案，选项 B 写第二空的，几种写法用 | 隔开。",
    "排序题：选项按正确的顺序填写。答案列不填。",
    "匹配题：每个选项写“左项 => 右项”；多余的右项写在答案列，用 | 隔开。",
    "公式写在 $ 与 $ 之间，用 TeX 语法。课时写课时名称，与课程中的一致；不填表示不限课时。",
)


class Workbook:
    """A table with a row for each question."""

    name = "workbook"
    label = _l("Excel 工作簿")
    extension = "xlsx"
    mimetype = XLSX

    def read(self, content: bytes) -> Reading:
        return read_questions(read_rows(content))

    def losses(self, entry: Entry) -> list[Loss]:
        pictures = has_picture(*all_texts(entry.facts))
        return [Loss(_l("图片：只写出编号，导入别的课程后看不到。"))] if pictures else []

    def write(self, entries: Sequence[Entry]) -> bytes:
        return write_table("题目", HEADINGS, [_row(entry) for entry in entries])

    def give_back(self, drafts: Sequence[Draft]) -> bytes:
        headings = list(drafts[0].source) if drafts else list(HEADINGS)
        if REASON not in headings:
            headings.append(REASON)
        rows = []
        for draft in drafts:
            row = {**draft.source, REASON: "\n".join(problem_lines(draft))}
            rows.append([row.get(name, "") for name in headings])
        return write_table("题目", headings, rows, _NOTES)


def read_questions(rows: Sequence[Sequence[str]]) -> Reading:
    """The questions in `rows`, whose first row is the heading.

    Raises Invalid (field "file") if the heading is not that of the template.
    """
    headings = list(rows[0]) if rows else []
    missing = [name for name in NEEDED if name not in headings]
    if missing:
        message = _("缺少列：%(names)s。请使用模板。", names="、".join(missing))
        raise Invalid(message, field="file")
    return Reading(
        [
            _draft(number, dict(zip(headings, row, strict=False)))
            for number, row in enumerate(rows[1:], start=2)
            if any(row)
        ]
    )


def _draft(number: int, row: dict[str, str]) -> Draft:
    draft = Draft(Place(line=number), source=row, lesson=row.get("课时", ""))
    kind = _word(draft, row, "题型", KINDS, None)
    use = _word(draft, row, "用途", USES, QuestionUse.BOTH)
    difficulty = _word(draft, row, "难度", _LEVELS_READ, 2)
    options: tuple[Any, ...] = ()
    answer: tuple[Any, ...] = ()
    if kind is not None:
        options, answer = read_cells(draft, kind, _options(row), row.get("答案", ""))
    draft.facts = QuestionFacts(
        kind=kind or QuestionKind.SINGLE,
        use=use or QuestionUse.BOTH,
        text=row.get("题干", ""),
        options=options,
        answer=answer,
        explanation=row.get("解析", ""),
        difficulty=difficulty or 2,
        topic=row.get("知识点", ""),
    )
    return draft


def _word(
    draft: Draft, row: dict[str, str], column: str, words: dict[str, Any], default: Any
) -> Any:
    text = row.get(column, "")
    if not text and default is not None:
        return default
    if text not in words:
        known = "、".join(word for word in words if not word.isdecimal())
        message = _l("“%(text)s”不可用；可填：%(known)s。", text=text, known=known)
        draft.refuse(column, message)
        return None
    return words[text]


def _options(row: dict[str, str]) -> list[str]:
    options = [row.get(name, "") for name in _OPTIONS]
    while options and not options[-1]:
        options.pop()
    return options


def template_workbook() -> bytes:
    """The empty table with an example of every kind, and notes on how to fill it."""
    blanks = len(HEADINGS) - 5
    rows = [[*start, *[""] * (blanks - len(start)), *end, ""] for start, end in _EXAMPLES]
    return write_table("题目", HEADINGS, rows, _NOTES)


def _row(entry: Entry) -> list[str]:
    facts = entry.facts
    options, answer = cells_of(facts)
    return [
        name_of(KINDS, facts.kind),
        name_of(USES, facts.use),
        facts.text,
        *options,
        *[""] * (MOST_OPTIONS - len(options)),
        answer,
        facts.explanation,
        name_of(LEVELS, facts.difficulty),
        facts.topic,
        entry.lesson,
    ]
