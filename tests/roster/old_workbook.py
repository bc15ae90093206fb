"""A workbook of Excel 97 (BIFF8 in a compound file), as small as it can be: nothing at hand writes
one any more, and units still have them."""

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(rows, sheet="Sheet1"):
    """An xls file as bytes: texts and numbers."""
    return _compound(_stream(rows, sheet))


def _record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def _text(text, length):
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _stream(rows, sheet):
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1996, 0, 6)
    name = _text(sheet, "<B")
    head_size = len(_record(0x0809, begin)) + len(_record(0x0085, bytes(6) + name)) + 4
    listed = _record(0x0085, struct.pack("<IBB", head_size, 0, 0) + name)
    head = _record(0x0809, begin) + listed + _record(0x000A, b"")
    cells = b"".join(
        _cell(number, place, value)
        for number, cells in enumerate(rows)
        for place, value in enumerate(cells)
    )
    begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1996, 0, 6)
    return head + _record(0x0809, begin) + cells + _record(0x000A, b"")


def _cell(number, place, value):
    where = struct.pack("<HHH", number, place, 0)
    if isinstance(value, (int, float)):
        return _record(0x0203, where + struct.pack("<d", value))
    return _record(0x0204, where + _text(value, "<H"))


def _compound(stream):
    # Streams under 4096 bytes would need a second kind of sectors.
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    fat = [_FAT, _END, *range(3, count + 2), _END]
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    entries = _entry("Root Entry", 5, _END, 0, child=1)
    entries += _entry("Workbook", 2, 2, len(stream))
    entries += (bytes(68) + struct.pack("<III", _FREE, _FREE, _FREE) + bytes(48)) * 2
    return header + struct.pack(f"<{len(fat)}I", *fat) + entries + stream


def _entry(name, kind, start, size, child=_FREE):
    title = name.encode("utf-16-le")
    entry = title.ljust(64, b"\0") + struct.pack("<HBB", len(title) + 2, kind, 1)
    entry += struct.pack("<III", _FREE, _FREE, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)
