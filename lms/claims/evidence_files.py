"""Evidence as files: PDF, JPEG and PNG, told by their content and kept as they came.

The bytes are not touched: their SHA-256 tells whether the same file was used before, and what a
reviewer saw must be what a later inspection finds.
"""

import hashlib
import io
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageFile, UnidentifiedImageError

from lms.config import Settings
from lms.core.errors import Invalid
from lms.core.files import files

EVIDENCE = "evidence"
MOST_FILES = 20
ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
_LONGEST_NAME = 120
_MOST_PIXELS = 60_000_000
_PDF_MAGIC = b"%PDF-"
_PDF_END_WITHIN_BYTES = 2048
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png"}
_HALVES = threading.Lock()


@dataclass(frozen=True)
class KeptEvidence:
    """A kept file: its path, its size in bytes, its SHA-256, and how its owner calls it."""

    path: str
    size_bytes: int
    sha256: str
    name: str


def largest_bytes() -> int:
    """How large one file may be (LMS_EVIDENCE_MAX_MB)."""
    settings: Settings = current_app.extensions["settings"]
    return settings.evidence_max_mb * 1024 * 1024


def evidence_limits() -> dict[str, Any]:
    """What may be uploaded, as pages tell it."""
    most = largest_bytes()
    return {
        "accept": ACCEPT,
        "most_files": MOST_FILES,
        "most_bytes": most,
        "most_size": f"{most // (1024 * 1024)} MB",
    }


def keep_evidence(file: IO[bytes], name: str) -> KeptEvidence:
    """Check and keep a file.

    Raises Invalid (field "file") with what is wrong; nothing is kept then.
    """
    most = largest_bytes()
    content = file.read(most + 1)
    if not content:
        raise _refusal(_l("文件是空的，请重新选择。"))
    if len(content) > most:
        raise _refusal(_l("文件超过 %(most)s MB，请压缩后再上传。", most=most // (1024 * 1024)))
    suffix = _suffix_of(content)
    path = f"{EVIDENCE}/{secrets.token_hex(16)}{suffix}"
    files().write(path, content)
    return KeptEvidence(path, len(content), hashlib.sha256(content).hexdigest(), shown_name(name))


def shown_name(name: str) -> str:
    """What a file is called on pages: the last part of its name, without control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())[-_LONGEST_NAME:] or "evidence"


def _suffix_of(content: bytes) -> str:
    if content.startswith(_PDF_MAGIC):
        if b"%%EOF" not in content[-_PDF_END_WITHIN_BYTES:]:
            raise _refusal(_l("这不是完整的 PDF 文件，请检查后重新选择。"))
        return ".pdf"
    return _picture_suffix(content)


def _picture_suffix(content: bytes) -> str:
    try:
        with (
            _refusing_halves(),
            Image.open(io.BytesIO(content), formats=tuple(_SUFFIXES)) as picture,
        ):
            suffix = _SUFFIXES[picture.format or ""]
            if picture.width * picture.height > _MOST_PIXELS:
                raise _refusal(_l("图片过大，请缩小后再上传。"))
            picture.load()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ):
        raise _refusal(_l("只能上传 PDF、JPG 或 PNG 文件；请检查文件是否完整。")) from None
    return suffix


@contextmanager
def _refusing_halves() -> Iterator[None]:
    """Inside the block Pillow refuses a picture whose end is missing.

    Whether it does is the process's, and the renderer of documents turns it off as it is loaded.
    """
    with _HALVES:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _refusal(message: object) -> Invalid:
    return Invalid(message, field="file")
