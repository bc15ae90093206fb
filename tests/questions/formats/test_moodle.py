"""Moodle XML as Moodle exports it."""

import pytest

from lms.questions.formats import MOODLE_XML
from lms.questions.formats.reading import Entry
from lms.questions.kinds import QuestionKind
from tests.questions.formats.support import facts, notes, one, read, said, sound

pytestmark = pytest.mark.no_database
KIND = QuestionKind


def quiz(*questions: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}\n</quiz>'


def question(kind: str, inner: str, text: str = "<p>题干</p>") -> str:
    return quiz(
        f'<question type="{kind}"><name><text>名字</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>'
        f"<defaultgrade>1.0</defaultgrade>{inner}</question>"
    )


def answer(text: str, fraction: float, feedback: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>'
        f'<feedback format="html"><text>{feedback}</text></feedback></answer>'
    )


def test_one_right_answer():
    found = sound(
        question(
            "multichoice",
            "<single>true</single><generalfeedback><text>讲解</text></generalfeedback>"
            + answer("<p>甲 &amp; 乙</p>", 100)
            + answer("<p>丙</p>", 0),
        )
    )
    assert (found.kind, found.text, found.explanation) == (KIND.SINGLE, "题干", "讲解")
    assert (found.options, found.answer) == (("甲 & 乙", "丙"), (0,))


def test_several_right_answers_whatever_they_are_worth():
    draft = one(
        question(
            "multichoice",
            "<single>false</single>"
            + answer("甲", 33.33333)
            + answer("乙", 66.66667)
            + answer("丙", -50),
        )
    )
    assert (draft.facts.kind, draft.facts.answer) == (KIND.MULTIPLE, (0, 1))
    assert "分值没有保留" in notes(draft)


def test_a_choice_between_right_and_wrong_is_true_or_false():
    inner = "<single>true</single>" + answer("对", 0) + answer("错", 100)
    found = sound(question("multichoice", inner))
    assert (found.kind, found.options, found.answer) == (KIND.TRUE_FALSE, ("正确", "错误"), (1,))


def test_true_and_false():
    found = sound(question("truefalse", answer("true", 0, "不对") + answer("false", 100)))
    assert (found.kind, found.answer, found.explanation) == (KIND.TRUE_FALSE, (1,), "正确：不对")


def test_accepted_forms_and_case():
    inner = "<usecase>1</usecase>" + answer("Beijing", 100) + answer("Peking", 100) + answer("*", 0)
    draft = one(question("shortanswer", inner))
    assert draft.facts.answer == (("Beijing", "Peking"),)
    assert "大小写" in notes(draft)


def test_numbers_without_tolerance_are_filled_in_and_others_refused():
    exact = '<answer fraction="100"><text>3.14</text><tolerance>0</tolerance></answer>'
    assert sound(question("numerical", exact)).answer == (("3.14",),)
    around = '<answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer>'
    assert "± 0.01" in said(one(question("numerical", around)))[0]


def test_matching_ordering_and_embedded_answers():
    pairs = "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer>'
        "</subquestion>"
        for left, right in (("山东", "济南"), ("江苏", "南京"), ("", "青岛"))
    )
    found = sound(question("matching", pairs))
    assert (found.options[2], found.answer) == (("", "青岛"), (0, 1))
    found = sound(question("ordering", "".join(answer(text, 1) for text in "一二三")))
    assert (found.kind, found.options) == (KIND.ORDERING, ("一", "二", "三"))
    text = r"<p>首都 {1:SHORTANSWER:=北京#对~%100%Beijing\}~%0%上海}，年份 {:NM:=1949}。</p>"
    draft = one(question("cloze", "", text))
    assert draft.facts.text == "首都 ____，年份 ____。"
    assert draft.facts.answer == (("北京", "Beijing}"), ("1949",))
    assert "反馈没有导入" in notes(draft)


@pytest.mark.parametrize(
    ("kind", "inner", "text", "reason"),
    [
        ("essay", "", "谈谈", "问答题"),
        ("description", "", "材料", "不是题目"),
        ("calculated", "", "{a}+{b}", "calculated"),
        ("cloze", "", "选 {1:MULTICHOICE:=甲~乙}", "MULTICHOICE"),
        ("cloze", "", "没有空", "没有填空"),
        ("cloze", "", "数 {1:NM:=3:0.5}", "范围"),
        ("multichoice", "<single>true</single>" + answer("甲", 50) + answer("乙", 0), "选", "满分"),
        ("truefalse", answer("maybe", 100), "判", "正确还是错误"),
        ("shortanswer", answer("北*", 100), "填", "通配符"),
        ("multichoice", answer("甲", 100), "", "题干"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(kind, inner, text, reason):
    assert reason in "\n".join(said(one(question(kind, inner, text))))


def test_category_tags_and_places():
    reading = read(
        quiz(
            '<question type="category"><category><text>$course$/top/法规</text></category>'
            "</question>",
            '\n<question type="truefalse"><name><text>甲</text></name><questiontext><text>甲</text>'
            "</questiontext>" + answer("true", 100) + "<tags><tag><text>难度：易</text></tag>"
            "<tag><text>重点</text></tag></tags></question>",
        )
    )
    [draft] = reading.sound
    assert (draft.facts.topic, draft.facts.difficulty) == ("法规", 1)
    assert "重点" in notes(draft)
    assert (draft.place.line, draft.place.name) == (4, "甲")


def test_what_else_a_question_holds_is_named():
    inner = (
        answer("true", 100)
        + "<hint><text>想一想</text></hint><hidden>1</hidden>"
        + "<incorrectfeedback><text>回去看书</text></incorrectfeedback>"
    )
    text = (
        "<table><tr><td>甲</td><td>乙</td></tr><tr><td>1</td><td>2</td></tr></table>"
        '<img src="@@PLUGINFILE@@/a.png"><video controls><source src="a.mp4"></video>'
        "<math><mi>x</mi></math><ul><li>一</li><li>二</li></ul>"
    )
    draft = one(question("truefalse", inner, text))
    for part in ("提示", "隐藏", "整体反馈", "表格", "图片“a.png”", "音频、视频", "MathML"):
        assert part in notes(draft), part
    assert draft.facts.text == "甲 | 乙\n1 | 2\n[图片：a.png]\n· 一\n· 二"


def test_a_picture_written_into_the_text_is_no_text():
    data = "data:image/png;base64," + "iVBORw0KGgo" * 20_000
    draft = one(question("truefalse", answer("true", 100), f'<p>看图<img src="{data}"></p>'))
    assert (draft.facts.text, said(draft)) == ("看图[图片]", [])


def test_markdown_and_plain_text_are_kept_as_they_are():
    content = quiz(
        '<question type="truefalse"><questiontext format="plain_text"><text>1 &lt; 2 &amp;amp; 3'
        "</text></questiontext>" + answer("true", 100) + "</question>"
    )
    assert sound(content).text == "1 < 2 &amp; 3"
    draft = one(content.replace("plain_text", "markdown"))
    assert "Markdown" in notes(draft)


def test_gb18030_is_read_as_declared():
    content = question("truefalse", answer("true", 100)).replace("UTF-8", "GB2312")
    assert sound(content.encode("gb18030")).text == "题干"


def test_what_moodle_needs_stands_in_the_file():
    content = MOODLE_XML.write(
        [
            Entry(facts(KIND.MULTIPLE, "多选", "甲乙丙", (0, 1), topic="法规")),
            Entry(facts(KIND.FILL_IN, "甲____乙____", (), (("1",), ("2", "3")))),
        ]
    ).decode()
    assert "<category><text>$course$/top/法规</text></category>" in content
    assert content.count('fraction="50.00000"') == 2
    assert 'fraction="-100.00000"' in content
    assert "甲{1:SHORTANSWER:=1}乙{1:SHORTANSWER:=2~=3}" in content
