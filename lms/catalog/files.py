"""Files of the catalogue: covers and others. Names are random, never a user's."""

import io
import secrets
from pathlib import PurePosixPath
from typing import IO

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.core.errors import Invalid
from lms.core.files import files

COVERS = "covers"
COVER_SIZE = (960, 540)
COVER_MAX_PIXELS = 40_000_000
COVER_FORMATS = ("JPEG", "PNG", "WEBP")


def store_cover(file: IO[bytes]) -> str:
    """Keep a picture as a 16:9 WebP of 960 pixels; returns its path.

    It is decoded and written anew, so that what is served is a picture and nothing else.
    Raises Invalid (field "file") for anything that is no JPEG, PNG or WebP.
    """
    path = f"{COVERS}/{secrets.token_hex(16)}.webp"
    files().write(path, _cover(file))
    return path


def _cover(file: IO[bytes]) -> bytes:
    out = io.BytesIO()
    try:
        with Image.open(file, formats=COVER_FORMATS) as picture:
            if picture.width * picture.height > COVER_MAX_PIXELS:
                raise Invalid(_l("图片过大，请缩小后再上传。"), field="file")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            ImageOps.fit(upright, COVER_SIZE).save(out, "WEBP", quality=82)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        message = _l("这不是可用的图片，请选择 JPG、PNG 或 WebP 文件。")
        raise Invalid(message, field="file") from error
    return out.getvalue()


def copy_file(path: str) -> str:
    """Keep a second copy of a kept file, or folder of files; returns its path.

    Of one that is lost there is no copy either.
    """
    former = PurePosixPath(path)
    copy = str(former.with_name(f"{secrets.token_hex(16)}{former.suffix}"))
    files().copy(path, copy)
    return copy
