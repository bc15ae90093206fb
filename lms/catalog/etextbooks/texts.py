"""The characters of a chapter, whatever it was written in."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_DECLARATION_WITHIN_BYTES = 2048
# What pages call GB 2312 is nearly always its larger successor.
_SUCCESSORS = {"gb2312": "gb18030", "gbk": "gb18030"}


def decode_text(content: bytes) -> str:
    """The text of an XHTML or HTML file: by its mark, what it declares, UTF-8 or GB 18030."""
    for encoding in (*_told(content), "utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("utf-8", "replace")


def _told(content: bytes) -> list[str]:
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    declared = _DECLARED.search(content[:_DECLARATION_WITHIN_BYTES])
    name = declared[1].decode("ascii").lower() if declared else ""
    return marked + ([_SUCCESSORS.get(name, name)] if _is_of_text(name) else [])


def _is_of_text(name: str) -> bool:
    """Whether the codec makes text; Python has others, which unpack or transform bytes."""
    try:
        # Public only as a field of the record; every codec that decodes to text sets it.
        return bool(name) and bool(getattr(codecs.lookup(name), "_is_text_encoding", True))
    except LookupError:
        return False
