"""What the first bytes of a file say: whether it is certainly no film. Pure functions."""

HEAD_BYTES = 512
# Beginnings of what people take for a film by mistake. A list of films would be too short: what
# is not named here is looked into by ffprobe once it is whole.
_OTHERS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"MZ",
    b"\x7fELF",
    b"SQLite format 3",
    b"{\\rtf",
)
# Text has none of these; every film has some in its first half kilobyte.
_NOT_IN_TEXT = frozenset(range(0x00, 0x09)) | frozenset(range(0x0E, 0x1B)) | {0x7F}


def is_no_film(head: bytes) -> bool:
    """Whether a file that begins with `head` (HEAD_BYTES, or all it has) is another thing."""
    return head.startswith(_OTHERS) or _is_text(head)


def _is_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return bool(head) and not _NOT_IN_TEXT.intersection(head)
