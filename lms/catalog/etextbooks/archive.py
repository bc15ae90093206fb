"""The ZIP archive of an EPUB, opened with limits before anything of it is unpacked."""

import io
import posixpath
import stat
import zipfile
import zlib

from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.books import LARGEST_UNPACKED_BYTES, MOST_FILES, refusal

# Text shrinks to a fifth or a tenth; only what was made to swell shrinks to a hundredth.
_LARGEST_RATIO = 100
_RATIO_COUNTS_FROM_BYTES = 1024 * 1024
_ENCRYPTED = 0x1
# What zipfile and zlib raise for an archive that is cut short, damaged or packed in unknown ways.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


class Archive:
    """Read access to the files of an archive, by their paths. Nothing is written to the disk."""

    def __init__(self, content: bytes) -> None:
        """Raises Invalid (field "file") for what is damaged, encrypted or out of bounds."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGE as error:
            raise _damaged() from error
        entries = [info for info in self._zip.infolist() if not info.is_dir()]
        _check_bounds(entries, len(content))
        for info in entries:
            _check_entry(info)
        self._entries = {info.filename: info for info in entries}
        if len(self._entries) != len(entries):
            raise _damaged()

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def size_of(self, path: str) -> int:
        """How many bytes the file has when unpacked."""
        return self._entries[path].file_size

    def read(self, path: str) -> bytes:
        """The file's bytes; raises Invalid for one that is missing or damaged."""
        try:
            # zipfile stops at the size that was checked, and compares what came with its checksum.
            return self._zip.read(self._entries[path])
        except (KeyError, *_DAMAGE) as error:
            raise _damaged() from error


def _damaged() -> Exception:
    return refusal(_l("这个 EPUB 文件不完整或已损坏，请重新导出后再上传。"))


def _check_bounds(entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    total = sum(info.file_size for info in entries)
    if len(entries) > MOST_FILES or total > LARGEST_UNPACKED_BYTES:
        raise refusal(_l("这个 EPUB 解压后过大或文件过多，不能作为教材，请拆分后再上传。"))
    if total > _RATIO_COUNTS_FROM_BYTES and total > packed_bytes * _LARGEST_RATIO:
        raise _bomb()


def _bomb() -> Exception:
    return refusal(_l("这个 EPUB 的压缩方式异常（可能是压缩炸弹），不能使用。"))


def _check_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise locked()
    swells = info.file_size > info.compress_size * _LARGEST_RATIO
    if info.file_size > _RATIO_COUNTS_FROM_BYTES and swells:
        raise _bomb()
    if not _is_plain(info):
        raise refusal(_l("这个 EPUB 里有不安全的文件路径，不能使用。"))


def locked() -> Exception:
    """The refusal of a book whose content is encrypted."""
    return refusal(_l("这个 EPUB 已加密或带有数字版权保护（DRM），请上传未加密的文件。"))


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file below the archive's root, and no link."""
    name = info.filename
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    leads_out = name.startswith("/") or ":" in name.split("/", 1)[0] or "\\" in name
    return not is_link and not leads_out and ".." not in name.split("/")


def resolve(base: str, href: str) -> str:
    """The path in the archive that a reference without fragment means in the file `base`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), href))
