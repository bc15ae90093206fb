"""Every hour can be explained: windows, pop-ups and certificate, to its owner and an inspector."""

import pytest

from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.hours.models import Credit
from lms.organizations.models import OrganizationKind
from lms.watching.tracing import traces_of
from tests.factories import OrganizationFactory, PostFactory
from tests.support import sign_in
from tests.watching.support import Page, make_study, watch


@pytest.fixture
def credit(app, clock):
    """Hours of a course without exam: a wrong answer, a fall-back, and seen to the end."""
    cycle = make_study(windows=4, questions=8, requires_exam=False)
    with transaction():
        cycle.person.unit = OrganizationFactory(kind=OrganizationKind.UNIT)
    page = Page.of(app, cycle).set_gates(1, 3)
    watch(page, clock, range(1))
    page.answer(page.popup())
    watch(page, clock, range(1, 3))
    for _time in range(3):
        clock.advance(page.answer(page.popup(), right=False).json["wait_seconds"])
    watch(page, clock, range(1, 3))
    page.answer(page.popup())
    watch(page, clock, range(3, 4))
    assert page.post("finish").json["finished"] is True
    return db.session.query(Credit).one()


def test_a_trace_tells_windows_answers_and_fall_backs_in_order(credit):
    (trace,) = traces_of(credit.cycle)
    told = [
        ("right" if step.popup.is_right else "wrong", step.start)
        if step.popup
        else ("back" if step.is_fall_back else "window", step.start)
        for step in trace.steps
    ]
    wrong = [("wrong", 90)] * 3
    way = [("window", 30), ("window", 60)]
    first, last = [("window", 0), ("right", 30)], [("right", 90), ("window", 90)]
    assert told == first + way + wrong + [("back", 30)] + way + last
    assert (trace.window_count, len(trace.popups), trace.right_count) == (6, 5, 2)


def test_the_owner_sees_where_every_second_came_from(credit, client):
    text = sign_in(client, credit.person).get(f"/me/hours/{credit.id}").text
    popup = traces_of(credit.cycle)[0].popups[0]
    for told in ("1:00 – 1:30", "连续答错三次，从这里重新观看", popup.question.text):
        assert told in text
    assert credit.certificate_number in text
    assert "免费报名" in text


def test_an_inspector_of_the_division_sees_the_same_with_the_name(credit, client):
    unit = credit.person.unit
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code=unit.division_code)
    officer = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    sign_in(client, officer)
    text = client.get(f"/manage/hours/{credit.id}").text
    assert f"{credit.person.name}的学时来历" in text
    assert "连续答错三次，从这里重新观看" in text
    assert f"/manage/hours/{credit.id}" in client.get(f"/manage/people/{credit.person_id}").text


def test_whoever_does_not_inspect_the_unit_finds_nothing(credit, client):
    unit = credit.person.unit
    manager = PostFactory(organization=unit, role=Role.UNIT_MANAGER).person
    assert sign_in(client, manager).get(f"/manage/hours/{credit.id}").status_code == 403
    page = client.get(f"/manage/people/{credit.person_id}").text
    assert f"/manage/hours/{credit.id}" not in page
