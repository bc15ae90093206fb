"""The little markup of question texts: formulas between dollar signs; everything else is text.

Pure: it splits a text into parts; how they look is said in `shown`.
"""

import re
from dataclasses import dataclass

# As pandoc reads them: no space inside the signs and no digit behind, so that "$5 or $6" is money.
_MARKED = re.compile(
    r"\$\$(?P<block>[^$]+)\$\$"
    r"|\$(?!\s)(?P<inline>[^$\n]+)(?<!\s)\$(?!\d)"
)


@dataclass(frozen=True)
class Formula:
    """A formula in TeX; a block stands on a line of its own."""

    tex: str
    is_block: bool


Part = str | Formula


def parts_of(text: str) -> list[Part]:
    """The text as plain pieces and formulas, in order; nothing of it is lost."""
    parts: list[Part] = []
    end = 0
    for found in _MARKED.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(_marked(found))
        end = found.end()
    return [*parts, text[end:]] if end < len(text) else parts


def _marked(found: re.Match[str]) -> Part:
    block = found["block"]
    return Formula((block or found["inline"]).strip(), is_block=block is not None)
