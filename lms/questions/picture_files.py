"""Pictures of questions as files: decoded, made smaller, and written anew."""

import io
import secrets
from typing import IO

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.catalog.files import COVER_FORMATS, COVER_MAX_PIXELS
from lms.core.errors import Invalid
from lms.core.files import files

PICTURES = "questions"
PICTURE_MAX_BYTES = 5 * 1024 * 1024
# A page is at most this wide on a sharp screen.
_LONGEST_SIDE = 1600
_QUALITY = 85
# Telephones write things of their own behind a picture.
_END_WITHIN = 64 * 1024


def store_picture(file: IO[bytes]) -> tuple[str, int]:
    """Keep a picture as WebP; returns its path and its size in bytes.

    What is served is what was decoded here and nothing else: no place of the camera, no script of
    an SVG. Raises Invalid (field "file") for anything that is no JPEG, PNG or WebP, and for more
    than 5 MB or 40 million pixels.
    """
    content = file.read(PICTURE_MAX_BYTES + 1)
    if not content:
        raise Invalid(_l("文件是空的，请重新选择。"), field="file")
    if len(content) > PICTURE_MAX_BYTES:
        raise Invalid(_l("图片超过 5 MB，请缩小后再上传。"), field="file")
    webp = _rewritten(content) if _is_whole(content) else None
    if webp is None:
        raise Invalid(_l("这不是可用的图片，请选择 JPG、PNG 或 WebP 文件。"), field="file")
    path = f"{PICTURES}/{secrets.token_hex(16)}.webp"
    files().write(path, webp)
    return path, len(webp)


def _is_whole(content: bytes) -> bool:
    """Whether the file has the end that its format wants.

    Pillow tells, but not in a process in which WeasyPrint has asked it to be lenient.
    """
    if content.startswith(b"RIFF"):
        return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    return b"IEND" in content[-_END_WITHIN:] or b"\xff\xd9" in content[-_END_WITHIN:]


def _rewritten(content: bytes) -> bytes | None:
    """The picture as WebP; None for what is none. Raises Invalid for one too large to decode."""
    try:
        with Image.open(io.BytesIO(content), formats=COVER_FORMATS) as picture:
            if picture.width * picture.height > COVER_MAX_PIXELS:
                raise Invalid(_l("图片过大，请缩小后再上传。"), field="file")
            is_drawn = picture.format == "PNG"
            upright = _on_white(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = io.BytesIO()
    # The thin lines of a drawing blur where a photograph would not.
    upright.save(out, "WEBP", lossless=is_drawn, quality=_QUALITY)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency: black lines on nothing vanish on a dark page."""
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")
