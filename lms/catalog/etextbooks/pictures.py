"""Pictures of books: decoded and written anew, so that what is served is a picture alone."""

import hashlib
import io
from xml.etree.ElementTree import Element, tostring

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.catalog.etextbooks.books import refusal
from lms.catalog.etextbooks.xml import local_name, parse_xml

_MOST_PIXELS = 40_000_000
_LARGEST_SIDE = 2000
_LARGEST_SVG_BYTES = 2 * 1024 * 1024
# What is read, and what it is written as: of moving pictures the first one stays.
_WRITTEN_AS = {"JPEG": "jpeg", "PNG": "png", "GIF": "png", "WEBP": "webp"}
_LIVELY_ELEMENTS = frozenset(
    ("script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "set")
)
_SAFE_DATA = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")


def clean_picture(content: bytes) -> tuple[str, bytes] | None:
    """The name and the bytes under which a picture is kept; None for what cannot be read.

    Raises Invalid (field "file") for a drawing (SVG) that runs or loads something.
    """
    written = _drawing(content) if _is_drawing(content) else _painting(content)
    if written is None:
        return None
    ending, clean = written
    return f"{hashlib.sha256(clean).hexdigest()[:32]}.{ending}", clean


def _is_drawing(content: bytes) -> bool:
    return b"<svg" in content[:4096] or content.lstrip()[:5] == b"<?xml"


def _painting(content: bytes) -> tuple[str, bytes] | None:
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=list(_WRITTEN_AS)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            ending = _WRITTEN_AS[picture.format or "PNG"]
            upright = ImageOps.exif_transpose(picture)
            upright.info = {}
            upright.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
            if ending == "jpeg" and upright.mode not in ("L", "RGB"):
                upright = upright.convert("RGB")
            upright.save(out, ending.upper(), quality=85)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return ending, out.getvalue()


def _drawing(content: bytes) -> tuple[str, bytes] | None:
    if len(content) > _LARGEST_SVG_BYTES:
        return None
    root = parse_xml(content)
    if local_name(root) != "svg":
        return None
    if any(_is_lively(element) for element in root.iter()):
        raise refusal(_l("书里的 SVG 图片含有脚本或外部引用，出于安全不能使用，请去掉后再上传。"))
    # Written from the tree: no document type, comments or instructions of the original remain.
    return "svg", tostring(root)


def _is_lively(element: Element) -> bool:
    name = local_name(element).lower()
    return (
        name in _LIVELY_ELEMENTS
        or (name == "style" and _loads_something("".join(element.itertext())))
        or any(_is_lively_attribute(name, value) for name, value in element.attrib.items())
    )


def _is_lively_attribute(name: str, value: str) -> bool:
    name = name.rsplit("}", 1)[-1].lower()
    if name.startswith("on"):
        return True
    if name == "href":
        return not value.strip().startswith(("#", *_SAFE_DATA))
    return _loads_something(value)


def _loads_something(style: str) -> bool:
    text = "".join(style.lower().split())
    outside = text.replace("url(#", "").replace("url('#", "").replace('url("#', "")
    return "url(" in outside or "@import" in text or "javascript:" in text or "\\" in text
