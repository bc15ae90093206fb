"""Files of the catalogue under media/: covers and others. Names are random, never a user's."""

import os
import secrets
import shutil
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.core.errors import Invalid

COVER_SIZE = (960, 540)
COVER_MAX_PIXELS = 40_000_000
COVER_FORMATS = ("JPEG", "PNG", "WEBP")


def media_file(path: str) -> Path:
    """Where the file kept as `path` (relative to media/) lies."""
    media: Path = current_app.extensions["settings"].media_path
    return media / path


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


def copy_file(path: str) -> str:
    """Keep a second copy of a kept file, or folder of files; returns its path under media/.

    Of one that is lost there is no copy either.
    """
    source = media_file(path)
    copy = str(Path(path).with_name(f"{secrets.token_hex(16)}{source.suffix}"))
    if source.is_dir():
        shutil.copytree(source, media_file(copy))
    elif source.is_file():
        write_file(media_file(copy), source.read_bytes())
    return copy


def remove_file(path: str) -> None:
    """Delete a kept file, or folder of files; one that is gone already is no error."""
    place = media_file(path)
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def write_file(target: Path, content: bytes) -> None:
    """Write a file as a whole: after a crash it is there with all its bytes, or not at all."""
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
