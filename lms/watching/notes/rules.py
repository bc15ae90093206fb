"""What a note may be, and how notes read in a file. Pure functions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_CHARACTERS = 2000
MOST_IN_A_LESSON = 500
# Longer than any film; a moment behind it is a mistake of whoever sends it.
_LONGEST_MS = 100 * 3600 * 1000
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class NoteFacts:
    """A note as its page sends it: its key, the moment in milliseconds, its words or none."""

    key: str
    at_ms: int
    text: str


@dataclass(frozen=True)
class Passage:
    """A note in a file or on a page: the moment in the lesson in milliseconds, and the words."""

    at_ms: int
    text: str
    # The place in words, where it is a page and no moment.
    page: str = ""

    @property
    def place(self) -> str:
        """Where it was written: "第 3 页", or 04:05."""
        return self.page or write_moment(self.seconds)

    @property
    def seconds(self) -> int:
        """The moment in whole seconds, as clocks show it."""
        return self.at_ms // 1000


@dataclass(frozen=True)
class Chapter:
    """A lesson with its notes in order; `lesson_id` is None if the course holds it no more."""

    title: str
    lesson_id: int | None
    passages: list[Passage] = field(default_factory=list)


def is_key(text: str) -> bool:
    """Whether a page may call a note so: 128 bits in small hexadecimal digits."""
    return _KEY.fullmatch(text) is not None


def is_moment(value: object) -> bool:
    """Whether it is a moment in milliseconds that some film could have."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and 0 <= value <= _LONGEST_MS  # type: ignore[operator]


def tidy(text: str) -> str:
    """The words with line ends of one kind, and nothing empty around them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def write_moment(seconds: int) -> str:
    """Seconds as 04:05 or 1:02:03."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def as_markdown(heading: str, chapters: Iterable[Chapter], bookmark: str) -> str:
    """The notes as Markdown: a heading for each lesson, an item for each note.

    Further lines of a note are indented, so that they stay in its item.
    """
    return "\n".join(_markdown_lines(heading, chapters, bookmark)) + "\n"


def _markdown_lines(heading: str, chapters: Iterable[Chapter], bookmark: str) -> Iterator[str]:
    yield f"# {heading}"
    for chapter in chapters:
        yield from ("", f"## {chapter.title}", "")
        for passage in chapter.passages:
            words = (passage.text or bookmark).replace("\n", "\n  ")
            yield f"- **{passage.place}** {words}"


def as_text(heading: str, chapters: Iterable[Chapter], bookmark: str) -> str:
    """The notes as plain text: a line for each lesson, its notes behind their moments."""
    return "\n".join(_text_lines(heading, chapters, bookmark)) + "\n"


def _text_lines(heading: str, chapters: Iterable[Chapter], bookmark: str) -> Iterator[str]:
    yield heading
    for chapter in chapters:
        yield from ("", chapter.title)
        for passage in chapter.passages:
            yield f"[{passage.place}] {passage.text or bookmark}"
