"""The pages of statistics: what teachers see, and who sees names."""

import html
import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.exams.statistics import queries
from lms.organizations.models import OrganizationKind
from lms.questions.models import Question
from tests.exams.statistics.conftest import many, paper
from tests.factories import OrganizationFactory, PersonFactory
from tests.support import sign_in


@pytest.fixture
def questions(course):
    return list(db.session.scalars(select(Question).order_by(Question.id)))


@pytest.fixture
def address(course):
    return f"/manage/courses/{course.slug}/statistics"


def words(answer):
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
    return re.sub(r"\s+", " ", text)


def test_teachers_see_the_questions_with_their_figures(client, course, questions, trainer, address):
    many(course, questions)
    sign_in(client, trainer)
    shown = words(client.get(address))
    assert "成绩分布" in shown
    assert "第 1 次考试合格率" in shown
    assert "30 秒" in shown
    one = words(client.get(f"{address}/questions/{questions[1].id}"))
    assert "作答分布" in one
    assert "A. 90" in one
    assert client.get(f"{address}?sort=discrimination").status_code == 200


def test_too_few_papers_are_told(client, course, questions, trainer, address):
    paper(course, questions, [0] * 6)
    sign_in(client, trainer)
    assert "少于 20 份" in words(client.get(address))


def test_before_the_first_paper_the_page_says_so(client, trainer, address):
    sign_in(client, trainer)
    assert "还没有答卷" in words(client.get(address))


def test_names_are_shown_to_the_manager_of_the_base_alone(
    client, course, questions, trainer, manager, address
):
    many(course, questions)
    unit = OrganizationFactory(kind=OrganizationKind.UNIT, name="港务公司")
    fast = paper(course, questions, [0] * 6, pace=6, name="赵飞快", unit=unit)
    sign_in(client, trainer)
    shown = words(client.get(f"{address}/patterns"))
    assert "赵飞快" not in shown
    assert "港务公司" not in shown
    assert f"答卷 {fast.id}" in shown
    assert "不常见不等于违规" in shown
    sign_in(client, manager)
    shown = words(client.get(f"{address}/patterns"))
    assert "赵飞快" in shown
    assert "港务公司" in shown


def test_the_workbook_holds_figures_and_no_name(client, course, questions, trainer, address):
    many(course, questions)
    paper(course, questions, [0] * 6, name="赵飞快")
    sign_in(client, trainer)
    answer = client.get(f"{address}/statistics.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["题目", "作答分布", "成绩分布", "各次考试"]
    rows = list(book["题目"].values)
    assert len(rows) == 7
    assert rows[1][0] == questions[0].id
    assert rows[1][3] == 25
    assert sum(row[1] for row in list(book["成绩分布"].values)[1:]) == 25
    assert "赵飞快" not in str([list(sheet.values) for sheet in book])


def test_many_papers_are_computed_when_somebody_asks(
    client, course, questions, trainer, address, tasks, monkeypatch
):
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 2)
    for _ in range(3):
        paper(course, questions, [0] * 6)
    sign_in(client, trainer)
    shown = words(client.get(address))
    assert "共有 3 份答卷" in shown
    assert client.get(f"{address}/statistics.xlsx").status_code == 404
    client.post(address)
    assert "正在统计" in words(client.get(address))
    tasks.run_all()
    paper(course, questions, [0] * 6)
    assert "此后新交 1 份" in words(client.get(address))


def test_others_are_refused(client, course, address):
    sign_in(client, PersonFactory())
    for path in (address, f"{address}/patterns", f"{address}/statistics.xlsx"):
        assert client.get(path).status_code == 403
