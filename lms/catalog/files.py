"""Files of the catalogue under media/: e-textbooks and covers. Names are random, never a user's."""

import os
import secrets
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.catalog.rules import ETEXTBOOK_MAX_BYTES, PDF_MAGIC
from lms.core.errors import Invalid

COVER_SIZE = (960, 540)
COVER_MAX_PIXELS = 40_000_000
COVER_FORMATS = ("JPEG", "PNG", "WEBP")


def media_file(path: str) -> Path:
    """Where the file kept as `path` (relative to media/) lies."""
    media: Path = current_app.extensions["settings"].media_path
    return media / path


def store_etextbook(file: IO[bytes]) -> tuple[str, int]:
    """Keep a PDF; returns its path under media/ and its size in bytes.

    Raises Invalid (field "file") for an empty file, one that is no PDF, and one over 20 MB.
    """
    content = file.read(ETEXTBOOK_MAX_BYTES + 1)
    if not content:
        raise Invalid(_l("文件是空的，请重新选择。"), field="file")
    if len(content) > ETEXTBOOK_MAX_BYTES:
        raise Invalid(_l("文件超过 20 MB，请压缩后再上传。"), field="file")
    if not content.startswith(PDF_MAGIC) or b"%%EOF" not in content[-2048:]:
        raise Invalid(_l("这不是完整的 PDF 文件，请检查后重新选择。"), field="file")
    path = f"originals/etextbooks/{secrets.token_hex(16)}.pdf"
    _write(media_file(path), content)
    return path, len(content)


def store_cover(file: IO[bytes]) -> str:
    """Keep a picture as a 16:9 WebP of 960 pixels; returns its path under media/.

    It is decoded and written anew, so that what is served is a picture and nothing else.
    Raises Invalid (field "file") for anything that is no JPEG, PNG or WebP.
    """
    path = f"covers/{secrets.token_hex(16)}.webp"
    target = media_file(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Image.open(file, formats=COVER_FORMATS) as picture:
            if picture.width * picture.height > COVER_MAX_PIXELS:
                raise Invalid(_l("图片过大，请缩小后再上传。"), field="file")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            ImageOps.fit(upright, COVER_SIZE).save(target, "WEBP", quality=82)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        target.unlink(missing_ok=True)
        message = _l("这不是可用的图片，请选择 JPG、PNG 或 WebP 文件。")
        raise Invalid(message, field="file") from error
    return path


def remove_file(path: str) -> None:
    """Delete a kept file; one that is gone already is no error."""
    media_file(path).unlink(missing_ok=True)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    try:
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
