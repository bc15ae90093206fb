"""The outer shape of a GIFT file: questions between empty lines, comments, categories, escapes.

Rules as Moodle's documentation states them ("GIFT format"): a backslash takes the meaning from
`~ = # { } :` and writes a line end as `\\n`; a line that begins with `//` is a comment, in which
`[tag:…]` names a tag; `$CATEGORY:` holds for all that follows.
"""

import itertools
import re
from dataclasses import dataclass, field

from lms.questions.formats.reading import MOST_QUESTIONS

_ESCAPED = ":#={}~n\\"
# Stand-ins that no text may hold (noncharacters of Unicode), so that nothing is confused.
_STAND_INS = {sign: chr(0xFDD0 + place) for place, sign in enumerate(_ESCAPED)}
_MEANINGS = {stand_in: "\n" if sign == "n" else sign for sign, stand_in in _STAND_INS.items()}
_ESCAPE = re.compile(r"\\([:#={}~n\\])")
_TAG = re.compile(r"\[tag:((?:\\.|[^][\\]){1,200})\]")
_CATEGORY = "$CATEGORY:"
_NO_TOPIC = {"$course$", "$system$", "$module$", "$cat1$", "top", ""}


@dataclass
class Block:
    """One question as it stands: its first line, its text without comments, and what holds."""

    line: int
    raw: str
    body: str
    topic: str
    tags: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The questions of a file, in its order; of too many, one more than may be imported."""
    found: list[Block] = []
    topic = ""
    for start, lines in _paragraphs(text):
        heads = 0
        for line in itertools.takewhile(_is_category, lines):
            topic = topic_of(line.strip()[len(_CATEGORY) :])
            heads += 1
        start, lines = start + heads, lines[heads:]
        kept = [(n, line) for n, line in enumerate(lines) if not line.strip().startswith("//")]
        body = "\n".join(line for _n, line in kept).strip()
        if body:
            comments = [line for line in lines if line.strip().startswith("//")]
            tags = [_unescaped_tag(tag) for line in comments for tag in _TAG.findall(line)]
            first = next(n for n, line in kept if line.strip())
            found.append(Block(start + first, "\n".join(lines), body, topic, tags))
        if len(found) > MOST_QUESTIONS:
            break
    return found


def _is_category(line: str) -> bool:
    return line.strip().startswith(_CATEGORY)


def _paragraphs(text: str) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    is_open = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            is_open = False
        elif is_open:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
            is_open = True
    return found


def topic_of(category: str) -> str:
    """The last name of a category's path; nothing for the roots that every system has."""
    # Two strokes are one that belongs to a name.
    steps = category.strip().replace("//", "\0").split("/")
    name = steps[-1].replace("\0", "/").strip()
    return "" if name in _NO_TOPIC else name


def category_of(topic: str) -> str:
    """The path under which questions of this topic are written."""
    return "$course$/top" + (f"/{topic.replace('/', '//')}" if topic else "")


def hide_escapes(text: str) -> str:
    """The text with a stand-in for every escaped sign, so that the others can be looked for."""
    clean = re.sub("[\ufdd0-\ufdef]", "\ufffd", text)
    return _ESCAPE.sub(lambda found: _STAND_INS[found.group(1)], clean)


def show_escapes(text: str) -> str:
    """The text with every stand-in as the sign it stands for."""
    return "".join(_MEANINGS.get(sign, sign) for sign in text)


def escape(text: str) -> str:
    """The text so that none of its signs means anything."""
    return re.sub(r"([\\:#={}~])", r"\\\1", text).replace("\n", r"\n")


def tag_comment(tags: list[str]) -> str:
    """A comment line that names the tags."""
    escaped = (re.sub(r"([][\\])", r"\\\1", tag) for tag in tags)
    return "// " + " ".join(f"[tag:{tag}]" for tag in escaped)


def _unescaped_tag(tag: str) -> str:
    return re.sub(r"\\(.)", r"\1", tag)
