"""The blanks of a fill-in question, as its text marks them, and as other systems do."""

import re

BLANK = "____"
# A longer line is one blank all the same; other systems draw shorter ones, too.
_DRAWN = re.compile(r"_{4,}")
_FOREIGN = re.compile(r"_{3,}")


def around_blanks(text: str) -> list[str]:
    """What stands before, between and behind the blanks; an unmarked one is behind the text."""
    parts = _DRAWN.split(text)
    return parts if len(parts) > 1 else [f"{text} ", ""]


def mark_blanks(text: str) -> str:
    """The text of another system with every line drawn in it as a blank."""
    return _FOREIGN.sub(BLANK, text)
