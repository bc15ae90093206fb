"""Sets the e-textbook: Markdown through WeasyPrint, with cover, contents and page numbers."""

from __future__ import annotations

import re
from pathlib import Path

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
    page = _environment.get_template("textbook.html.j2").render(
        course=course.facts, text=text, contents=contents
    )
    book = course.folder / "textbook.pdf"
    HTML(string=page, base_url=str(THEME)).write_pdf(book, optimize_images=True)
    return book


def _number_headings(html: str) -> tuple[str, list[dict[str, str]]]:
    """Gives each heading an anchor; returns the text and the contents in order."""
    contents: list[dict[str, str]] = []

    def anchor(match: re.Match[str]) -> str:
        name = f"h{len(contents)}"
        contents.append({"level": match[1], "name": name, "title": match[2]})
        return f'<h{match[1]} id="{name}">{match[2]}</h{match[1]}>'

    return _HEADING.sub(anchor, html), contents
