"""What other systems have no place for (use, difficulty, lesson), written as tags and read again.

The words are those of the workbook: they are fixed, whatever language the page is in, for files
travel. A tag that is none of these is taken for the topic if nothing else names one.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.formats.reading import Draft, Entry
from lms.questions.kinds import QuestionKind, QuestionUse
from lms.questions.rules import LONGEST_TOPIC, QuestionFacts

KINDS = {
    "单选题": QuestionKind.SINGLE,
    "多选题": QuestionKind.MULTIPLE,
    "判断题": QuestionKind.TRUE_FALSE,
    "填空题": QuestionKind.FILL_IN,
    "排序题": QuestionKind.ORDERING,
    "匹配题": QuestionKind.MATCHING,
}
USES = {"弹题": QuestionUse.POPUP, "考试": QuestionUse.EXAM, "弹题和考试": QuestionUse.BOTH}
LEVELS = {"易": 1, "中": 2, "难": 3}
# Both spellings, for some systems forbid the colon or write it in their own width.
_SIGNS = ("：", ":", "=")


def name_of(words: dict[str, Any], value: Any) -> str:
    """The word that stands for the value."""
    return next(word for word, meaning in words.items() if meaning == value)


def tags_of(entry: Entry) -> list[str]:
    """Use, difficulty and, if there is one, lesson of a question."""
    tags = [
        f"用途：{name_of(USES, entry.facts.use)}",
        f"难度：{name_of(LEVELS, entry.facts.difficulty)}",
    ]
    return [*tags, f"课时：{entry.lesson}"] if entry.lesson else tags


def apply_tags(draft: Draft, tags: Iterable[str], topic: str) -> None:
    """Give a question that was read what its tags and its category say."""
    if draft.facts is None:
        return
    given: dict[str, Any] = {}
    free: list[str] = []
    for tag in tags:
        _read_tag(draft, tag.strip(), given, free)
    if not topic and free:
        topic = free.pop(0)
    if free:
        draft.note(_l("标签 %(names)s 没有导入。", names="、".join(free)))
    if len(topic) > LONGEST_TOPIC:
        draft.note(_l("知识点过长，已截短到 64 个字。"))
    draft.facts = dataclasses.replace(draft.facts, topic=topic[:LONGEST_TOPIC], **given)


def _read_tag(draft: Draft, tag: str, given: dict[str, Any], free: list[str]) -> None:
    name, value = _split(tag)
    if name == "用途" and value in USES:
        given["use"] = USES[value]
    elif name == "难度" and value in LEVELS:
        given["difficulty"] = LEVELS[value]
    elif name == "课时" and value:
        draft.lesson = value
    elif tag and tag not in free:
        free.append(tag)


def _split(tag: str) -> tuple[str, str]:
    for sign in _SIGNS:
        name, found, value = tag.partition(sign)
        if found and name.strip() in ("用途", "难度", "课时"):
            return name.strip(), value.strip()
    return "", ""


def with_feedback(explanation: str, feedback: Iterable[tuple[str, str]]) -> str:
    """The explanation, and below it what was said of each answer."""
    lines = [f"{answer}：{said}" for answer, said in feedback if said]
    return "\n".join([*([explanation] if explanation else []), *lines])


def is_true_false(options: list[str]) -> bool:
    """Whether two options say right and wrong, in this order, in a language in use."""
    return tuple(option.strip().casefold() for option in options) in {
        ("正确", "错误"),
        ("对", "错"),
        ("true", "false"),
        ("是", "否"),
    }


def choice_kind(options: list[str], rights: list[int], is_single: bool) -> QuestionKind:
    """What kind a choice question of other systems is here."""
    if is_single and is_true_false(options) and len(rights) == 1:
        return QuestionKind.TRUE_FALSE
    return QuestionKind.SINGLE if is_single or len(rights) == 1 else QuestionKind.MULTIPLE


def all_texts(facts: QuestionFacts) -> list[str]:
    """Every text of a question that may hold formulas and pictures."""
    texts = [facts.text, facts.explanation]
    for option in facts.options:
        texts += [option] if isinstance(option, str) else list(option)
    return texts
