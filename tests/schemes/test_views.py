"""Schemes as guests and learners see them."""

import re

import pytest
from sqlalchemy import event

from lms.accounts.enums import ProfessionSeries, TitleLevel
from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.enrollments.models import CycleState
from lms.enrollments.operations import complete_cycle
from lms.hours.operations import reverse_credit
from lms.organizations.models import OrganizationKind
from lms.schemes import operations, progress, queries
from tests.factories import CourseFactory, CycleFactory, OrganizationFactory, PersonFactory
from tests.factories.organizations import division
from tests.factories.schemes import ENGINEERING, facts, make_scheme
from tests.factories.schemes import officer as make_officer
from tests.support import sign_in


def queries_of(client, address: str) -> int:
    seen = []
    listen = lambda *_: seen.append(1)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    assert client.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", listen)
    return len(seen)


def test_published_scheme_is_read_by_anybody(client, officer):
    scheme = make_scheme(officer, CourseFactory(title="智能制造导论"), audience="全省工程师")
    page = client.get(f"/schemes/{scheme.id}").text
    for text in (
        "省工信厅",
        "智能制造导论",
        "45.5",
        "全省工程师",
        "周志强",
        "0633-1234567",
        "第 1 版",
    ):
        assert text in page
    assert "2025年度专业科目学习方案" in client.get("/schemes").text


def test_scheme_shows_courses_as_they_are_published(client, officer):
    """What a trainer is writing meanwhile is nobody's to read."""
    course = CourseFactory(title="智能制造导论", hours=Hours(455))
    scheme = make_scheme(officer, course)
    with transaction():
        course.title, course.hours, course.year = "还没有审核的名称", Hours(999), 2031
    for address in (f"/schemes/{scheme.id}", f"/schemes/{scheme.id}/print"):
        page = client.get(address).text
        assert "智能制造导论" in page
        assert "45.5" in page
        assert "还没有审核的名称" not in page
        assert "99.9" not in page
    assert queries.unfit_titles(scheme, queries.latest_revision(scheme)) == []


def test_draft_is_read_by_nobody(client, officer):
    scheme = make_scheme(officer, is_published=False)
    for address in ("", "/print", "/revisions/1"):
        assert client.get(f"/schemes/{scheme.id}{address}").status_code == 404
    assert "还没有学习方案" in client.get("/schemes").text


def test_revision_that_is_being_written_is_read_by_nobody(client, officer):
    scheme = make_scheme(officer)
    with transaction():
        operations.update_scheme(officer, scheme, facts("还没发布的名称"))
    assert client.get(f"/schemes/{scheme.id}/revisions/2").status_code == 404
    for address in (f"/schemes/{scheme.id}", f"/schemes/{scheme.id}/print", "/schemes"):
        assert "还没发布的名称" not in client.get(address).text


def test_withdrawn_scheme_says_so_and_leaves_the_list(client, officer):
    scheme = make_scheme(officer)
    with transaction():
        operations.withdraw_scheme(officer, scheme)
    assert "已由制定部门撤回" in client.get(f"/schemes/{scheme.id}").text
    assert f"/schemes/{scheme.id}" not in client.get("/schemes").text


def test_former_revision_is_kept_and_leads_to_the_present_one(client, officer):
    scheme = make_scheme(officer)
    with transaction():
        operations.update_scheme(officer, scheme, facts("改后的方案"))
        operations.publish_scheme(officer, scheme, "改了名称")
    former = client.get(f"/schemes/{scheme.id}/revisions/1").text
    assert "2025年度专业科目学习方案" in former
    assert "查看现行版本" in former
    assert "改了名称" in client.get(f"/schemes/{scheme.id}").text
    assert client.get(f"/schemes/{scheme.id}/revisions/3").status_code == 404


def test_list_is_narrowed_by_year_and_series_and_says_when_it_is_empty(client, officer):
    make_scheme(officer, title="今年的方案")
    make_scheme(officer, title="去年的方案", year=2024)
    page = client.get("/schemes?year=2024").text
    assert "去年的方案" in page
    assert "今年的方案" not in page
    assert "没有符合条件的学习方案" in client.get("/schemes?profession=health").text
    assert client.get("/schemes?year=x&profession=nonsense&after=x").status_code == 200


def test_print_shows_every_course(client, officer):
    scheme = make_scheme(officer, *(CourseFactory(title=f"课{n:02d}") for n in range(35)))
    page = client.get(f"/schemes/{scheme.id}/print").text
    assert len(re.findall(r"课\d\d", page)) == 35


def test_courses_go_on_page_by_page_and_back(client, officer):
    scheme = make_scheme(officer, *(CourseFactory(title=f"课{n:02d}") for n in range(35)))
    first = client.get(f"/schemes/{scheme.id}").text
    link = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(link).text
    assert re.findall(r">(课\d\d)<", first + second) == [f"课{n:02d}" for n in range(35)]
    back = re.search(r'rel="prev" href="([^"]+)"', second).group(1).replace("&amp;", "&")
    assert re.findall(r">(课\d\d)<", client.get(back).text) == [f"课{n:02d}" for n in range(30)]


def test_texts_of_a_scheme_are_escaped(client, officer):
    scheme = make_scheme(officer, title="<script>x</script>", goals="<img onerror=x>")
    page = client.get(f"/schemes/{scheme.id}").text
    assert "<script>x" not in page
    assert "<img onerror" not in page


def test_learner_of_the_series_sees_the_scheme_on_me_and_in_the_catalogue(client, officer, learner):
    make_scheme(officer, CourseFactory(title="智能制造导论"))
    desk = sign_in(client, learner)
    for address in ("/me", "/courses"):
        page = desk.get(address).text
        assert "2025 年度学习方案" in page
        assert "智能制造导论" in page
    assert "2025 年度学习方案" not in desk.get("/courses?q=无").text


def test_guest_is_led_to_everybodys_schemes(client, officer):
    assert 'href="/schemes"' in client.get("/courses").text


@pytest.mark.parametrize(
    ("given", "is_shown"),
    [
        ({}, True),
        ({"year": 2023}, False),
        ({"profession": ProfessionSeries.HEALTH}, False),
        ({"levels": (TitleLevel.SENIOR,)}, False),
        ({"levels": (TitleLevel.JUNIOR, TitleLevel.SENIOR)}, True),
        ({"is_published": False}, False),
    ],
)
def test_scheme_is_for_its_year_series_and_levels(officer, learner, given, is_shown):
    with transaction():
        learner.title_level = TitleLevel.JUNIOR
    make_scheme(officer, **given)
    assert bool(queries.revisions_for(learner)) is is_shown


def test_last_years_scheme_is_shown_until_this_years_is_out(client, officer, learner):
    make_scheme(officer, title="去年的方案", year=2024)
    desk = sign_in(client, learner)
    page = desk.get("/me").text
    assert "去年的方案" in page
    assert "2025 年度的方案尚未发布" in page
    make_scheme(officer, title="今年的方案")
    page = desk.get("/me").text
    assert "今年的方案" in page
    assert "去年的方案" not in page


def test_level_that_is_not_known_shuts_nobody_out(officer, learner):
    make_scheme(officer, levels=(TitleLevel.SENIOR,))
    assert len(queries.revisions_for(learner)) == 1


def test_scheme_is_for_its_division_and_the_nearest_comes_first(officer, clock):
    for code in ("371102", "370600"):
        division(code)
    make_scheme(officer, title="省方案")
    make_scheme(make_officer("371100", "日照市工信局"), title="日照方案", division_code="371100")
    make_scheme(make_officer("370600", "烟台市工信局"), title="烟台方案", division_code="370600")
    unit = OrganizationFactory(kind=OrganizationKind.UNIT, division_code="371102")
    person = PersonFactory(unit=unit)
    with transaction():
        person.profession = ENGINEERING
    assert [each.title for each in queries.revisions_for(person)] == ["日照方案", "省方案"]


def test_person_without_series_or_unit_has_no_scheme_of_their_own(officer, learner):
    make_scheme(officer)
    stranger = PersonFactory()
    with transaction():
        stranger.profession = ENGINEERING
        learner.profession = None
    assert queries.revisions_for(stranger) == queries.revisions_for(learner) == []


def test_own_progress_and_hours_stand_beside_each_course(client, officer, learner):
    done, begun, new = (CourseFactory(title=t, hours=Hours(25)) for t in ("甲", "乙", "丙"))
    scheme = make_scheme(officer, done, begun, new)
    CycleFactory(person=learner, course=begun)
    cycle = CycleFactory(person=learner, course=done)
    with transaction():
        complete_cycle(cycle)
    page = sign_in(client, learner).get(f"/schemes/{scheme.id}").text
    rows = {t: page[page.index(f">{t}</a>") :].split("</tr>")[0] for t in "甲乙丙"}
    assert "已得 2.5 学时" in rows["甲"]
    assert "学习中" in rows["乙"]
    assert "未开始" in rows["丙"]
    assert "已完成 1 / 3 门课程" in page


def test_others_progress_is_not_shown(client, officer, learner):
    course = CourseFactory()
    scheme = make_scheme(officer, course)
    CycleFactory(course=course, state=CycleState.COMPLETED)
    page = sign_in(client, learner).get(f"/schemes/{scheme.id}").text
    assert "已完成 0 / 1 门课程" in page
    assert "未开始" in page


def test_hours_taken_back_do_not_count(officer, learner):
    course = CourseFactory(hours=Hours(25))
    revision = queries.get_public(make_scheme(officer, course).id)
    cycle = CycleFactory(person=learner, course=course)
    with transaction():
        complete_cycle(cycle)
    assert progress.summary(learner, revision).all_hours == Hours(25)
    with transaction():
        reverse_credit(cycle.id, "抽查不符")
    assert progress.summary(learner, revision).all_hours == Hours(0)
    assert progress.standings(learner, [course.id])[course.id].hours == Hours(0)


def test_next_courses_are_those_open_and_not_completed(officer, learner):
    courses = [CourseFactory(title=t) for t in "甲乙丙"]
    revision = queries.get_public(make_scheme(officer, *courses).id)
    CycleFactory(person=learner, course=courses[0], state=CycleState.COMPLETED)
    with transaction():
        courses[1].state = CourseState.WITHDRAWN
    assert [row.course.title for row in progress.next_courses(learner, revision)] == ["丙"]


@pytest.mark.parametrize("address", ["/schemes/{}", "/schemes/{}/print", "/me", "/courses"])
def test_pages_cost_the_same_queries_for_many_courses(client, officer, learner, address):
    desk = sign_in(client, learner)
    course = CourseFactory()
    CycleFactory(person=learner, course=course)
    scheme = make_scheme(officer, course)
    queries_of(desk, address.format(scheme.id))
    one = queries_of(desk, address.format(scheme.id))
    more = [CourseFactory() for _ in range(6)]
    with transaction():
        operations.withdraw_scheme(officer, scheme)
    many = make_scheme(officer, course, *more)
    # The page of what one studies itself looks at each course under way.
    for each in more if address.startswith("/schemes") else []:
        CycleFactory(person=learner, course=each)
    assert queries_of(desk, address.format(many.id)) <= one
