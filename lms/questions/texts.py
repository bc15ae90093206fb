"""What may stand in the texts of questions and answers. Pure."""

import re

# What is pasted from elsewhere may hold characters that no page shows and no workbook can hold
# (XML 1.0, 2.2); tabs and line ends are no such.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without control characters; tabs and line ends stay."""
    return _UNPRINTABLE.sub("", text)


def is_printable(text: str) -> bool:
    """Whether the text holds no control character."""
    return _UNPRINTABLE.search(text) is None
