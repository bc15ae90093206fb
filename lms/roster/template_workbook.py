"""The empty workbook 专业技术人员信息导入表, with drop-downs and instructions."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from lms.accounts.enums import IdentityKind, ProfessionSeries, TitleLevel
from lms.roster.reader import SHEET
from lms.roster.reading import MOST_ROWS
from lms.roster.rules import REQUIRED, Column
from lms.roster.words import labels_of

FILE_NAME = "专业技术人员信息导入表.xlsx"
MOST_LISTED_UNITS = 500
# The rows that are made ready to be filled in; more may follow.
_PREPARED_ROWS = 50_000
_WIDTHS = {
    Column.NAME: 14,
    Column.KIND: 24,
    Column.NUMBER: 24,
    Column.PHONE: 16,
    Column.EMAIL: 26,
    Column.UNIT: 34,
    Column.SERIES: 24,
    Column.LEVEL: 12,
}
_NOTES = (
    "1. 在“人员信息”表中从第二行起填写，每人一行；表头请勿修改，列可以换顺序或增加。",
    "2. 带 * 的列必填，其他列不填表示不修改；新增人员不填证件类型时按居民身份证处理。",
    "3. 证件号码和手机号码的单元格已设为文本格式。从别处复制时请“选择性粘贴—数值”，保持文本格式。",
    "   以数字格式存储的身份证号码会丢失末位，系统会拒绝，不会猜测。",
    "4. 姓名按证件填写，少数民族姓名的间隔号用“·”。导入不会修改已登记人员的姓名。",
    "5. 工作单位填写全称或 18 位统一社会信用代码；单位管理员不填时为本单位。",
    "6. 证件类型、职称系列、职称级别请从下拉列表中选择。",
    "7. 上传后先检查、不写入：系统列出新增、更新、无变化、调动和拒绝的人数，确认后才导入。",
    "8. 有错误的行会标成红色并说明原因，改好后可以再次上传；已经导入的人员不会重复。",
    f"9. 一个文件最多 {MOST_ROWS} 行，支持 xlsx、xls 和 csv（UTF-8 或 GB18030）。",
)
# Invented people; the numbers are of a day long past and of a district that is none.
_EXAMPLES = (
    ("王晓明", "居民身份证", "110101190001011009", "13800000001", "", "", "工程技术人员", "中级"),
    ("阿依古丽·买买提", "居民身份证", "110101190001011025", "", "", "", "卫生技术人员", "副高级"),
    ("陈大文", "港澳居民来往内地通行证", "H12345678", "13800000002", "", "", "会计人员", "初级"),
)


def template_workbook(units: Sequence[str]) -> bytes:
    """The workbook; `units` are offered in a drop-down, none if there are too many to choose."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "专业技术人员信息导入表"})
    heading = book.add_format({"bold": True, "bg_color": "#E7EEF0", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(SHEET)
    for place, column in enumerate(Column):
        # As texts, whole columns: a cell that nobody formatted would take a number as a number.
        sheet.set_column(place, place, _WIDTHS[column], text)
        sheet.write_string(0, place, _heading(column), heading)
    sheet.freeze_panes(1, 0)
    _write_instructions(book, heading, text)
    lists = {
        Column.KIND: labels_of(IdentityKind),
        Column.SERIES: labels_of(ProfessionSeries),
        Column.LEVEL: labels_of(TitleLevel),
        Column.UNIT: list(units),
    }
    _offer(book, sheet, lists)
    book.close()
    return out.getvalue()


def _heading(column: Column) -> str:
    return f"{column.value}*" if column in REQUIRED else column.value


def _write_instructions(book: Any, heading: Any, text: Any) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 7, 22)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, note in enumerate(_NOTES):
        sheet.merge_range(row, 0, row, 7, note, wrapped)
        sheet.set_row(row, 32)
    start = len(_NOTES) + 1
    sheet.write_string(start, 0, "示例（请填写在“人员信息”表中）", heading)
    for place, column in enumerate(Column):
        sheet.write_string(start + 1, place, _heading(column), heading)
    for row, example in enumerate(_EXAMPLES, start=start + 2):
        for place, value in enumerate(example):
            sheet.write_string(row, place, value, text)


def _offer(book: Any, sheet: Any, lists: dict[Column, list[str]]) -> None:
    """Drop-downs whose choices stand in a hidden sheet: a list written out may be 255 long."""
    choices = book.add_worksheet("选项")
    choices.hide()
    for place, column in enumerate(Column):
        options = lists.get(column)
        if not options:
            continue
        for row, option in enumerate(options):
            choices.write_string(row, place, option)
        letter = "ABCDEFGH"[place]
        is_unit = column is Column.UNIT
        sheet.data_validation(
            1,
            place,
            _PREPARED_ROWS,
            place,
            {
                "validate": "list",
                "source": f"='选项'!${letter}$1:${letter}${len(options)}",
                # A unit may also be told by its code.
                "error_type": "warning" if is_unit else "stop",
                "error_title": column.value,
                "error_message": "请从下拉列表中选择。",
            },
        )
