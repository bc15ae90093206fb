"""Questions read from workbooks, with every error named by its row, and written again."""

import io

import openpyxl
import pytest

from lms.core.errors import Invalid
from lms.questions.formats import WORKBOOK
from lms.questions.formats.files import MAX_BYTES
from lms.questions.formats.reading import MOST_QUESTIONS, Entry
from lms.questions.formats.sheets import read_rows
from lms.questions.formats.workbook import HEADINGS, read_questions, template_workbook
from lms.questions.kinds import KINDS, QuestionKind, QuestionUse
from tests.questions.formats.support import facts, one, read, said, zipped

pytestmark = pytest.mark.no_database
HEAD = ["题型", "用途", "题干", "选项A", "选项B", "选项C", "答案", "难度", "课时"]
GOOD = ["单选题", "考试", "多少学时？", "90", "60", "30", "A", "易", ""]


def row(**given) -> list[str]:
    return [given.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def csv_file(rows, encoding="utf-8-sig") -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def xlsx_file(rows) -> bytes:
    workbook = openpyxl.Workbook()
    for values in rows:
        workbook.active.append(values)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_good_row_becomes_a_question():
    draft = one(csv_file([HEAD, GOOD]))
    found = draft.facts
    assert (found.kind, found.use) == (QuestionKind.SINGLE, QuestionUse.EXAM)
    assert (found.options, found.answer, found.difficulty) == (("90", "60", "30"), (0,), 1)
    assert (draft.lesson, draft.problems) == ("", [])


def test_judgement_needs_no_options_and_names_its_lesson():
    judged = row(题型="判断题", 选项A="", 选项B="", 选项C="", 答案="错误", 课时="第一讲", 用途="")
    draft = one(csv_file([HEAD, judged]))
    assert (draft.facts.answer, draft.facts.use) == ((1,), QuestionUse.BOTH)
    assert (draft.lesson, draft.problems) == ("第一讲", [])


@pytest.mark.parametrize("answer", ["AC", "ca", "A、C", "A C", "A；C"])
def test_answers_are_read_however_they_are_written(answer):
    draft = one(csv_file([HEAD, row(题型="多选题", 答案=answer)]))
    assert sorted(draft.facts.answer) == [0, 2]


@pytest.mark.parametrize(
    ("kind", "given", "options", "answer"),
    [
        (
            "填空题",
            {
                "题干": "甲____乙____",
                "选项A": "30 | 三十",
                "选项B": "a||b",
                "选项C": "",
                "答案": "",
            },
            (),
            (("30", "三十"), ("a|b",)),
        ),
        ("排序题", {"答案": ""}, ("90", "60", "30"), (0, 1, 2)),
        (
            "匹配题",
            {"选项A": "甲=>1", "选项B": "乙 => 2=>=>3", "选项C": "", "答案": "4 | 5"},
            (("甲", "1"), ("乙", "2=>3"), ("", "4"), ("", "5")),
            (0, 1),
        ),
    ],
)
def test_other_kinds_have_columns_of_their_own(kind, given, options, answer):
    draft = one(csv_file([HEAD, row(题型=kind, **given)]))
    assert said(draft) == []
    assert (draft.facts.options, draft.facts.answer) == (options, answer)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("题型", "问答题"),
        ("题型", ""),
        ("用途", "作业"),
        ("题干", ""),
        ("选项B", ""),
        ("答案", ""),
        ("答案", "D"),
        ("答案", "AB"),
        ("答案", "甲"),
        ("难度", "很难"),
        ("课时", "没有这一讲"),
        ("题型", "匹配题"),
        ("题型", "排序题"),
        ("题型", "填空题"),
    ],
)
def test_every_wrong_cell_is_named_by_row_and_column(column, value):
    reading = read(csv_file([HEAD, row(题干="另一题"), row(**{column: value})]))
    assert len(reading.sound) == 1
    [draft] = reading.faulty
    assert draft.place.line == 3
    named = {str(problem.field) for problem in draft.problems}
    wanted = "选项" if column.startswith("选项") else column
    assert wanted in named or named & {"选项", "答案"}


def test_all_problems_of_a_file_are_told_at_once():
    wrong = row(题干="", 答案="", 难度="9")
    reading = read(csv_file([HEAD, wrong, [""] * 9, row(答案="AB"), wrong]))
    assert [draft.place.line for draft in reading.faulty] == [2, 4, 5]


def test_repeated_question_is_named_with_the_row_it_repeats():
    reading = read(csv_file([HEAD, GOOD, GOOD]))
    assert len(reading.sound) == 1
    assert "第 2 行" in said(reading.faulty[0])[0]


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [["题型", "题干"]]])
def test_file_without_the_heading_is_refused(rows):
    with pytest.raises(Invalid) as refusal:
        read_questions(rows)
    assert refusal.value.field == "file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_in_use(encoding):
    assert read_rows(csv_file([HEAD, GOOD], encoding)) == [HEAD, GOOD]


def test_numbers_typed_into_a_workbook_stay_as_typed():
    assert read_rows(xlsx_file([["选项A", "选项B"], [90, 2.5]])) == [
        ["选项A", "选项B"],
        ["90", "2.5"],
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no archive", b"\x89PNG\r\n\x1a\n\0\0", b"a" * (MAX_BYTES + 1)],
    ids=["empty", "broken zip", "picture", "too large"],
)
def test_what_is_no_table_is_refused_at_the_file(content):
    with pytest.raises(Invalid) as refusal:
        read_rows(content)
    assert refusal.value.field == "file"


def test_archive_that_is_no_workbook_is_refused():
    with pytest.raises(Invalid):
        read(zipped({"[Content_Types].xml": "<x/>"}))


def test_too_many_rows_are_refused():
    assert len(read_rows(csv_file([HEAD, *[GOOD] * MOST_QUESTIONS]))) == MOST_QUESTIONS + 1
    with pytest.raises(Invalid):
        read_rows(csv_file([HEAD, *[GOOD] * (MOST_QUESTIONS + 1)]))


def entry(text: str, *options: str) -> Entry:
    return Entry(facts(QuestionKind.SINGLE, text, options or ("甲", "乙"), (0,)))


def test_written_workbook_leaves_out_what_no_workbook_can_hold():
    [_, written] = read_rows(WORKBOOK.write([entry("前\x0b后\uffff", "甲\x01", "乙")]))
    assert written[2:5] == ["前后", "甲", "乙"]


def test_written_text_is_never_a_formula():
    content = WORKBOOK.write([entry('=HYPERLINK("http://x")', "=2", "3")])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {sheet["C2"].data_type, sheet["D2"].data_type} == {"s"}
    assert one(content).facts.options == ("=2", "3")


def test_faulty_rows_come_back_with_a_column_of_reasons():
    reading = read(csv_file([HEAD, GOOD, row(题干="第二题", 答案="Z", 难度="9")]))
    rows = read_rows(WORKBOOK.give_back(reading.faulty))
    assert rows[0] == [*HEAD, "问题"]
    assert rows[1][:-1] == row(题干="第二题", 答案="Z", 难度="9")
    assert rows[1][-1].startswith("难度：")


def test_template_is_sound_as_it_is_and_shows_every_kind():
    content = template_workbook()
    assert tuple(read_rows(content)[0]) == HEADINGS
    reading = read(content)
    assert reading.faulty == []
    assert {draft.facts.kind for draft in reading.sound} == set(KINDS)
