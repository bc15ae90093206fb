"""The pages on which departments write schemes."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import event, select

from lms.accounts.enums import TitleLevel
from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.organizations.models import OrganizationKind
from lms.schemes import operations, queries
from lms.schemes.models import Scheme, SchemeState
from lms.schemes.rules import Topic
from tests.factories import CourseFactory, OrganizationFactory, PostFactory
from tests.factories.schemes import facts, make_scheme
from tests.factories.schemes import officer as make_officer
from tests.support import sign_in


@pytest.fixture
def desk(client, officer):
    return sign_in(client, officer)


def filled(**given) -> dict[str, str]:
    values = {
        "title": "2025年度专业科目学习方案",
        "division_code": "370000",
        "goals": "掌握新技术。",
        "topics-0-title": "智能制造",
        "topics-0-category": "professional",
        "topics-0-hours": "45.5",
        "topics-1-title": "职业道德",
        "topics-1-category": "public",
        "topics-1-hours": "30",
        "topics-2-title": "",
        "topics-2-category": "professional",
        "topics-2-hours": "",
        "ways": "网络学习",
        "examination": "在线考试",
        "contact_name": "周志强",
        "contact_phone": "0633-1234567",
    }
    return {**values, **given}


def the_scheme() -> Scheme:
    db.session.rollback()
    return db.session.scalars(select(Scheme)).one()


def titles_of(scheme: Scheme) -> str:
    db.session.rollback()
    rows = queries.all_courses(queries.latest_revision(scheme))
    return "".join(row.course.title for row in rows)


def test_scheme_is_begun_written_and_published(desk, officer):
    answer = desk.post(
        "/manage/schemes/new",
        data={
            "organization_id": officer.posts[0].organization_id,
            "year": "2025",
            "profession": "engineering",
        },
    )
    scheme = the_scheme()
    assert answer.location == f"/manage/schemes/{scheme.id}/edit"
    assert queries.latest_revision(scheme).title.startswith("省工信厅2025年度")
    page = desk.get(f"/manage/schemes/{scheme.id}").text
    assert "还不能发布" in page
    levels = {"title_levels": [TitleLevel.JUNIOR.value, TitleLevel.SENIOR.value]}
    desk.post(f"/manage/schemes/{scheme.id}/edit", data=filled(**levels))
    revision = queries.latest_revision(the_scheme())
    assert revision.topic_list == [
        Topic("智能制造", HourCategory.PROFESSIONAL, Hours(455)),
        Topic("职业道德", HourCategory.PUBLIC, Hours(300)),
    ]
    assert revision.levels == [TitleLevel.JUNIOR, TitleLevel.SENIOR]
    desk.post(f"/manage/schemes/{scheme.id}/publish", data={})
    assert the_scheme().state is SchemeState.PUBLISHED


@pytest.mark.parametrize("series", [{}, {"profession": ""}, {"profession": "nonsense"}])
def test_new_scheme_needs_its_series(desk, officer, series):
    organization_id = officer.posts[0].organization_id
    data = {"organization_id": organization_id, "year": "2025", **series}
    answer = desk.post("/manage/schemes/new", data=data)
    assert answer.status_code == 422
    assert "请选择职称系列" in answer.text


def test_edit_page_shows_what_is_written_with_empty_rows_below(desk, officer):
    scheme = make_scheme(officer)
    page = desk.get(f"/manage/schemes/{scheme.id}/edit").text
    assert 'value="智能制造"' in page
    assert 'value="45.5"' in page
    assert len(re.findall(r'name="topics-\d+-title"', page)) == 4
    assert "保存后形成新的修订稿" in page


def test_more_rows_keep_what_was_typed_and_save_nothing(desk, officer):
    scheme = make_scheme(officer)
    data = filled(**{"goals": "刚写的目标", "topics-2-title": "第三项", "more_rows": "1"})
    answer = desk.post(f"/manage/schemes/{scheme.id}/edit", data=data)
    assert answer.status_code == 200
    assert "刚写的目标" in answer.text
    assert len(re.findall(r'name="topics-\d+-title"', answer.text)) == 6
    assert queries.latest_revision(scheme).goals != "刚写的目标"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": ""}, "请填写方案名称"),
        ({"topics-0-hours": "很多"}, "请填写学时数"),
        ({"topics-0-hours": "0"}, "请填写学时数"),
        ({"topics-0-title": ""}, "请填写学习内容"),
        ({"topics-0-category": "x"}, "topics-0-category"),
        ({"contact_email": "nobody"}, "电子邮箱不正确"),
        ({"goals": "x" * 4001}, "不能超过 4000 个字"),
        ({"division_code": "999999"}, "没有这个地区"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_saved(desk, officer, given, words):
    scheme = make_scheme(officer)
    answer = desk.post(f"/manage/schemes/{scheme.id}/edit", data=filled(**given))
    assert answer.status_code == 422
    assert words in answer.text
    assert queries.latest_revision(scheme).number == 1


def test_courses_are_found_added_moved_and_removed(desk, officer):
    first, second = CourseFactory(title="甲"), CourseFactory(title="乙")
    scheme = make_scheme(officer, is_published=False)
    courses = f"/manage/schemes/{scheme.id}/courses"
    assert "还没有课程" in desk.get(courses).text
    for course in (first, second):
        desk.post(f"{courses}/add", data={"course": course.id})
    assert titles_of(scheme) == "甲乙"
    desk.post(f"{courses}/{second.id}/move", data={"place": "1"})
    assert titles_of(scheme) == "乙甲"
    desk.post(f"{courses}/{first.id}/move", data={"place": "x"})
    desk.post(f"{courses}/{second.id}/remove")
    assert titles_of(scheme) == "甲"


def test_search_offers_published_courses_of_the_year_that_are_not_in_it(desk, officer):
    inside = CourseFactory(title="制造甲")
    CourseFactory(title="制造乙")
    CourseFactory(title="制造丙", year=2024)
    CourseFactory(title="制造丁", state=CourseState.DRAFT, published_at=None)
    scheme = make_scheme(officer, inside)
    found = desk.get(f"/manage/schemes/{scheme.id}/courses/search?q=制造").json["courses"]
    assert [row["name"] for row in found] == ["制造乙"]
    assert "公需科目" in found[0]["note"]
    assert desk.get(f"/manage/schemes/{scheme.id}/courses/search?q=").json == {"courses": []}


def test_without_javascript_words_are_looked_for_and_found_courses_have_a_button(desk, officer):
    course = CourseFactory(title="制造乙")
    scheme = make_scheme(officer)
    courses = f"/manage/schemes/{scheme.id}/courses"
    answer = desk.post(f"{courses}/add", data={"q": "制造", "course": ""}, follow_redirects=True)
    assert f'name="course" value="{course.id}"' in answer.text
    assert 'class="muted">没有找到可加入的课程' in desk.get(f"{courses}?q=无此课").text


def test_course_of_another_year_is_refused_in_words(desk, officer):
    scheme = make_scheme(officer)
    answer = desk.post(
        f"/manage/schemes/{scheme.id}/courses/add",
        data={"course": CourseFactory(year=2024).id},
        follow_redirects=True,
    )
    assert "只能加入本年度已发布的课程" in answer.text


def test_change_of_a_later_page_leads_back_to_it(desk, officer):
    courses = [CourseFactory() for _ in range(31)]
    scheme = make_scheme(officer, *courses)
    address = f"/manage/schemes/{scheme.id}/courses"
    link = re.search(r'rel="next" href="[^"?]+\?after=([^"]+)"', desk.get(address).text).group(1)
    data = {"place": "1", "after": link.replace("%7E", "~")}
    answer = desk.post(f"{address}/{courses[30].id}/move", data=data)
    assert "after=" in answer.location


def test_withdrawing_and_discarding_by_buttons(desk, officer):
    scheme = make_scheme(officer)
    address = f"/manage/schemes/{scheme.id}"
    desk.post(f"{address}/withdraw")
    assert the_scheme().state is SchemeState.WITHDRAWN
    assert "重新发布" in desk.get(address).text
    assert desk.post(f"{address}/discard", follow_redirects=True).text.count("没有未发布的修改")
    with transaction():
        operations.update_scheme(officer, scheme, facts("改名"))
    assert "放弃修改" in desk.get(address).text
    desk.post(f"{address}/discard")
    assert queries.latest_revision(the_scheme()).number == 1
    draft = make_scheme(officer, is_published=False, year=2024)
    assert desk.post(f"/manage/schemes/{draft.id}/discard").location == "/manage/schemes"


def test_list_shows_own_schemes_of_a_year_and_marks_unpublished_changes(desk, officer):
    scheme = make_scheme(officer, title="今年的方案")
    make_scheme(officer, title="去年的方案", year=2024)
    make_scheme(make_officer(name="省卫健委"), title="别人的方案")
    with transaction():
        operations.update_scheme(officer, scheme, facts("改名的方案"))
    page = desk.get("/manage/schemes").text
    assert all(text in page for text in ("改名的方案", "去年的方案", "有未发布的修改"))
    assert "别人的方案" not in page
    assert "去年的方案" not in desk.get("/manage/schemes?year=2025").text


def test_empty_list_says_what_to_do(desk):
    assert "先建立一个方案" in desk.get("/manage/schemes").text


def test_bureau_exports_the_schemes_of_its_departments(client, officer):
    make_scheme(officer, CourseFactory(title="=1+1"), CourseFactory(title="乙"), title="省方案")
    make_scheme(officer, title="去年的方案", year=2024)
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, name="省人社厅")
    clerk = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    answer = sign_in(client, clerk).get("/manage/schemes/export?year=2025")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    schemes, courses = (list(sheet.values) for sheet in book.worksheets)
    assert [row[6] for row in schemes[1:]] == ["省方案"]
    assert schemes[1][11:12] + schemes[1][15:16] == ("45.5", 2)
    assert [row[1:3] for row in courses[1:]] == [(1, "'=1+1"), (2, "乙")]


def test_list_and_courses_cost_the_same_queries_for_many(desk, officer):
    def count(address: str) -> int:
        seen = []
        listen = lambda *_: seen.append(1)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        assert desk.get(address).status_code == 200
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    few = make_scheme(officer, CourseFactory())
    first = count("/manage/schemes"), count(f"/manage/schemes/{few.id}/courses")
    many = make_scheme(officer, *(CourseFactory() for _ in range(8)), is_published=False)
    make_scheme(officer, year=2024)
    assert (count("/manage/schemes"), count(f"/manage/schemes/{many.id}/courses")) == first
