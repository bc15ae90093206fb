"""XML from strangers: without document types, entities or anything from elsewhere; and back."""

import io
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.formats.files import decode_text
from lms.questions.rules import printable

MAX_ELEMENTS = 200_000
MAX_DEPTH = 100
# Where the line stands on which an element begins; no name of XML begins with a blank.
LINE = " line"
__all__ = ["Element", "child", "line_of", "local_name", "parse", "serialise"]


class _Builder(TreeBuilder):
    """Builds the tree, notes lines, and stops at what would exhaust memory or the stack."""

    def __init__(self) -> None:
        super().__init__()
        self.parser: DefusedXMLParser | None = None
        self._count = self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._count += 1
        self._depth += 1
        if self._count > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise Invalid(_l("XML 的内容过多或层次过深，请分几次导入。"), field="file")
        element = super().start(tag, attrs)
        if self.parser is not None:
            element.set(LINE, str(self.parser.parser.CurrentLineNumber))
        return element

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(content: bytes) -> Element:
    """The root of an XML file. Raises Invalid (field "file") with the line where it breaks."""
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser
    try:
        parser.feed(decode_text(content).lstrip())
        root = parser.close()
    except ParseError as error:
        line = error.position[0]
        raise Invalid(
            _l("XML 在第 %(line)d 行有错误，无法读取。", line=line), field="file"
        ) from error
    except DefusedXmlException as error:
        message = _l("XML 里不能有文档类型声明（DTD）或实体定义。")
        raise Invalid(message, field="file") from error
    assert isinstance(root, Element)
    return root


def line_of(element: Element) -> int:
    """The line on which an element begins, from 1; 0 if unknown."""
    return int(element.get(LINE, "0"))


def local_name(element: Element) -> str:
    """The name without its namespace; empty for comments and instructions."""
    # Comments and instructions have a function where others have a name.
    tag: Any = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    """The first child of that local name."""
    return next((each for each in element if local_name(each) == name), None)


def serialise(root: Element) -> bytes:
    """The tree as a file in UTF-8, without the notes of lines and what XML cannot hold."""
    for element in root.iter():
        element.attrib.pop(LINE, None)
        element.text = printable(element.text) if element.text else element.text
        element.tail = printable(element.tail) if element.tail else element.tail
        for name, value in element.attrib.items():
            element.set(name, printable(value))
    out = io.BytesIO()
    ElementTree(root).write(out, encoding="utf-8", xml_declaration=True)
    return out.getvalue()
