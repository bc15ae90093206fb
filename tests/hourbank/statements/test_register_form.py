"""The register form: which section, which page, which cells; and the form as PDF."""

import datetime as dt
from io import BytesIO

import pytest
from pypdf import PdfReader

from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict
from lms.hourbank import policies
from lms.hourbank.models import EntrySource
from lms.hourbank.statements.details import (
    LONGEST,
    Details,
    details_of,
    details_of_facts,
    keep_details,
)
from lms.hourbank.statements.layout import (
    HEADING_HEIGHT,
    LEAST_ROWS,
    PAGE_HEIGHT,
    TOTAL_HEIGHT,
    FormLine,
    pages_of,
)
from lms.hourbank.statements.register_form import form_pages
from lms.hourbank.statements.sections import SECTIONS, SectionCode, section_of
from lms.hourbank.statements.years import account_of, standing_entries
from tests.hourbank.statements.support import book, take_back, unit, worker
from tests.support import sign_in

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL
EARNED = dt.datetime(2025, 3, 1, 2, 0, tzinfo=dt.UTC)


def labels_of(page):
    return [(label.text.replace("\n", ""), label.rows) for row in page for label in row.labels]


@pytest.mark.no_database
def test_empty_form_has_every_section_of_annex_2_on_one_page():
    (page,) = pages_of({})
    assert labels_of(page) == [
        ("类别", 1),
        ("公需科目", 2),
        ("专业科目", 15),
        ("培训进修类（含网上学习）", 3),
        ("自学类", 3),
        ("折算类", 6),
        ("成果、论文著作类", 3),
        ("服务基层活动", 3),
        ("其他类", 3),
    ]
    assert len(page) == len(SECTIONS) * (1 + LEAST_ROWS)
    assert not any("".join(row.cells) for row in page if not row.is_heading)


@pytest.mark.no_database
def test_headings_are_those_of_annex_2():
    (page,) = pages_of({})
    headings = [row.cells[1:5] for row in page if row.is_heading]
    assert headings[2] == ("自学内容", "自学种类", "完成时间", "考核方式")
    assert headings[3] == (
        "成果/论文著作名称",
        "成果/论文著作种类",
        "获奖/发表时间",
        "获奖/发表等级",
    )
    assert headings[4] == ("活动内容", "主办单位", "活动时间", "活动地点")


@pytest.mark.no_database
@pytest.mark.parametrize("count", [1, 7, 40, 150])
def test_no_page_is_too_full_and_no_line_is_lost(count):
    title = "专业技术人员继续教育专题研修班"
    lines = {
        section.code: [FormLine(title=f"{title * (n % 4 + 1)}{n}") for n in range(count)]
        for section in SECTIONS
    }
    pages = pages_of(lines)
    for page in pages:
        assert sum(row.height for row in page) <= PAGE_HEIGHT - TOTAL_HEIGHT
        assert page[0].is_heading
        assert not page[-1].is_heading
        assert sum(label.rows * label.columns for row in page for label in row.labels) == 3 * len(
            page
        )
    written = [row.cells[1] for page in pages for row in page if not row.is_heading]
    assert len([text for text in written if text]) == count * len(SECTIONS)


@pytest.mark.no_database
def test_row_grows_with_the_widest_text_it_must_hold():
    def height(**texts: str) -> float:
        (page, *_more) = pages_of({SectionCode.TRAINING: [FormLine(**texts)]})
        return next(row.height for row in page if row.cells[0] == "1")

    assert height(title="研修") == height()
    assert height(title="研" * 60) > height(title="研" * 30) > height(title="研")
    # A Latin letter is narrower than an ideograph, and by no means nothing.
    assert height(title="研" * 60) > height(title="W" * 60) > height(title="W" * 20)
    assert height(organizer="烟台先进制造工程技术学会") > height(organizer="烟台大学")


@pytest.mark.no_database
def test_rows_are_numbered_on_over_pages():
    pages = pages_of({SectionCode.TRAINING: [FormLine(title="课程")] * 30})
    numbers = [row.cells[0] for page in pages for row in page if row.cells[1] == "课程"]
    assert numbers == [str(number) for number in range(1, 31)]
    assert len(pages) == 3
    assert ("专业科目", len(pages[1])) in labels_of(pages[1])
    assert pages[1][0].height == HEADING_HEIGHT


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("category", "source", "kind", "section"),
    [
        (PUBLIC, "claim", "posting", SectionCode.PUBLIC),
        (PUBLIC, "course", "", SectionCode.PUBLIC),
        (PROFESSIONAL, "course", "", SectionCode.TRAINING),
        (PROFESSIONAL, "lecture", "", SectionCode.TRAINING),
        (PROFESSIONAL, "claim", "self_study", SectionCode.SELF_STUDY),
        (PROFESSIONAL, "claim", "result", SectionCode.RESULTS),
        (PROFESSIONAL, "claim", "competition", SectionCode.RESULTS),
        (PROFESSIONAL, "claim", "expert", SectionCode.SERVICE),
        (PROFESSIONAL, "claim", "posting", SectionCode.SERVICE),
        (PROFESSIONAL, "claim", "maternity", SectionCode.OTHER),
        (PROFESSIONAL, "transfer", "", SectionCode.OTHER),
        (PROFESSIONAL, "claim", "of a notice to come", SectionCode.OTHER),
    ],
)
def test_entry_stands_in_the_section_of_its_kind(category, source, kind, section):
    assert section_of(category, source, kind) is section


def test_details_fill_the_columns_of_their_section(app):
    person = worker()
    paper = book(person, "10", PROFESSIONAL, claim_kind="result", title="论港机", earned_at=EARNED)
    given = Details(sort="论文", held="2025年3月", level="核心期刊", organizer="《港机》")
    with transaction():
        keep_details(paper, given)
    (page,) = form_pages([paper])
    row = next(row for row in page if row.cells[1] == "论港机")
    assert row.cells[:5] == ("1", "论港机", "论文", "2025年3月", "核心期刊")
    assert row.cells[7] == "10"


def test_course_without_details_was_studied_online_on_its_day(app):
    person = worker()
    book(person, "2.5", source=EntrySource.COURSE, claim_kind="", title="公需", earned_at=EARNED)
    (page,) = form_pages(standing_entries(account_of(person), 2025))
    row = next(row for row in page if row.cells[1] == "公需")
    assert row.cells[2:5] == ("", "2025-03-01", "网上学习")


def test_day_on_which_a_claim_was_decided_is_not_when_somebody_learned(app):
    (page,) = form_pages([book(worker(), "2", PROFESSIONAL, title="研修", earned_at=EARNED)])
    row = next(row for row in page if row.cells[1] == "研修")
    assert row.cells[3] == ""
    assert row.cells[6]


@pytest.mark.parametrize(
    ("code", "kind", "facts", "column", "words"),
    [
        ("370800-2022", "result", {"form": "paper"}, "sort", "学术、技术论文"),
        ("370800-2022", "self_study", {"form": "own"}, "sort", "个人自学"),
        ("370800-2022", "competition", {"level": "provincial"}, "level", "省级"),
        ("370800-2022", "posting", {"months": 7}, "sort", ""),
    ],
)
def test_facts_of_a_claim_become_words_of_the_form(app, code, kind, facts, column, words):
    rule = policies.policies()[code[:6], int(code[7:])].kind(kind)
    told = details_of_facts(rule, facts)
    assert words in getattr(told, column)
    assert told.sort


def test_details_are_given_once_on_one_line_and_not_endless(app):
    entry = book(worker(), "2")
    with transaction():
        keep_details(entry, Details(organizer="烟台\n 大学", place="长" * 500))
    kept = details_of([entry])[entry.id]
    assert kept.organizer == "烟台 大学"
    assert len(kept.place) == LONGEST
    with pytest.raises(Conflict), transaction():
        keep_details(entry, Details(organizer="别处"))


def test_details_that_tell_nothing_are_not_kept(app):
    entry = book(worker(), "2")
    with transaction():
        keep_details(entry, Details())
    assert details_of([entry]) == {}


@pytest.mark.parametrize(
    "statement", ["UPDATE bank_entry_details SET details = '{}'", "DELETE FROM bank_entry_details"]
)
def test_details_are_append_only_in_the_database_too(app, statement):
    entry = book(worker(), "2")
    with transaction():
        keep_details(entry, Details(organizer="烟台大学"))
    with pytest.raises(Exception, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_form_prints_what_stands_and_its_sum(client, clock):
    person = worker(unit(name="海港机械厂"), name="王小明")
    book(person, "28.5", title="公需专题")
    take_back(book(person, "10", title="冲销专题"))
    book(person, "16", PROFESSIONAL, title="职业资格考试", claim_kind="exam")
    answer = sign_in(client, person).get("/hourbank/me/register-form.pdf?year=2025")
    reader = PdfReader(BytesIO(answer.data))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert "登记表（2025年度）" in text
    assert "专业技术人员姓名：王小明" in text
    assert "所在单位（盖章）：海港机械厂" in text
    assert "公需专题" in text
    assert "职业资格考试" in text
    assert "冲销专题" not in text
    assert "年度总学时：44.5学时" in text
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)
