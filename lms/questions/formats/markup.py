"""HTML of other systems as the plain text of questions, and back.

A question's text is plain but for formulas (`$…$`, `$$…$$`) and pictures (`![…](picture:…)`).
What HTML says beyond that becomes text where it can (line ends, lists, tables, powers) and is
named in a note where it cannot.
"""

import html
import re
from html.parser import HTMLParser
from typing import Any

import nh3
from flask_babel import lazy_gettext as _l

from lms.questions.markup import Formula, Part, Picture, parts_of

_BLOCKS = {"p", "div", "li", "ul", "ol", "tr", "table", "pre", "blockquote", "br", "hr", "dt", "dd"}
_BLOCKS |= {f"h{level}" for level in range(1, 7)}
_EMPHASIS = {"b", "strong", "i", "em", "u", "s", "del", "mark"}
_MEDIA = ("audio", "video", "object", "embed", "iframe", "svg", "canvas", "applet")
_KNOWN = _BLOCKS | _EMPHASIS | {"sub", "sup", "td", "th", "img", "span", "font", "a", "code"}
_KNOWN |= {"tbody", "thead", "small", "big", "center", "section", "article", "figure"}
# Attributes need their values here: in "a<b and b>c" nothing is a tag.
_ATTRIBUTES = r"""(?:\s+[a-zA-Z:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))*\s*/?>"""
_WHOLE = "|".join(sorted({*_MEDIA, "script", "style", "math"}))
_TAG = (
    rf"/?(?:(?:{'|'.join(sorted(_KNOWN))}|[a-z]+:[a-z]+)(?![\w-]){_ATTRIBUTES}"
    rf"|(?:{_WHOLE})(?![\w-])[^<>]*>)|!--"
)
_IS_HTML = re.compile(
    rf"<(?:{_TAG})|&(?:#\d{{1,7}}|#x[0-9a-f]{{1,6}}|[a-z]{{2,31}}\d{{0,2}});", re.IGNORECASE
)
_NO_TAG = re.compile(rf"<(?!{_TAG})", re.IGNORECASE)
_MEDIA_TAG = re.compile(rf"<(?:{'|'.join(_MEDIA)})\b", re.IGNORECASE)
_MATH_TAG = re.compile(r"<(?:m:|mml:)?math\b", re.IGNORECASE)
_TEX = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$", re.DOTALL)
_MOST_NAMED = 40
# Far more than any text of a question may have: it is refused for its length, so is left as it is.
_LONGEST = 20_000
_INLINE_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]+")


class _Text(HTMLParser):
    """Collects the text of cleaned HTML, and what cannot become text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.notes: list[Any] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._leave_out_picture(dict(attrs))
        elif tag in ("td", "th"):
            self._cells += 1
            self.parts.append(" | " if self._cells > 1 else "")
        elif tag in _BLOCKS:
            self._cells = 0
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("· ")
        elif tag == "sup":
            self.parts.append("^")
        elif tag == "sub":
            self.parts.append("_")
        self._note_style(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and tag not in ("br", "hr", "li"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _note_style(self, tag: str) -> None:
        if tag == "table":
            self.notes.append(_l("表格改成了文字，单元格之间用 | 隔开。"))
        elif tag in ("sub", "sup"):
            self.notes.append(_l("上标、下标改成了 ^ 和 _。"))
        elif tag in _EMPHASIS:
            self.notes.append(_l("加粗、斜体等样式没有保留。"))

    def _leave_out_picture(self, attributes: dict[str, str | None]) -> None:
        name = attributes.get("alt") or (attributes.get("src") or "").rpartition("/")[2]
        name = "" if name.startswith("data:") else name[:_MOST_NAMED]
        self.notes.append(_l("图片“%(name)s”没有导入。", name=name))
        self.parts.append(f"[图片：{name}]" if name else "[图片]")


def html_to_text(
    text: str, *, keeps_lines: bool = False, is_html: bool = False
) -> tuple[str, list[Any]]:
    """Plain text of what may be HTML, with notes on what was left out or changed.

    `keeps_lines`: line ends count as such, as in texts that are only partly HTML; otherwise they
    are blanks, as everywhere in HTML. A text without any known tag or reference is taken as it is,
    unless `is_html` says that it is HTML for certain.
    """
    text = _INLINE_DATA.sub("data:", text.replace("\r\n", "\n"))
    notes: list[Any] = []
    if len(text) > _LONGEST:
        return text, notes
    if is_html or _IS_HTML.search(text):
        text = text if is_html else _NO_TAG.sub("&lt;", text)
        if _MEDIA_TAG.search(text):
            notes.append(_l("音频、视频等内容没有导入。"))
        if _MATH_TAG.search(text):
            notes.append(_l("MathML 公式没有导入，请用 TeX 重写。"))
        text = _flatten(text.replace("\n", "<br>") if keeps_lines else text, notes)
    text = _with_own_formulas(text.strip(), notes)
    return text, notes


def _flatten(text: str, notes: list[Any]) -> str:
    dropped = {"script", "style", "math", *_MEDIA}
    cleaned = nh3.clean(
        text,
        tags=_KNOWN,
        clean_content_tags=dropped,
        attributes={"img": {"src", "alt"}},
        url_schemes={"http", "https", "data"},
        link_rel=None,
    )
    collector = _Text()
    collector.feed(cleaned)
    collector.close()
    notes += collector.notes
    lines = (line.strip(" \xa0") for line in "".join(collector.parts).split("\n"))
    kept = re.sub(r"\n{2,}", "\n", "\n".join(lines))
    return kept.replace("\xa0", " ").strip()


def _with_own_formulas(text: str, notes: list[Any]) -> str:
    parts, end = [], 0
    for found in _TEX.finditer(text):
        inline, display, dollars = found.groups()
        parts.append(_with_plain_dollars(text[end : found.start()], notes))
        parts.append(f"${inline.strip()}$" if inline else f"$${(display or dollars).strip()}$$")
        end = found.end()
    return "".join(parts) + _with_plain_dollars(text[end:], notes)


def _with_plain_dollars(text: str, notes: list[Any]) -> str:
    # Elsewhere a single sign is money; two of them could be taken for a formula here.
    if not any(isinstance(part, Formula) for part in parts_of(text)):
        return text
    notes.append(_l("不是公式的 $ 改成了全角＄。"))
    return text.replace("$", "＄")


def has_picture(*texts: str) -> bool:
    """Whether one of the texts shows a picture."""
    return any(isinstance(part, Picture) for text in texts for part in parts_of(text))


def has_formula(*texts: str) -> bool:
    """Whether one of the texts holds a formula."""
    return any(isinstance(part, Formula) for text in texts for part in parts_of(text))


def to_tex(text: str) -> str:
    r"""Formulas as other systems mark them, `\(…\)` and `$$…$$`; pictures by their names."""
    return "".join(map(_in_tex, parts_of(text)))


def _in_tex(part: Part) -> str:
    match part:
        case Formula(tex, is_block):
            return f"$${tex}$$" if is_block else rf"\({tex}\)"
        case Picture(_, alt):
            return f"[图片：{alt}]" if alt else "[图片]"
        case _:
            return part


def text_to_html(text: str) -> str:
    """The text as HTML that reads the same."""
    return html.escape(to_tex(text), quote=False).replace("\n", "<br>")
