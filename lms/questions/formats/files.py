"""What reaches us as a file: told from its content, bounded, and opened without harm."""

import io
import re
import zipfile
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid

MAX_BYTES = 4 * 1024 * 1024
MAX_PACKAGE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_PART_BYTES = 16 * 1024 * 1024
MAX_PARTS = 3000
# Deflate reaches about 1000 to 1; texts and pictures stay far below this.
MAX_RATIO = 200
_SMALL = 1024 * 1024
ZIP_MAGIC = b"PK\x03\x04"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Names under which files are declared, and what reads them: GB 2312 and GBK are parts of GB 18030.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "iso-8859-1": "iso-8859-1",
    "windows-1252": "cp1252",
}


def decode_text(content: bytes) -> str:
    """The text of a file: by its mark, the encoding an XML file declares, UTF-8, or GB 18030.

    Raises Invalid (field "file") for what is no text.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], [codec])
    declared = _DECLARED.match(content)
    if declared:
        name = declared.group(1).decode().lower()
        if name not in _CODECS:
            raise Invalid(_l("不认识文件的编码 %(name)s，请改用 UTF-8。", name=name), field="file")
        return _decoded(content, [_CODECS[name]])
    return _decoded(content, ["utf-8", "gb18030"])


def _decoded(content: bytes, codecs: list[str]) -> str:
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Invalid(_l("无法读取文件里的文字，请用 UTF-8 编码另存后再试。"), field="file")


@dataclass(frozen=True)
class Package:
    """The parts of a zip file, none of them unpacked yet; made by `open_package`."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """One part. Raises Invalid for a part that is broken, or larger than it says."""
        try:
            with self.archive.open(name) as part:
                content = part.read(MAX_PART_BYTES + 1)
        except (zipfile.BadZipFile, KeyError, OSError, EOFError, ValueError, RuntimeError) as error:
            raise _broken() from error
        except Exception as error:
            # zlib, lzma and bz2 each raise an error of their own for a damaged stream.
            if type(error).__module__ in ("zlib", "_lzma", "builtins"):
                raise _broken() from error
            raise
        if len(content) > MAX_PART_BYTES:
            raise _swollen()
        return content


def open_package(content: bytes) -> Package:
    """A zip file whose directory promises nothing unreasonable. Raises Invalid (field "file").

    Bounded are the number of parts, their unpacked size together and each, and the ratio to what
    is packed; refused are encrypted parts, links, and names that lead out of the package.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _broken() from error
    parts = [part for part in archive.infolist() if not part.is_dir()]
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > _SMALL and unpacked > MAX_RATIO * max(len(content), 1)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or is_bomb:
        raise _swollen()
    names = [part.filename for part in parts]
    if len(set(names)) != len(names) or not all(_is_plain(part) for part in parts):
        raise Invalid(_l("压缩包里有不允许的文件名、链接或加密内容。"), field="file")
    return Package(archive, tuple(names))


def _is_plain(part: zipfile.ZipInfo) -> bool:
    steps = part.filename.replace("\\", "/").split("/")
    is_inside = ".." not in steps and steps[0] != "" and ":" not in steps[0]
    is_encrypted = part.flag_bits & 0x1
    # The upper half holds the mode of Unix; 0o120000 is a symbolic link.
    is_link = (part.external_attr >> 16) & 0o170000 == 0o120000
    return is_inside and not is_encrypted and not is_link


def _broken() -> Invalid:
    return Invalid(_l("压缩包已损坏，无法读取。"), field="file")


def _swollen() -> Invalid:
    return Invalid(_l("文件解压后过大，请分几次导入。"), field="file")
