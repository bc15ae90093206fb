"""GIFT as people and Moodle write it."""

import pytest

from lms.questions.kinds import QuestionKind, QuestionUse
from tests.questions.formats.support import notes, one, read, said, sound

pytestmark = pytest.mark.no_database
KIND = QuestionKind


def test_one_right_answer():
    found = sound("// 随堂练习\n::学时:: 一年至少多少学时？ {\n  =90\n  ~60\n  ~30\n}")
    assert (found.kind, found.text) == (KIND.SINGLE, "一年至少多少学时？")
    assert (found.options, found.answer) == (("90", "60", "30"), (0,))


def test_several_right_answers_by_their_weights():
    draft = one("哪两类科目？ {~%50%公需 ~%50%专业 ~%-100%选修}")
    assert (draft.facts.kind, draft.facts.answer) == (KIND.MULTIPLE, (0, 1))
    assert notes(draft) == ""


def test_weights_that_are_not_kept_are_named():
    assert "分值没有保留" in notes(one("选 {~%70%甲 ~%30%乙 ~丙}"))
    partly = one("选 {=甲 ~%40%乙 ~丙}")
    assert partly.facts.answer == (0,)
    assert "部分得分" in notes(partly)


@pytest.mark.parametrize(
    ("answer", "index"), [("T", 0), ("TRUE", 0), ("F", 1), ("FALSE", 1), ("TRUE#错了#对了", 0)]
)
def test_true_and_false(answer, index):
    found = sound(f"太阳从东边升起。{{{answer}}}")
    assert (found.kind, found.answer) == (KIND.TRUE_FALSE, (index,))


def test_what_is_said_of_answers_joins_the_explanation():
    draft = one("选 {=甲#很好 ~乙#再想想 ####总的来说}")
    assert draft.facts.explanation == "总的来说\n甲：很好\n乙：再想想"
    assert "并入了解析" in notes(draft)
    assert sound("对。{T#这是对的####讲解}").explanation == "讲解\n答错时：这是对的"


def test_accepted_forms():
    found = sound("谁写了《红楼梦》？{=曹雪芹 =曹霑}")
    assert (found.kind, found.answer) == (KIND.FILL_IN, (("曹雪芹", "曹霑"),))


def test_missing_word_becomes_a_blank():
    assert sound("首都是{=北京}，在华北。").text == "首都是____，在华北。"
    chosen = sound("首都是 {~上海 =北京 ~广州} 。")
    assert (chosen.kind, chosen.text) == (KIND.SINGLE, "首都是 ____ 。")


def test_forms_worth_a_part_are_left_out_and_named():
    draft = one("谁？{=%100%曹雪芹 =%50%曹}")
    assert draft.facts.answer == (("曹雪芹",),)
    assert "“曹”" in notes(draft)


def test_matching_and_its_distractor():
    found = sound("配 {\n=山东 -> 济南\n=江苏 -> 南京\n= -> 青岛\n}")
    assert found.kind is KIND.MATCHING
    assert found.options == (("山东", "济南"), ("江苏", "南京"), ("", "青岛"))
    assert found.answer == (0, 1)


def test_ordering_as_moodle_writes_it():
    found = sound("排 {>3 ALL VERTICAL ABSOLUTE_POSITION SHOW 123\n一\n二\n三\n}")
    assert (found.kind, found.options) == (KIND.ORDERING, ("一", "二", "三"))
    assert "全部各项" in notes(
        one("排 {>2 RANDOM VERTICAL ABSOLUTE_POSITION SHOW none\n一\n二\n三\n}")
    )


def test_a_number_without_a_range_is_filled_in():
    draft = one("哪一年？{#1949}")
    assert (draft.facts.kind, draft.facts.answer) == (KIND.FILL_IN, (("1949",),))
    assert "数值题" in notes(draft)
    assert sound("几？{#=%100%3:0 =4}").answer == (("3", "4"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("哪一年？{#1949:2}", "范围"),
        ("几？{#1..5}", "范围"),
        ("谈谈体会。{}", "问答题"),
        ("::材料:: 下面三题看材料。", "不是题目"),
        ("少一半 {=甲 ~乙", "花括号不成对"),
        ("反了 }=甲{", "花括号不成对"),
        ("两处 {=甲} 和 {=乙}", "多处花括号"),
        ("没有对的 {~甲 ~乙}", "正确答案"),
        ("只有一个 {=甲 ~}", "选项"),
        ("没有记号 {北京}", "缺少"),
        ("通配 {=北*}", "通配符"),
        ("配 {=山东 -> 济南 =江苏}", "缺少 ->"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(text, reason):
    draft = one(text)
    assert draft.problems
    assert reason in "\n".join(said(draft))


def test_escapes():
    found = sound(r"\{\=\~\#\:\} 与 \\ 换行\n第二行 {=a\=b ~c\~d ~e\#f}")
    assert found.text == "{=~#:} 与 \\ 换行\n第二行"
    assert found.options == ("a=b", "c~d", "e#f")


def test_html_becomes_text_and_what_is_lost_is_named():
    draft = one(
        '[html]<p>看<b>图</b>\\:</p><p>x<sup>2</sup> &lt; 3 <img src\\="a.png" alt\\="图一"></p>'
        "<script>alert(1)</script>{=<p>甲</p> ~乙}"
    )
    assert draft.facts.text == "看图:\nx^2 < 3 [图片：图一]"
    assert draft.facts.options == ("甲", "乙")
    for part in ("样式", "上标", "图片“图一”"):
        assert part in notes(draft)


def test_formulas_are_kept():
    found = sound(r"求 \\(\\frac\{1\}\{2\}\\) 和 $$x^2$$，价 $5 {=甲 ~乙}")
    assert found.text == r"求 $\frac{1}{2}$ 和 $$x^2$$，价 $5"


@pytest.mark.parametrize(
    "text",
    ["若 a<b 且 b>c，则？", "if a<b and b>c", "<标题>", "List<String>", "a & b", "x < 3 > y"],
)
def test_signs_that_are_no_html_stay(text):
    assert sound(f"{text} {{=a<c ~b}}").text == text
    assert sound(f"[html]<p>{text}</p> {{=a<c ~b}}").text == text


def test_category_and_tags_become_topic_use_difficulty_and_lesson():
    reading = read(
        "$CATEGORY: $course$/top/法规/学时 // 年度\n\n"
        "// [tag:用途：考试] [tag:难度:难] [tag:课时=第一讲] [tag:其他]\n甲 {T}\n\n乙 {F}\n\n"
        "$CATEGORY: top\n\n丙 {T}"
    )
    first, second, third = reading.sound
    assert (first.facts.use, first.facts.difficulty, first.lesson) == (
        QuestionUse.EXAM,
        3,
        "第一讲",
    )
    assert "其他" in notes(first)
    topics = [draft.facts.topic for draft in reading.sound]
    assert topics == ["学时 / 年度", "学时 / 年度", ""]
    assert second.facts.use is QuestionUse.BOTH
    assert third.place.line == 10


def test_places_are_the_lines_on_which_questions_begin():
    reading = read("\n// 说明\n\n// 注\n::名字:: 甲 {T}\n\n\n乙 {F\n\n丙 {}\n")
    assert [(d.place.line, bool(d.problems)) for d in reading.drafts] == [
        (5, False),
        (8, True),
        (10, True),
    ]
    assert str(reading.drafts[0].place.label) == "第 5 行（名字）"


def test_a_hundred_questions_with_three_faults_name_all_three():
    blocks = [f"第 {n} 题？ {{=对 ~错{n}}}" for n in range(100)]
    blocks[10], blocks[50], blocks[99] = "漏了括号 {=甲 ~乙", "数 {#1..2}", "第 98 题？ {=甲 ~乙}"
    reading = read("\n\n".join(blocks))
    assert len(reading.sound) == 97
    assert [draft.place.line for draft in reading.faulty] == [21, 101, 199]
    assert "第 197 行" in said(reading.faulty[2])[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_is_read_in_the_encodings_in_use(encoding, end):
    content = "学时够吗？ {T}\n\n𠮷野家在日本。{T}\n".replace("\n", end).encode(encoding)
    assert [draft.facts.text for draft in read(content).sound] == ["学时够吗？", "𠮷野家在日本。"]


def test_too_long_a_topic_is_cut_and_named():
    draft = one(f"$CATEGORY: {'长' * 70}\n\n甲 {{T}}")
    assert len(draft.facts.topic) == 64
    assert "截短" in notes(draft)


def test_a_question_of_the_bank_is_pointed_out():
    draft = read("甲 {T}", known={"甲"}).drafts[0]
    assert "题库里已有" in notes(draft)
    assert not draft.problems


def test_money_that_looks_like_a_formula_is_written_so_that_it_does_not():
    draft = one("付 $5，找 a$ {=甲 ~乙}")
    assert draft.facts.text == "付 ＄5，找 a＄"
    assert "全角" in notes(draft)
    assert sound("$5 or $6 {=甲 ~乙}").text == "$5 or $6"
