"""When an answer is right, what the asked may see, and what a sound question is."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.rules import (
    TRUE_FALSE_OPTIONS,
    QuestionFacts,
    answer_letters,
    is_right,
    printable,
    problems,
    public_view,
)


def facts(**given):
    values = {
        "kind": QuestionKind.SINGLE,
        "text": "每年累计应不少于多少学时？",
        "options": ("90", "60", "30"),
        "answer": (0,),
    }
    return QuestionFacts(**{**values, **given})


FILL_IN = facts(
    kind=QuestionKind.FILL_IN, text="____和____", options=(), answer=(("90", "九十"), ("60",))
)
ORDERING = facts(kind=QuestionKind.ORDERING, answer=(0, 1, 2))
MATCHING = facts(
    kind=QuestionKind.MATCHING,
    options=(("甲", "一"), ("乙", "二"), ("", "三")),
    answer=(0, 1),
)


def pairs(*options):
    return {"options": options, "answer": tuple(range(sum(bool(left) for left, _ in options)))}


@pytest.mark.parametrize(
    ("answer", "chosen", "right"),
    [
        ([0], [0], True),
        ([0], [1], False),
        ([0], [], False),
        ([0], None, False),
        ([0, 2], [2, 0], True),
        ([0, 2], [0], False),
        ([0, 2], [0, 1, 2], False),
        ([0, 2], [0, 0], False),
        ([0], [0, 0], False),
        ([1], [True], False),
        ([0], [0.0], False),
        ([0], ["0"], False),
        ([0], [None], False),
        ([0], [[0]], False),
    ],
)
def test_exactly_the_right_options_are_right(answer, chosen, right):
    assert is_right(QuestionKind.MULTIPLE, answer, chosen) is right


@given(st.sets(st.integers(0, 9), min_size=1), st.sets(st.integers(0, 9), min_size=1))
def test_sets_are_compared_whole(answer, chosen):
    given = sorted(chosen, reverse=True)
    assert is_right(QuestionKind.MULTIPLE, sorted(answer), given) is (answer == chosen)


def test_public_view_shows_the_given_order_and_keeps_the_key():
    question = Question(
        kind=QuestionKind.SINGLE,
        use=QuestionUse.BOTH,
        text="题干",
        options=["甲", "乙", "丙"],
        answer=[2],
        explanation="解析里有答案",
        topic="知识点",
    )
    view = public_view(question, [2, 0, 1])
    assert view == {"text": "题干", "kind": "single", "options": ["丙", "甲", "乙"]}
    assert "解析" not in json.dumps(view, ensure_ascii=False)


def test_sound_questions_have_no_problem():
    assert problems(facts()) == {}
    assert problems(facts(kind=QuestionKind.MULTIPLE, answer=(0, 2))) == {}
    judged = facts(kind=QuestionKind.TRUE_FALSE, options=TRUE_FALSE_OPTIONS, answer=(1,))
    assert problems(judged) == {}
    assert problems(facts(options=tuple("ABCDEFGHIJ"), answer=(9,))) == {}
    assert problems(FILL_IN) == {}
    assert problems(ORDERING) == {}
    assert problems(MATCHING) == {}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", {"text": ""}),
        ("text", {"text": "长" * 1001}),
        ("difficulty", {"difficulty": 0}),
        ("difficulty", {"difficulty": 4}),
        ("topic", {"topic": "长" * 65}),
        ("explanation", {"explanation": "长" * 2001}),
        ("options", {"options": ("只有一个",)}),
        ("options", {"options": tuple("ABCDEFGHIJK")}),
        ("options", {"options": ("90", "", "30")}),
        ("options", {"options": ("a", "A")}),
        ("options", {"options": ("90", "长" * 301)}),
        ("options", {"kind": QuestionKind.TRUE_FALSE, "options": ("对", "错")}),
        ("options", {"kind": QuestionKind.TRUE_FALSE, "options": ("错误", "正确")}),
        ("answer", {"answer": ()}),
        ("answer", {"answer": (3,)}),
        ("answer", {"answer": (-1,)}),
        ("answer", {"answer": (0, 1)}),
        ("answer", {"kind": QuestionKind.MULTIPLE, "answer": (0,)}),
        ("answer", {"kind": QuestionKind.MULTIPLE, "answer": (0, 0)}),
        (
            "answer",
            {"kind": QuestionKind.TRUE_FALSE, "options": TRUE_FALSE_OPTIONS, "answer": (0, 1)},
        ),
    ],
)
def test_wrong_question_names_its_field(field, wrong):
    assert list(problems(facts(**wrong))) == [field]


@pytest.mark.parametrize(
    ("sound", "field", "wrong"),
    [
        (FILL_IN, "answer", {"answer": ()}),
        (FILL_IN, "answer", {"answer": (("90",),)}),
        (FILL_IN, "answer", {"answer": (("90",), ())}),
        (FILL_IN, "answer", {"answer": (("90",), (" ",))}),
        (FILL_IN, "answer", {"answer": (("90",), ("60",), ("30",))}),
        (FILL_IN, "answer", {"answer": (("90",), ("长" * 101,))}),
        (FILL_IN, "answer", {"answer": (("90",), tuple("ABCDEFGHIJKLMNOPQRSTU"))}),
        (FILL_IN, "answer", {"answer": (("90",), ("6\x0b0",))}),
        (FILL_IN, "answer", {"text": "没有标出空"}),
        (FILL_IN, "text", {"text": "____，" * 11, "answer": (("1",),) * 11}),
        (ORDERING, "options", {"options": ("只有一个",)}),
        (ORDERING, "options", {"options": ("甲", "", "丙")}),
        (ORDERING, "options", {"options": ("a", "A", "b")}),
        (ORDERING, "answer", {"answer": (1, 0, 2)}),
        (ORDERING, "answer", {"answer": (0, 1)}),
        (MATCHING, "options", pairs(("甲", "一"))),
        (MATCHING, "options", pairs(("甲", "一"), ("", "三"), ("乙", "二"))),
        (MATCHING, "options", pairs(("甲", "一"), ("乙", ""))),
        (MATCHING, "options", pairs(("甲", "一"), ("甲", "二"))),
        (MATCHING, "options", pairs(("甲", "一"), ("乙", "一"))),
        (MATCHING, "options", pairs(("甲", "一"), ("乙", "二"), ("", "一"))),
        (MATCHING, "options", pairs(("甲", "一"), ("乙", "长" * 301))),
        (MATCHING, "options", pairs(*((c, c) for c in "甲乙"), *(("", c) for c in "123456"))),
        (MATCHING, "options", pairs(*((c, c) for c in "ABCDEFGHIJK"))),
        (MATCHING, "options", {"options": (("甲",), ("乙", "二"))}),
        (MATCHING, "answer", {"answer": (1, 0)}),
        (MATCHING, "options", pairs(("甲", "一"), ("乙", "\x07二"))),
    ],
)
def test_wrong_question_of_the_other_kinds_names_its_field(sound, field, wrong):
    assert list(problems(replace(sound, **wrong))) == [field]


def test_a_longer_line_is_one_blank_all_the_same():
    assert problems(replace(FILL_IN, text="________和____")) == {}


def test_every_wrong_field_is_named_at_once():
    assert set(problems(facts(text="", options=("同", "同"), answer=()))) == {
        "text",
        "options",
        "answer",
    }


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x85", "\uffff"])
def test_control_characters_are_refused_wherever_they_stand(character):
    spoilt = f"前{character}后"
    wrong = facts(text=spoilt, options=("90", spoilt), topic=spoilt, explanation=spoilt)
    assert set(problems(wrong)) == {"text", "options", "topic", "explanation"}
    assert printable(spoilt) == "前后"


def test_tabs_and_line_ends_are_text():
    text = "第一行\r\n第二行\t第三行\n"
    assert problems(facts(text=text)) == {}
    assert printable(text) == text


def test_answers_are_written_as_letters():
    assert answer_letters([2, 0]) == "AC"
