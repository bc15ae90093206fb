"""What an uploaded file is, told by its content and never by its name."""

import codecs
import io
import zipfile
from typing import Any

from lms.roster.enums import FileFault, SheetFormat
from lms.roster.reader import UnusableError, encoding_of

MOST_UNPACKED_BYTES = 400 * 1024 * 1024
MOST_PARTS = 2000
_ZIP = b"PK\x03\x04"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
# PDF, HTML and XML (also under the name of an old workbook), RTF, pictures, other archives.
_OTHERS = (b"%PDF", b"<", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")


class UnusableFileError(Exception):
    """The file cannot be used at all."""

    def __init__(self, fault: FileFault, **detail: Any) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.detail = detail


def examine(content: bytes, most_mb: int) -> SheetFormat:
    """The kind of file. Nothing of it is unpacked. Raises UnusableFileError."""
    if not content.strip():
        raise UnusableFileError(FileFault.EMPTY)
    if len(content) > most_mb * 1024 * 1024:
        raise UnusableFileError(FileFault.TOO_LARGE, limit=most_mb)
    if content.startswith(_ZIP):
        return _examine_zip(content)
    if content.startswith(_COMPOUND):
        return _examine_compound(content)
    return _examine_text(content)


def _examine_zip(content: bytes) -> SheetFormat:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnusableFileError(FileFault.DAMAGED) from error
    if any(part.flag_bits & 1 for part in parts):
        raise UnusableFileError(FileFault.PASSWORD)
    if not any(part.filename.lower().endswith("workbook.xml") for part in parts):
        raise UnusableFileError(FileFault.WRONG_TYPE)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise UnusableFileError(FileFault.TOO_LARGE_UNPACKED)
    return SheetFormat.XLSX


def _examine_compound(content: bytes) -> SheetFormat:
    """An old workbook, or a new one locked with a password, which has the same outside."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnusableFileError(FileFault.PASSWORD)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return SheetFormat.XLS
    raise UnusableFileError(FileFault.WRONG_TYPE)


def _examine_text(content: bytes) -> SheetFormat:
    start = content[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(_OTHERS):
        raise UnusableFileError(FileFault.WRONG_TYPE)
    try:
        encoding_of(content)
    except UnusableError as error:
        raise UnusableFileError(FileFault.WRONG_TYPE) from error
    return SheetFormat.CSV
