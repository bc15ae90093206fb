"""Cuts a font collection down to GB 2312: `python -P subset_font.py SOURCE TARGET`.

A process of its own, since it takes ten seconds of processor and 300 MB that the worker would keep.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "CJK SC"
# Characters outside GB 2312 that certificates carry, the middle dot of minority names among them.
_MORE = "·—…“”‘’《》〔〕％㎡"
_DROPPED = ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS"]


def gb2312_characters() -> set[int]:
    """The code points of GB 2312, of ASCII, and of a few more."""
    characters = set(range(0x20, 0x7F)) | {ord(character) for character in _MORE}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            decoded = bytes([row, cell]).decode("gb2312", errors="ignore")
            characters.update(map(ord, decoded))
    return characters


def subset_font(source: Path, target: Path) -> None:
    """Write the simplified Chinese font of the collection `source`, cut down, to `target`."""
    options = subset.Options(
        layout_features=[], hinting=False, name_IDs=[1, 2, 4, 6], notdef_outline=True
    )
    options.drop_tables += _DROPPED
    with TTFont(source, fontNumber=_simplified_chinese(source), lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=gb2312_characters())
        subsetter.subset(font)
        _renumber(font)
        font.save(target)


def _renumber(font: TTFont) -> None:
    """Number the characters of the font as its glyphs are numbered.

    PDF files name glyphs by their place in the font. In a font that keeps the character numbers of
    the collection, some readers (MuPDF) take the place for such a number and print nothing.
    """
    new_name = {
        name: f"cid{place:05d}" if place else ".notdef"
        for place, name in enumerate(font.getGlyphOrder())
    }
    top = font["CFF "].cff.topDictIndex[0]
    drawn = top.CharStrings.charStrings
    top.CharStrings.charStrings = {new_name[name]: glyph for name, glyph in drawn.items()}
    top.charset = list(new_name.values())
    advances = font["hmtx"].metrics
    font["hmtx"].metrics = {new_name[name]: metrics for name, metrics in advances.items()}
    for table in font["cmap"].tables:
        table.cmap = {code: new_name[name] for code, name in table.cmap.items()}
    font.setGlyphOrder(list(new_name.values()))


def _simplified_chinese(source: Path) -> int:
    with TTCollection(source, lazy=True) as collection:
        names = [font["name"].getDebugName(1) for font in collection.fonts]
    return next(place for place, name in enumerate(names) if name.endswith(FAMILY))


if __name__ == "__main__":
    subset_font(Path(sys.argv[1]), Path(sys.argv[2]))
