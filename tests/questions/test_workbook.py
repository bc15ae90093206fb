"""Questions read from workbooks, with every error named by its row, and written again."""

import io
import zipfile

import openpyxl
import pytest

from lms.core.errors import Invalid
from lms.questions.models import QuestionKind, QuestionUse
from lms.questions.sheets import MAX_BYTES, MAX_ROWS, read_rows
from lms.questions.workbook import HEADINGS, export_workbook, read_questions, template_workbook
from tests.factories import LessonFactory, QuestionFactory

HEAD = ["题型", "用途", "题干", "选项A", "选项B", "选项C", "答案", "难度", "课时"]
GOOD = ["单选题", "考试", "多少学时？", "90", "60", "30", "A", "易", ""]


def row(**given) -> list[str]:
    return [given.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def csv_file(rows, encoding="utf-8-sig") -> io.BytesIO:
    return io.BytesIO("\r\n".join(",".join(row) for row in rows).encode(encoding))


def xlsx_file(rows) -> io.BytesIO:
    workbook = openpyxl.Workbook()
    for values in rows:
        workbook.active.append(values)
    out = io.BytesIO()
    workbook.save(out)
    out.seek(0)
    return out


def test_good_row_becomes_a_question(course):
    reading = read_questions([HEAD, GOOD], course)
    assert reading.problems == []
    [(facts, lesson)] = reading.questions
    assert facts.kind is QuestionKind.SINGLE
    assert facts.use is QuestionUse.EXAM
    assert (facts.options, facts.answer, facts.difficulty) == (("90", "60", "30"), (0,), 1)
    assert lesson is None


def test_judgement_needs_no_options_and_lesson_is_found_by_its_title(course):
    lesson = LessonFactory(course=course, title="第一讲")
    judged = row(题型="判断题", 选项A="", 选项B="", 选项C="", 答案="错误", 课时="第一讲", 用途="")
    [(facts, found)] = read_questions([HEAD, judged], course).questions
    assert (facts.answer, facts.use) == ((1,), QuestionUse.BOTH)
    assert found is lesson


@pytest.mark.parametrize("answer", ["AC", "ca", "A、C", "A, C", "A；C"])
def test_answers_are_read_however_they_are_written(course, answer):
    [(facts, _)] = read_questions([HEAD, row(题型="多选题", 答案=answer)], course).questions
    assert sorted(facts.answer) == [0, 2]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("题型", "填空题"),
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
    ],
)
def test_every_wrong_cell_is_named_by_row_and_column(course, column, value):
    reading = read_questions([HEAD, row(题干="另一题"), row(**{column: value})], course)
    assert len(reading.questions) == 1
    assert [problem.row for problem in reading.problems] == [3]
    expected = "选项" if column.startswith("选项") else column
    assert reading.problems[0].column == expected


def test_all_problems_of_a_file_are_told_at_once(course):
    wrong = row(题干="", 答案="", 难度="9")
    reading = read_questions([HEAD, wrong, [""] * 9, wrong], course)
    assert [(p.row, p.column) for p in reading.problems] == [
        (2, "难度"),
        (2, "题干"),
        (2, "答案"),
        (4, "难度"),
        (4, "题干"),
        (4, "答案"),
    ]


def test_repeated_question_is_a_problem(course):
    assert len(read_questions([HEAD, GOOD, GOOD], course).problems) == 1


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [HEAD], [HEAD, [""] * 9]])
def test_file_without_the_heading_or_rows_is_refused(course, rows):
    with pytest.raises(Invalid) as refusal:
        read_questions(rows, course)
    assert refusal.value.field == "file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_in_use(encoding):
    assert read_rows(csv_file([HEAD, GOOD], encoding)) == [HEAD, GOOD]


def test_numbers_typed_into_a_workbook_stay_as_typed():
    rows = read_rows(xlsx_file([["选项A", "选项B"], [90, 2.5]]))
    assert rows == [["选项A", "选项B"], ["90", "2.5"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no archive",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\xff\xfe\x00\x00",
        b"a" * (MAX_BYTES + 1),
    ],
    ids=["empty", "broken zip", "picture", "undecodable", "too large"],
)
def test_what_is_no_table_is_refused_at_the_file(content):
    with pytest.raises(Invalid) as refusal:
        read_rows(io.BytesIO(content))
    assert refusal.value.field == "file"


def test_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")
    out.seek(0)
    with pytest.raises(Invalid):
        read_rows(out)


def test_archive_that_swells_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(9):
            archive.writestr(f"{part}", b"0" * 8 * 1024 * 1024)
    out.seek(0)
    assert out.getbuffer().nbytes < MAX_BYTES
    with pytest.raises(Invalid) as refusal:
        read_rows(out)
    assert "解压" in str(refusal.value.message)


def test_too_many_rows_are_refused():
    assert len(read_rows(csv_file([HEAD, *[GOOD] * MAX_ROWS]))) == MAX_ROWS + 1
    with pytest.raises(Invalid):
        read_rows(csv_file([HEAD, *[GOOD] * (MAX_ROWS + 1)]))


def test_export_can_be_imported_again(course):
    lesson = LessonFactory(course=course, title="第一讲")
    originals = [
        QuestionFactory(course=course, lesson=lesson, text="=1+1 等于几？", options=["=2", "3"]),
        QuestionFactory(
            course=course,
            kind=QuestionKind.MULTIPLE,
            text="多选\n第二行",
            options=list("甲乙丙丁戊己庚辛壬癸"),
            answer=[0, 9],
            use=QuestionUse.POPUP,
            difficulty=3,
            topic="年度要求",
            explanation="见通知",
        ),
        QuestionFactory(
            course=course,
            kind=QuestionKind.TRUE_FALSE,
            text="判断",
            options=["正确", "错误"],
            answer=[1],
        ),
    ]
    reading = read_questions(read_rows(io.BytesIO(export_workbook(originals))), course)
    assert reading.problems == []
    assert len(reading.questions) == 3
    for original, (facts, found) in zip(originals, reading.questions, strict=True):
        for name, value in vars(facts).items():
            kept = getattr(original, name)
            assert (list(value) if isinstance(value, tuple) else value) == kept
        assert found is original.lesson


def test_export_leaves_out_what_no_workbook_can_hold(course):
    question = QuestionFactory(course=course, text="前\x0b后\uffff", options=["甲\x01", "乙"])
    [_, written] = read_rows(io.BytesIO(export_workbook([question])))
    assert written[2:5] == ["前后", "甲", "乙"]


def test_exported_text_is_never_a_formula(course):
    question = QuestionFactory(course=course, text='=HYPERLINK("http://x")')
    sheet = openpyxl.load_workbook(io.BytesIO(export_workbook([question]))).active
    assert sheet["C2"].data_type == "s"


def test_template_is_sound_as_it_is(course):
    rows = read_rows(io.BytesIO(template_workbook()))
    assert tuple(rows[0]) == HEADINGS
    reading = read_questions(rows, course)
    assert reading.problems == []
    kinds = {QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE}
    assert {facts.kind for facts, _ in reading.questions} == kinds
