"""The little markup of question texts: formulas and pictures; everything else is text.

Pure: it splits a text into parts; how they look is said in `shown`.
"""

import re
from dataclasses import dataclass

# As pandoc reads them: no space inside the signs and no digit behind, so that "$5 or $6" is money.
PICTURE_ID_LENGTH = 16
_MARKED = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,200})\]\(picture:(?P<picture>[0-9a-f]{16})\)|"
    r"\$\$(?P<block>[^$]+)\$\$"
    r"|\$(?!\s)(?P<inline>[^$\n]+)(?<!\s)\$(?!\d)"
)


@dataclass(frozen=True)
class Formula:
    """A formula in TeX; a block stands on a line of its own."""

    tex: str
    is_block: bool


@dataclass(frozen=True)
class Picture:
    """A picture of the course's bank; `alt` says what it shows."""

    public_id: str
    alt: str

    @property
    def markup(self) -> str:
        """How a text names it."""
        return f"![{self.alt}](picture:{self.public_id})"


Part = str | Formula | Picture


def parts_of(text: str) -> list[Part]:
    """The text as plain pieces, formulas and pictures, in order; nothing of it is lost."""
    parts: list[Part] = []
    end = 0
    for found in _MARKED.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(_marked(found))
        end = found.end()
    return [*parts, text[end:]] if end < len(text) else parts


def _marked(found: re.Match[str]) -> Part:
    if found["picture"]:
        return Picture(found["picture"], found["alt"])
    block = found["block"]
    return Formula((block or found["inline"]).strip(), is_block=block is not None)
