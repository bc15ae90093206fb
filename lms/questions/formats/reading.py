"""What every format gives when it reads a file, and the face it shows. Pure functions and data."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.rules import QuestionFacts, problems

MOST_QUESTIONS = 1000
EXCERPT = 60
# Of one question; whoever made more mistakes in it finds the others when these are mended.
_MOST_SAID = 12
# What the fields of a question are called where a trainer reads of them.
FIELD_LABELS = {
    "kind": _l("题型"),
    "use": _l("用途"),
    "text": _l("题干"),
    "options": _l("选项"),
    "answer": _l("答案"),
    "explanation": _l("解析"),
    "difficulty": _l("难度"),
    "topic": _l("知识点"),
    "lesson": _l("课时"),
}


@dataclass(frozen=True)
class Place:
    """Where a question stands: the row or line as programs show it, the file of a package, and
    the name it bears there; each may be missing (0 or empty)."""

    line: int = 0
    name: str = ""
    file: str = ""

    @property
    def label(self) -> Any:
        """The place in the user's words."""
        if self.file:
            return _l("文件 %(name)s", name=self.file)
        if self.line and self.name:
            return _l("第 %(line)d 行（%(name)s）", line=self.line, name=self.name)
        return _l("第 %(line)d 行", line=self.line) if self.line else self.name


@dataclass(frozen=True)
class Problem:
    """Why a question cannot be taken: the field or column, and the reason for the user."""

    field: Any
    message: Any


@dataclass
class Draft:
    """One question as met in a file. With problems it is not taken; notes say what was left out.

    `source` is the question as it stood, in whatever shape its format gives it back in; `lesson`
    the title of a lesson or nothing.
    """

    place: Place
    source: Any = None
    facts: QuestionFacts | None = None
    lesson: str = ""
    notes: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, message: Any) -> None:
        """Do not take this question, for what its field `name` holds."""
        if len(self.problems) < _MOST_SAID:
            self.problems.append(Problem(FIELD_LABELS.get(name, name), message))

    def note(self, message: Any) -> None:
        """Say once that something was left out or changed."""
        is_new = str(message) not in {str(known) for known in self.notes}
        if is_new and len(self.notes) < _MOST_SAID:
            self.notes.append(message)

    @property
    def excerpt(self) -> str:
        """The beginning of its text, by which a trainer knows it again."""
        text = self.facts.text if self.facts else ""
        return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


@dataclass
class Reading:
    """The questions of a file, in its order, and what is to say of the file as a whole."""

    drafts: list[Draft]
    notes: list[Any] = field(default_factory=list)

    @property
    def sound(self) -> list[Draft]:
        """The questions that can be taken."""
        return [draft for draft in self.drafts if not draft.problems]

    @property
    def faulty(self) -> list[Draft]:
        """The questions that cannot."""
        return [draft for draft in self.drafts if draft.problems]


@dataclass(frozen=True)
class Loss:
    """What a format does not carry of a question. `is_whole`: it leaves out the question."""

    message: Any
    is_whole: bool = False


@dataclass(frozen=True)
class Entry:
    """A question to be written, with the title of its lesson or nothing."""

    facts: QuestionFacts
    lesson: str = ""


class QuestionFormat(Protocol):
    """A way to write questions into a file, and to read them again."""

    name: str
    label: Any
    extension: str
    mimetype: str

    def read(self, content: bytes) -> Reading:
        """The questions of a file; raises Invalid (field "file") if it is none of this format."""
        ...

    def losses(self, entry: Entry) -> list[Loss]:
        """What would not be carried of this question."""
        ...

    def write(self, entries: Sequence[Entry]) -> bytes:
        """A file with all the questions that the format can hold."""
        ...

    def give_back(self, drafts: Sequence[Draft]) -> bytes:
        """A file of this format with these questions as they stood, each with its problems."""
        ...


def examine(
    reading: Reading, lessons: Collection[str] = (), known_texts: Collection[str] = ()
) -> Reading:
    """Check what was read by the rules of questions, and against the course it is for.

    `lessons` are the titles of the course's lessons, `known_texts` the texts already in its bank.
    Raises Invalid (field "file") for no question at all, or too many.
    """
    if not reading.drafts:
        raise Invalid(_l("文件里没有题目。"), field="file")
    if len(reading.drafts) > MOST_QUESTIONS:
        raise Invalid(_l("一次最多导入 1000 道题，请分几次导入。"), field="file")
    seen: dict[str, Place] = {}
    for draft in reading.drafts:
        if draft.facts is not None:
            _examine_facts(draft, draft.facts, lessons, known_texts)
            _find_repeat(draft, draft.facts.text, seen)
    return reading


def _examine_facts(
    draft: Draft, facts: QuestionFacts, lessons: Collection[str], known_texts: Collection[str]
) -> None:
    if not draft.problems:
        for name, message in problems(facts).items():
            draft.refuse(name, message)
    if draft.lesson and draft.lesson not in lessons:
        draft.refuse("lesson", _l("课程中没有课时“%(title)s”。", title=draft.lesson[:EXCERPT]))
    if facts.text in known_texts:
        draft.note(_l("题库里已有题干相同的题。"))


def _find_repeat(draft: Draft, text: str, seen: dict[str, Place]) -> None:
    if not text:
        return
    if text in seen:
        draft.refuse("text", _l("题干与%(place)s的题重复。", place=seen[text].label))
    seen.setdefault(text, draft.place)


def problem_lines(draft: Draft) -> list[str]:
    """The problems of a question, a line each, such as a file that is given back holds."""
    return [f"{problem.field}：{problem.message}" for problem in draft.problems]
