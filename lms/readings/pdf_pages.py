"""A PDF cut into files of one page, each with nothing of the other pages in it."""

import io
import re

from flask_babel import lazy_gettext as _l
from pypdf import PdfReader, PdfWriter
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdf.generic import DictionaryObject, NameObject, PdfObject, StreamObject

from lms.core.errors import Invalid

# What leads from a page to others, or tells of the whole: links, articles, actions, the structure.
_FOREIGN = ("/AA", "/Annots", "/B", "/Metadata", "/PieceInfo", "/StructParents", "/Thumb")
# What a page's content names, and what one page must not bring along for another.
_NAMED = ("/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Shading", "/XObject")
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")
_DAMAGE = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError)


def open_pdf(content: bytes) -> PdfReader:
    """The PDF; raises Invalid (field "book") for one that is locked or damaged."""
    try:
        # One that is locked against changes alone opens by itself.
        reader = PdfReader(io.BytesIO(content))
        _count = len(reader.pages)
    except FileNotDecryptedError as error:
        message = _l("这本 PDF 设有密码，不能用作阅读课时。")
        raise Invalid(message, field="book") from error
    except _DAMAGE as error:
        raise _damaged() from error
    return reader


def _damaged() -> Invalid:
    return Invalid(_l("这本 PDF 无法按页拆分，请重新导出后上传，再选用。"), field="book")


def cut_pdf(reader: PdfReader, first: int, last: int) -> list[bytes]:
    """The pages from `first` to `last` (from 1, both included), each as a PDF of its own."""
    try:
        return [_single(reader, number - 1) for number in range(first, last + 1)]
    except _DAMAGE as error:
        raise _damaged() from error


def _single(reader: PdfReader, number: int) -> bytes:
    page = reader.pages[number]
    for name in _FOREIGN:
        page.pop(NameObject(name), None)
    contents = page.get_contents()
    _prune(page, contents.get_data() if contents is not None else b"", set())
    writer = PdfWriter()
    writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _prune(holder: DictionaryObject, content: bytes, seen: set[int]) -> None:
    """Leave of the resources of a page, or of a form, only what its content names.

    Many programs write one table of resources for all pages, with every picture of the book.
    """
    found = holder.get("/Resources")
    resources = found.get_object() if found is not None else None
    if not isinstance(resources, DictionaryObject):
        return
    names = _names_in(content)
    names |= _names_of_bare_forms(resources, names)
    kept = DictionaryObject()
    for kind, table in resources.items():
        entries = table.get_object()
        if kind in _NAMED and isinstance(entries, DictionaryObject):
            few = {name: value for name, value in entries.items() if name in names}
            kept[NameObject(kind)] = DictionaryObject(few)
            for value in few.values():
                _prune_stream(value, seen)
        elif kind == "/ProcSet":
            kept[NameObject(kind)] = table
    holder[NameObject("/Resources")] = kept


def _prune_stream(value: PdfObject, seen: set[int]) -> None:
    stream = value.get_object()
    if isinstance(stream, DictionaryObject) and not isinstance(stream, StreamObject):
        # A graphics state may hold a mask, which is drawn by a form.
        mask = stream.get("/SMask")
        table = mask.get_object() if mask is not None else None
        group = table.get("/G") if isinstance(table, DictionaryObject) else None
        stream = group.get_object() if group is not None else None
    if not isinstance(stream, StreamObject) or id(stream) in seen:
        return
    seen.add(id(stream))
    if "/Resources" in stream:
        _prune(stream, stream.get_data(), seen)


def _names_of_bare_forms(resources: DictionaryObject, names: set[str]) -> set[str]:
    """What forms without resources of their own name: they use the page's."""
    table = resources.get("/XObject")
    forms = table.get_object() if table is not None else {}
    found: set[str] = set()
    for name in names & set(forms):
        stream = forms[name].get_object()
        if isinstance(stream, StreamObject) and stream.get("/Subtype") == "/Form":
            found |= set() if "/Resources" in stream else _names_in(stream.get_data())
    return found


def _names_in(content: bytes) -> set[str]:
    """Every name in a content stream; a few too many, out of strings, do no harm."""
    return {
        "/" + _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name.decode("latin-1"))
        for name in _NAME.findall(content)
    }
