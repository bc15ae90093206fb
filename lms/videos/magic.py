"""What the first bytes of a file say: whether it certainly is no film. Pure functions."""

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


# How texts begin that name films instead of being one: HLS, ffconcat, SMIL, ASX, PLS, ASF and
# QuickTime links, SDP.
_LISTS = ("#extm3u", "ffconcat", "<smil", "<asx", "[playlist]", "[reference]", "rtsptext", "v=0")
# The same in XML: DASH, SMIL, XSPF, Smooth Streaming.
_XML_LISTS = ("<mpd", "<smil", "<playlist", "<smoothstreamingmedia")


def is_no_film(head: bytes) -> bool:
    """Whether a file that begins with `head` (HEAD_BYTES, or all it has) is another thing."""
    return head.startswith(_OTHERS) or _is_text(head)


def _is_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return bool(head) and not _NOT_IN_TEXT.intersection(head)


def names_films(head: bytes) -> bool:
    """Whether a file that begins with `head` names films instead of being one."""
    if head[4:8] in (b"moov", b"ftyp") and b"rmra" in head:
        # A QuickTime reference movie.
        return True
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    is_xml_list = text.startswith("<") and any(mark in text for mark in _XML_LISTS)
    return text.startswith(_LISTS) or is_xml_list
