"""What a format writes, it reads again unchanged; what it cannot hold, it names beforehand."""

import pytest

from lms.questions.formats import FORMATS, GIFT, QTI_21, WORKBOOK, format_named, recognize
from lms.questions.formats.reading import Entry
from lms.questions.kinds import QuestionKind
from tests.questions.formats.support import (
    ENTRIES,
    EVERY_KIND,
    LESSON,
    SIGNS,
    facts,
    notes,
    read,
    said,
)

pytestmark = pytest.mark.no_database
by_name = pytest.mark.parametrize("found", FORMATS, ids=lambda each: each.name)


def whole_losses(found, entry):
    return [loss for loss in found.losses(entry) if loss.is_whole]


@by_name
def test_every_kind_comes_back_as_it_was(found):
    drafts = read(found.write(ENTRIES)).drafts
    kept = [entry.facts for entry in ENTRIES if not whole_losses(found, entry)]
    assert [draft.facts for draft in drafts] == kept
    assert {(draft.lesson, notes(draft), *said(draft)) for draft in drafts} == {(LESSON, "")}


@by_name
def test_a_file_is_known_by_its_content(found):
    assert recognize(found.write(ENTRIES)) is found
    assert format_named(found.name) is found


@by_name
def test_what_is_given_back_can_be_mended_where_it_stands(found):
    wrong = facts(QuestionKind.SINGLE, "没有这一讲", ("甲", "乙"), (0,), difficulty=3, topic="年度")
    content = found.write([Entry(SIGNS, LESSON), Entry(wrong, "没有的讲")])
    faulty = read(content).faulty
    assert [draft.facts.text for draft in faulty] == ["没有这一讲"]
    again = read(found.give_back(faulty), lessons=["没有的讲"])
    assert [draft.lesson for draft in again.sound] == ["没有的讲"]
    assert again.sound[0].facts.difficulty == 3


@by_name
def test_a_thousand_questions_are_read_and_one_more_is_refused(found):
    many = [
        Entry(facts(QuestionKind.TRUE_FALSE, f"第 {n} 题", ("正确", "错误"), (0,)))
        for n in range(1000)
    ]
    assert len(read(found.write(many)).sound) == 1000
    one_more = Entry(facts(QuestionKind.TRUE_FALSE, "多的", ("正确", "错误"), (0,)))
    with pytest.raises(Exception, match="1000"):
        read(found.write([*many, one_more]))


@pytest.mark.parametrize("number", range(len(EVERY_KIND)))
@by_name
def test_a_format_leaves_out_a_question_only_if_it_says_so(found, number):
    entry = ENTRIES[number]
    written = read(found.write([entry, Entry(SIGNS)])).drafts if entry.facts != SIGNS else [1, 2]
    assert len(written) == (1 if whole_losses(found, entry) else 2)


def test_gift_says_what_it_does_not_hold():
    several = next(e for e in ENTRIES if len(e.facts.answer) == 2 and not e.facts.options)
    [loss] = GIFT.losses(several)
    assert loss.is_whole
    ordering = facts(QuestionKind.ORDERING, "排", "甲乙", (0, 1), explanation="因为")
    assert "解析" in str(GIFT.losses(Entry(ordering))[0].message)


def test_pictures_and_formulas_are_named_where_they_suffer():
    shown = Entry(
        facts(QuestionKind.SINGLE, "看图 ![电路](picture:0123456789abcdef) $x$", "甲乙", (0,))
    )
    for found in FORMATS:
        messages = [str(loss.message) for loss in found.losses(shown)]
        assert any(message.startswith("图片") for message in messages)
        assert any(message.startswith("公式") for message in messages) == (
            found.name.startswith("qti")
        )
        if found is not WORKBOOK:
            assert read(found.write([shown])).sound[0].facts.text == "看图 [图片：电路] $x$"


def test_a_price_is_no_formula():
    text = "甲 $5，乙 $6，公式 $a+b$"
    for found in (GIFT, QTI_21):
        drafts = read(found.write([Entry(facts(QuestionKind.SINGLE, text, "甲乙", (0,)))])).drafts
        assert drafts[0].facts.text == text
