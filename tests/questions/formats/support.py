"""Questions of every kind, with the signs that formats give a meaning; and short ways to read."""

import io
import zipfile

from lms.questions.facts import QuestionFacts
from lms.questions.formats import recognize
from lms.questions.formats.reading import Draft, Entry, Reading, examine
from lms.questions.kinds import QuestionKind, QuestionUse

LESSON = "第一讲"


def facts(kind: QuestionKind, text: str, options, answer, **more) -> QuestionFacts:
    return QuestionFacts(kind=kind, text=text, options=tuple(options), answer=tuple(answer), **more)


SIGNS = facts(
    QuestionKind.SINGLE,
    "1+1 = 几？{x} ~a #b: \\n <b> & 50% [html]",
    ("2", "%3%", "=4", "a->b", "\\", "#####"),
    (0,),
    explanation="见第一条\n第二条 $x^2$",
    use=QuestionUse.EXAM,
    difficulty=3,
    topic="数/学",
)
EVERY_KIND = (
    SIGNS,
    facts(QuestionKind.MULTIPLE, "多选\n第二行", "甲乙丙丁戊己庚", (0, 2, 5), topic="年度"),
    facts(QuestionKind.TRUE_FALSE, "判断", ("正确", "错误"), (1,), explanation="因为"),
    facts(QuestionKind.FILL_IN, "首都是____吗", (), (("北京", "*北~京*", 'b&<b>"}'),)),
    facts(QuestionKind.FILL_IN, "甲 ____，乙____。", (), (("1",), ("二", "a|b"))),
    facts(QuestionKind.ORDERING, "排序", ("一 {a}", "二\\x", "三:=~#", "<i>"), (0, 1, 2, 3)),
    facts(
        QuestionKind.MATCHING,
        "配对",
        (("a -> b", "1 = 1"), ("c=>d", "2|"), ("", "|3 ~ #")),
        (0, 1),
        explanation="e",
        use=QuestionUse.POPUP,
        difficulty=1,
    ),
)
ENTRIES = tuple(Entry(each, LESSON) for each in EVERY_KIND)


def read(content: bytes | str, lessons=(LESSON,), known=()) -> Reading:
    """A file as the import page reads it."""
    content = content.encode() if isinstance(content, str) else content
    return examine(recognize(content).read(content), lessons, known)


def one(content: bytes | str) -> Draft:
    [draft] = read(content).drafts
    return draft


def sound(content: bytes | str) -> QuestionFacts:
    """The one question of a file, which is sound."""
    draft = one(content)
    assert said(draft) == []
    return draft.facts


def said(draft: Draft) -> list[str]:
    return [str(problem.message) for problem in draft.problems]


def notes(draft: Draft) -> str:
    return "\n".join(map(str, draft.notes))


def zipped(parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
