"""Sets the e-textbook: Markdown through WeasyPrint, with cover, contents and page numbers."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from weasyprint import HTML

from maker.source import THEME, Course

_HEADING = re.compile(r"<h([12])>(.*?)</h\1>")
_environment = Environment(
    loader=FileSystemLoader(THEME), autoescape=False, undefined=StrictUndefined
)


def make_textbook(course: Course) -> Path | None:
    """Writes textbook.pdf if the course has a textbook; returns where it lies."""
    source = course.folder / "source" / "textbook.md"
    if not source.exists():
        return None
    html = MarkdownIt("commonmark").enable("table").render(source.read_text(encoding="utf-8"))
    text, contents = _number_headings(html)
    template = _environment.get_template("textbook.html.j2")
    facts = {"course": course.facts, "text": text, "contents": contents}
    book = course.folder / "textbook.pdf"
    with tempfile.TemporaryDirectory() as name:
        fonts = [
            {
                "weight": weight,
                "address": _cut_font(weight, template.render(fonts=[], **facts), name),
            }
            for weight in ("normal", "bold")
        ]
        HTML(string=template.render(fonts=fonts, **facts), base_url=str(THEME)).write_pdf(book)
    return book


def _cut_font(weight: str, text: str, folder: str) -> str:
    """A copy of the serif with only the letters of the text; returns its address.

    WeasyPrint keeps the numbers of all 65,535 glyphs when it embeds the whole font,
    which alone costs a quarter of a megabyte for each book.
    """
    pattern = f"Noto Serif CJK SC:weight={'bold' if weight == 'bold' else 'regular'}"
    match = subprocess.check_output(["fc-match", "-f", "%{file}|%{index}", pattern], text=True)
    file, index = match.split("|")
    font = TTFont(file, fontNumber=int(index) & 0xFFFF)
    options = subset.Options(desubroutinize=True)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=text + "0123456789.·…—")
    cutter.subset(font)
    _renumber_glyphs(font)
    path = Path(folder) / f"{weight}.otf"
    font.save(path)
    return path.as_uri()


def _renumber_glyphs(font: TTFont) -> None:
    """Makes each glyph's character identifier (CID) equal to its place in the font.

    WeasyPrint writes places, readers look for identifiers, and cutting had parted the two.
    """
    top = font["CFF "].cff.topDictIndex[0]
    names = {old: f"cid{place:05}" if place else old for place, old in enumerate(top.charset)}
    outlines = top.CharStrings
    outlines.charStrings = {names[old]: outline for old, outline in outlines.charStrings.items()}
    font["hmtx"].metrics = {names[old]: size for old, size in font["hmtx"].metrics.items()}
    for table in font["cmap"].tables:
        table.cmap = {letter: names[old] for letter, old in table.cmap.items()}
    top.charset = [names[old] for old in top.charset]
    font.setGlyphOrder(top.charset)


def _number_headings(html: str) -> tuple[str, list[dict[str, str]]]:
    """Gives each heading an anchor; returns the text and the contents in order."""
    contents: list[dict[str, str]] = []

    def anchor(match: re.Match[str]) -> str:
        name = f"h{len(contents)}"
        contents.append({"level": match[1], "name": name, "title": match[2]})
        return f'<h{match[1]} id="{name}">{match[2]}</h{match[1]}>'

    return _HEADING.sub(anchor, html), contents
