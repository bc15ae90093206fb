"""Question banks as files: workbook, Moodle GIFT, Moodle XML, IMS QTI 2.1 and 3.0.

Each format is a module with one object (`reading.QuestionFormat`); what a file is, its content says
(`recognize`), never its name. Reading and writing are pure: bytes in, facts out, and back.
"""

import csv
import io
import re

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.formats.files import (
    MAX_BYTES,
    MAX_PACKAGE_BYTES,
    ZIP_MAGIC,
    decode_text,
    open_package,
)
from lms.questions.formats.gift import Gift
from lms.questions.formats.moodle import MoodleXml
from lms.questions.formats.qti import QTI_21, QTI_30
from lms.questions.formats.reading import QuestionFormat
from lms.questions.formats.workbook import NEEDED, Workbook

WORKBOOK, GIFT, MOODLE_XML = Workbook(), Gift(), MoodleXml()
FORMATS: tuple[QuestionFormat, ...] = (WORKBOOK, GIFT, MOODLE_XML, QTI_21, QTI_30)
_ROOTS: dict[str, QuestionFormat] = {
    "quiz": MOODLE_XML,
    "assessmentItem": QTI_21,
    "qti-assessment-item": QTI_30,
}
_QTI_1 = "questestinterop"
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_QTI_30_SIGN = b"imsqti_item_xmlv3p0"


def format_named(name: str | None) -> QuestionFormat | None:
    """The format of that name, such as an address holds; None if there is none."""
    return next((each for each in FORMATS if each.name == name), None)


def recognize(content: bytes) -> QuestionFormat:
    """The format of a file. Raises Invalid (field "file") for what is none, or too large."""
    if not content.strip():
        raise Invalid(_l("文件是空的，请重新选择。"), field="file")
    if content.startswith(ZIP_MAGIC):
        return _packed(content)
    if len(content) > MAX_BYTES:
        raise Invalid(_l("文件超过 4 MB，请分几次导入。"), field="file")
    if content.startswith(_OLD_OFFICE):
        raise Invalid(_l("这是旧版 xls 或 doc 文件，请另存为 xlsx 后再试。"), field="file")
    text = decode_text(content).lstrip()
    return _marked_up(text) if _root_name(text) else _plain(text)


def _packed(content: bytes) -> QuestionFormat:
    if len(content) > MAX_PACKAGE_BYTES:
        raise Invalid(_l("压缩包超过 20 MB，请分几次导入。"), field="file")
    package = open_package(content)
    if "[Content_Types].xml" in package.names:
        if len(content) > MAX_BYTES:
            raise Invalid(_l("文件超过 4 MB，请分几次导入。"), field="file")
        return WORKBOOK
    manifests = [name for name in package.names if name.endswith("imsmanifest.xml")]
    if manifests:
        return QTI_30 if _QTI_30_SIGN in package.read(manifests[0]) else QTI_21
    if any(name.lower().endswith(".xml") for name in package.names):
        return QTI_21
    raise Invalid(_l("压缩包里没有题目：需要 QTI 题目包或 xlsx 工作簿。"), field="file")


def _root_name(text: str) -> str:
    """The name of the first element, for XML; nothing for other texts, even with some HTML."""
    start, is_declared = 0, text.startswith(("<?", "<!"))
    while text.startswith(("<?", "<!--"), start):
        close = "?>" if text.startswith("<?", start) else "-->"
        end = text.find(close, start)
        if end < 0:
            return ""
        start = end + len(close)
        start += len(text[start : start + 1000]) - len(text[start : start + 1000].lstrip())
    if text.startswith("<!", start):
        return "!"
    found = _ROOT.match(text, start)
    name = found.group(1) if found else ""
    return name if is_declared or name in (*_ROOTS, _QTI_1) else ""


def _marked_up(text: str) -> QuestionFormat:
    root = _root_name(text)
    if root in _ROOTS:
        return _ROOTS[root]
    if root == "!":
        # Its reader refuses what is declared there, and says so.
        return MOODLE_XML
    if root == _QTI_1:
        raise Invalid(_l("这是 QTI 1.2 文件，请用 QTI 2.1 或 3.0 导出后再试。"), field="file")
    message = _l("不认识这个 XML 文件（%(root)s）：需要 Moodle XML 或 QTI 题目。", root=root[:40])
    raise Invalid(message, field="file")


def _plain(text: str) -> QuestionFormat:
    first = next(csv.reader(io.StringIO(text[:10_000])), [])
    # A heading that lacks some columns still says what was meant, and is told what it lacks.
    if set(NEEDED) & {cell.strip() for cell in first}:
        return WORKBOOK
    if re.search(r"(?<!\\)[{}]|^::|^\$CATEGORY:", text, re.MULTILINE):
        return GIFT
    message = _l("认不出题目格式：可以是 xlsx、csv、Moodle GIFT、Moodle XML 或 QTI。")
    raise Invalid(message, field="file")
