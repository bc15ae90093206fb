"""A workbook written in one pass to anything that can be written to.

The libraries at hand keep every cell in memory or in temporary files; the first is too much at a
hundred thousand rows, the second puts identity numbers on the disk in clear. This one writes the
parts of the package (ECMA-376) straight into the compressed stream. Every text is an inline string,
so that nothing in it can become a formula.
"""

import re
import zipfile
from collections.abc import Sequence
from enum import IntEnum
from typing import Any
from xml.sax.saxutils import escape

from lms.roster.rules import column_letter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST_TEXT = 32767
_DATE = (1980, 1, 1, 0, 0, 0)


class Style(IntEnum):
    """How a cell looks; the places in the style sheet below."""

    PLAIN = 0
    HEADING = 1
    TEXT = 2
    BAD = 3
    ERROR = 4
    WRAPPED = 5


_RED = '<color rgb="FF9C0006"/>'
_FONT = '<font>{0}<sz val="11"/>{1}<name val="宋体"/><charset val="134"/></font>'
_FILL = (
    '<fill><patternFill patternType="solid"><fgColor rgb="{0}"/><bgColor indexed="64"/>'
    "</patternFill></fill>"
)
_FORMAT = (
    '<xf numFmtId="{0}" fontId="{1}" fillId="{2}" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1" applyFill="1"{3}'
)
_WRAP = ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
# Number format 49 is text: whoever mends a number in such a cell keeps all its digits.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="3">{_FONT.format("", "")}'
    f"{_FONT.format('<b/>', '')}{_FONT.format('', _RED)}</fonts>"
    '<fills count="4"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    f"{_FILL.format('FFFFC7CE')}{_FILL.format('FFE7EEF0')}</fills>"
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="6">{_FORMAT.format(0, 0, 0, "/>")}{_FORMAT.format(49, 1, 3, "/>")}'
    f"{_FORMAT.format(49, 0, 0, '/>')}{_FORMAT.format(49, 2, 2, '/>')}"
    f"{_FORMAT.format(49, 2, 0, _WRAP)}{_FORMAT.format(0, 0, 0, _WRAP)}</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_COMMENT_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
    'margin-top:2pt;width:220pt;height:60pt;z-index:{z};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"/></v:textbox><x:ClientData ObjectType="Note">'
    "<x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202" '
    'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def cell(column: int, row: int, value: Any, style: int = Style.PLAIN) -> str:
    """The XML of one cell; `column` counts from 0, `row` from 1. Numbers stay numbers."""
    place = f'<c r="{_letter(column)}{row}" s="{int(style)}"'
    if isinstance(value, (int, float)):
        return f"{place}><v>{value!r}</v></c>"
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{text_of(value)}</t></is></c>'


_LETTERS = [column_letter(place) for place in range(300)]


def _letter(column: int) -> str:
    return _LETTERS[column] if column < len(_LETTERS) else column_letter(column)


def text_of(value: str) -> str:
    """A text as XML: escaped, cut to what a cell holds, without what no XML can hold."""
    text = _UNWRITABLE.sub("", value[:_LONGEST_TEXT])
    return escape(_ESCAPED.sub("_x005F_", text) if "_x" in text else text)


class WorkbookWriter:
    """Writes sheets one after the other; `close` writes what names them."""

    def __init__(self, out: Any) -> None:
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._names: list[str] = []
        self._with_comments: set[int] = set()
        self._sheet: Any = None
        self._comments: list[tuple[int, int, str]] = []

    def begin_sheet(self, name: str, widths: Sequence[float], frozen_rows: int = 0) -> None:
        """Begin a sheet; its rows follow by `write_row`."""
        self._names.append(name)
        self._comments = []
        part = zipfile.ZipInfo(f"xl/worksheets/sheet{len(self._names)}.xml", _DATE)
        part.compress_type = zipfile.ZIP_DEFLATED
        self._sheet = self._archive.open(part, "w")
        self._write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{_view(frozen_rows)}'
        )
        columns = (
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
            for n, width in enumerate(widths, start=1)
        )
        self._write(f"<cols>{''.join(columns)}</cols><sheetData>")

    def write_row(self, number: int, cells: str) -> None:
        """Write row `number` (from 1, rising) with cells made by `cell`."""
        self._write(f'<row r="{number}">{cells}</row>')

    def comment(self, column: int, row: int, text: str) -> None:
        """Attach a comment to a cell of the sheet that is being written."""
        self._comments.append((column, row, text))

    def end_sheet(self) -> None:
        """End the sheet; its comments are written beside it."""
        number = len(self._names)
        drawing = '<legacyDrawing r:id="rId1"/>' if self._comments else ""
        self._write(f"</sheetData>{drawing}</worksheet>")
        self._sheet.close()
        if self._comments:
            self._with_comments.add(number)
            self._write_comments(number)

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())

    def _write_comments(self, number: int) -> None:
        base = f'<Relationships xmlns="{_PACKAGE}/relationships">'
        self._add(
            f"xl/worksheets/_rels/sheet{number}.xml.rels",
            f'{_HEAD}{base}<Relationship Id="rId1" Type="{_RELATIONS}/vmlDrawing" '
            f'Target="../drawings/vmlDrawing{number}.vml"/><Relationship Id="rId2" '
            f'Type="{_RELATIONS}/comments" Target="../comments{number}.xml"/></Relationships>',
        )
        notes = "".join(
            f'<comment ref="{_letter(column)}{row}" authorId="0"><text><r><t xml:space="preserve">'
            f"{text_of(text)}</t></r></text></comment>"
            for column, row, text in self._comments
        )
        self._add(
            f"xl/comments{number}.xml",
            f'{_HEAD}<comments xmlns="{_MAIN}"><authors><author></author></authors>'
            f"<commentList>{notes}</commentList></comments>",
        )
        shapes = "".join(
            _COMMENT_SHAPE.format(id=1024 + z, z=z, row=row - 1, column=column)
            for z, (column, row, _text) in enumerate(self._comments, start=1)
        )
        self._add(f"xl/drawings/vmlDrawing{number}.vml", f"{_DRAWING}{shapes}</xml>")

    def _add(self, name: str, content: str) -> None:
        part = zipfile.ZipInfo(name, _DATE)
        part.compress_type = zipfile.ZIP_DEFLATED
        self._archive.writestr(part, content.encode())

    def close(self) -> None:
        """Write what names the sheets, and the end of the package."""
        numbers = range(1, len(self._names) + 1)
        self._add("xl/styles.xml", _STYLES)
        self._add("xl/workbook.xml", _workbook(self._names))
        self._add("xl/_rels/workbook.xml.rels", _workbook_relations(numbers))
        self._add("_rels/.rels", _ROOT_RELATIONS)
        self._add("[Content_Types].xml", _content_types(numbers, self._with_comments))
        self._archive.close()


def _view(frozen_rows: int) -> str:
    pane = (
        f'<pane ySplit="{frozen_rows}" topLeftCell="A{frozen_rows + 1}" activePane="bottomLeft" '
        'state="frozen"/>'
        if frozen_rows
        else ""
    )
    return f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, start=1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><bookViews><workbookView/>'
        f"</bookViews><sheets>{sheets}</sheets></workbook>"
    )


def _workbook_relations(numbers: range) -> str:
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    parts = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate([*targets, ("styles", "styles.xml")], start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>'


_ROOT_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


def _content_types(numbers: range, with_comments: set[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    parts |= {f"xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers}
    parts |= {f"xl/comments{n}.xml": "comments" for n in sorted(with_comments)}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}.{type_}+xml"/>'
        for name, type_ in parts.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" '
        'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f"{overrides}</Types>"
    )
