"""Reading XML that strangers wrote: no entities, nothing fetched from elsewhere."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.books import refusal


def parse_xml(content: bytes) -> Element:
    """The root element. Raises Invalid (field "file") for what declares entities or is no XML."""
    try:
        root: Element = fromstring(content)
    except DefusedXmlException as error:
        raise refusal(_l("文件里的 XML 定义了实体，出于安全不能使用，请去掉后再上传。")) from error
    except (ParseError, ValueError, LookupError) as error:
        raise refusal(_l("文件里的 XML 有错误，无法读取，请重新导出后再上传。")) from error
    return root


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1]


def named(root: Element, name: str) -> Iterator[Element]:
    """All elements of this name below `root`, whatever their namespace."""
    return (element for element in root.iter() if local_name(element) == name)
