"""Who is at risk: whose people, in which order, how they stand, and the workbook."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hourbank import policies
from lms.hourbank.rules import Requirement
from lms.hourbank.statements import exporting
from lms.hourbank.statements.risk import RiskFilter, Standing, Summary, risk_page, summarize
from tests.factories import PersonFactory, PostFactory
from tests.factories.organizations import bureau, department, unit
from tests.hourbank.statements.support import book, meet, take_back, worker
from tests.support import sign_in

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL
YEAR = RiskFilter(2025)


@pytest.fixture(autouse=True)
def at_noon(clock):
    """Every test here happens on 2025-06-02."""


@pytest.fixture
def factory(app):
    """A unit of Yantai with five people: met, short by 1.5, short by 41.5, none, and retired."""
    made = unit("海港机械厂", "370600", department("工信局", "370600"))
    met, nearly, far, nothing, retired = (worker(made, name=f"王{last}") for last in "甲乙丙丁戊")
    meet(met, 2025)
    book(nearly, "28.5")
    book(nearly, "70", PROFESSIONAL)
    book(far, "18.5")
    book(far, "30", PROFESSIONAL)
    take_back(book(nothing, "12"))
    with transaction():
        retired.state = PersonState.RETIRED
    return made


def manager_of(organization, role=Role.UNIT_MANAGER):
    return PostFactory(organization=organization, role=role).person


def names(page) -> str:
    return "".join(row.name[1:] for row in page.rows)


def test_most_short_come_first(factory):
    page = risk_page(manager_of(factory), YEAR)
    assert names(page) == "丁丙乙甲"
    assert [str(row.short) for row in page.rows] == ["90", "41.5", "1.5", "0"]
    assert [row.standing for row in page.rows] == [
        Standing.NOTHING,
        Standing.AT_RISK,
        Standing.AT_RISK,
        Standing.MET,
    ]


def test_figures_above_count_everybody_once(factory):
    assert summarize(manager_of(factory), YEAR) == Summary(people=4, met=1, at_risk=2, nothing=1)


def test_figures_above_are_those_of_the_name_and_unit_asked_for(factory):
    manager = manager_of(factory)
    assert summarize(manager, RiskFilter(2025, name="王乙")) == Summary(1, 0, 1, 0)
    assert summarize(manager, RiskFilter(2025, unit_id=10**6)) == Summary(0, 0, 0, 0)
    # The list may be narrowed further; the figures tell of all whom it is narrowed from.
    assert summarize(manager, RiskFilter(2025, standing=Standing.MET)).people == 4


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ({"standing": Standing.MET}, "甲"),
        ({"standing": Standing.AT_RISK}, "丙乙"),
        ({"standing": Standing.NOTHING}, "丁"),
        ({"short_of": PROFESSIONAL}, "丁丙"),
        ({"short_of": PUBLIC}, "丁丙乙"),
        ({"name": "王乙"}, "乙"),
        ({"unit_id": 10**6}, ""),
    ],
)
def test_filter_narrows_the_list(factory, narrowed, left):
    assert names(risk_page(manager_of(factory), RiskFilter(2025, **narrowed))) == left


def test_another_year_stands_on_its_own(factory):
    wanted = RiskFilter(2024)
    assert summarize(manager_of(factory), wanted) == Summary(people=4, met=0, at_risk=0, nothing=4)


def test_pages_follow_each_other_without_gap_or_repeat(factory):
    manager = manager_of(factory)
    first = risk_page(manager, YEAR, size=2)
    assert first.next is not None
    second = risk_page(manager, YEAR, first.next, size=2)
    assert names(first) + names(second) == "丁丙乙甲"
    assert second.next is None
    assert second.previous is not None
    assert names(risk_page(manager, YEAR, second.previous, size=2)) == "丁丙"


def test_department_and_bureau_see_their_units_and_nobody_elses(factory):
    elsewhere = worker(unit("运河设计院", "371102"), name="李外")
    book(elsewhere, "1")
    officer = manager_of(factory.parent, Role.DEPARTMENT_OFFICER)
    city = manager_of(bureau("烟台人社局", "370600"), Role.BUREAU_OFFICER)
    province = manager_of(bureau("省人社厅", "370000"), Role.BUREAU_OFFICER)
    assert names(risk_page(officer, YEAR)) == "丁丙乙甲"
    assert names(risk_page(city, YEAR)) == "丁丙乙甲"
    assert "外" in names(risk_page(province, YEAR))


def test_each_division_is_judged_by_its_own_requirement(factory, monkeypatch):
    other = worker(unit("运河设计院", "371102"), name="李外")
    book(other, "30")
    lenient = Requirement(Hours(300), Hours(0), Hours(300))
    find = policies.policy_for

    def policy_for(code, year):
        found = find(code, year)
        if not code.startswith("3711"):
            return found
        return type("Lenient", (), {"requirement": lenient})()

    monkeypatch.setattr(policies, "policy_for", policy_for)
    province = manager_of(bureau("省人社厅", "370000"), Role.BUREAU_OFFICER)
    met = risk_page(province, RiskFilter(2025, standing=Standing.MET))
    assert sorted(names(met)) == sorted("甲外")


def test_what_only_the_sum_lacks_is_at_risk(factory, monkeypatch):
    strict = Requirement(Hours(300), Hours(600), Hours(1000))
    policy = type("Strict", (), {"requirement": strict})()
    monkeypatch.setattr(policies, "policy_for", lambda _code, _year: policy)
    (row,) = risk_page(manager_of(factory), RiskFilter(2025, name="王甲")).rows
    assert (str(row.short), row.standing) == ("10", Standing.AT_RISK)


def test_page_masks_numbers_and_links_to_the_person(client, factory):
    page = sign_in(client, manager_of(factory)).get("/hourbank/manage/people").text
    person = next(row for row in risk_page(manager_of(factory), YEAR).rows if row.name == "王丙")
    assert f"/hourbank/manage/people/{person.id}?year=2025" in page
    assert "差 11.5" in page
    assert "********" in page


def test_person_page_and_register_form_are_for_those_in_charge(client, factory):
    person = worker(factory, name="王己")
    book(person, "2.5")
    own = sign_in(client, manager_of(factory))
    assert "2.5 / 30 学时" in own.get(f"/hourbank/manage/people/{person.id}?year=2025").text
    form = own.get(f"/hourbank/manage/people/{person.id}/register-form.pdf?year=2025")
    assert form.data.startswith(b"%PDF-")
    stranger = sign_in(client, manager_of(unit("别的单位", "371102")))
    assert stranger.get(f"/hourbank/manage/people/{person.id}").status_code == 404
    nobody = PersonFactory()
    assert own.get(f"/hourbank/manage/people/{nobody.id}").status_code == 404


def test_page_of_a_person_tells_those_in_charge_how_the_year_stands(client, factory):
    person = worker(factory, name="王己")
    book(person, "2.5")
    page = sign_in(client, manager_of(factory)).get(f"/manage/people/{person.id}").text
    assert "2.5 / 30 学时" in page
    assert f"/hourbank/manage/people/{person.id}" in page


def test_workbook_holds_the_list_as_filtered_and_is_audited(client, factory):
    visitor = sign_in(client, manager_of(factory))
    answer = visitor.post(
        "/hourbank/manage/people/export", data={"year": "2025", "standing": "at_risk"}
    )
    rows = list(load_workbook(BytesIO(answer.data)).active.values)
    assert [row[0] for row in rows[1:]] == ["王丙", "王乙"]
    assert rows[2][4:] == ("28.5", "1.5", "70", "0", "98.5", "1.5", "未达标")
    assert "********" in rows[1][1]
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.BANK_STATEMENTS_EXPORT.value)
    event = db.session.scalars(query).one()
    assert event.detail["rows"] == 2


def test_workbook_of_too_many_people_is_refused(factory, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    with pytest.raises(Conflict):
        exporting.export_risk(manager_of(factory), YEAR)


def test_address_that_cannot_be_read_shows_the_first_page(client, factory):
    visitor = sign_in(client, manager_of(factory))
    for query in ("after=x~y", "year=abc", "standing=never", "unit=-1", "after=5"):
        assert visitor.get(f"/hourbank/manage/people?{query}").status_code == 200
