"""The statistics of a course as a workbook: the same figures, without any name."""

from collections.abc import Iterator

from flask_babel import gettext as _

from lms.exams.statistics.figures import Figures
from lms.exams.statistics.queries import Line, answers_of, lines_of
from lms.web.workbooks import Sheet, write_workbook

Row = list[str | int]


def workbook_of(figures: Figures) -> bytes:
    """Sheets of questions, of their answers, and of scores."""
    lines = lines_of(figures)
    return write_workbook(
        Sheet(_("题目"), _question_headings(), map(_question, lines), (8, 60, 10), wraps=True),
        Sheet(_("作答分布"), _answer_headings(), _answers(lines), (8, 60), wraps=True),
        Sheet(_("成绩分布"), [_("得分率"), _("份数")], _scores(figures), (12, 8)),
        Sheet(_("各次考试"), [_("考试"), _("份数"), _("合格")], _attempts(figures), (12,)),
    )


def _question_headings() -> list[str]:
    return [
        _("编号"),
        _("题干"),
        _("题型"),
        _("份数"),
        _("得分率（%）"),
        _("区分度"),
        _("高分组得分率（%）"),
        _("低分组得分率（%）"),
        _("平均用时（秒）"),
        _("用时中位数（秒）"),
    ]


def _question(line: Line) -> Row:
    found = line.figures
    discrimination = found["discrimination"]
    return [
        line.question.id,
        line.question.text,
        str(line.question.kind.label),
        found["papers"],
        _percent(found["difficulty"]),
        "" if discrimination is None else f"{discrimination:.2f}",
        _percent(found["upper"]),
        _percent(found["lower"]),
        "" if found["mean_seconds"] is None else round(found["mean_seconds"]),
        "" if found["median_seconds"] is None else found["median_seconds"],
    ]


def _percent(share: float | None) -> str | int:
    return "" if share is None else round(100 * share)


def _answer_headings() -> list[str]:
    return [
        _("编号"),
        _("作答"),
        _("正确答案"),
        _("份数"),
        _("占比（%）"),
        _("高分组（%）"),
        _("低分组（%）"),
    ]


def _answers(lines: list[Line]) -> Iterator[Row]:
    for line in lines:
        for one in answers_of(line):
            yield [
                line.question.id,
                one.text or _("没有作答"),
                "✓" if one.is_key else "",
                one.total,
                one.percent,
                one.upper_percent,
                one.lower_percent,
            ]


def _scores(figures: Figures) -> Iterator[Row]:
    yield from ([label, count] for label, count in zip(bins(), figures["histogram"], strict=True))


def bins() -> list[str]:
    """The names of the ten bins of a histogram."""
    return [*(f"{ten}0–{ten}9%" if ten else "0–9%" for ten in range(9)), "90–100%"]


def _attempts(figures: Figures) -> Iterator[Row]:
    for number, taken, passed in figures["attempts"]:
        yield [_("第 %(number)d 次考试", number=number), taken, passed]
