"""Picking a division and an organization."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from lms.administration.forms import DivisionField, OrganizationField
from lms.core.db import db, transaction
from lms.organizations.models import OrganizationKind, OrganizationState
from lms.organizations.rules import DivisionLevel
from tests.factories import organizations as make


class PickForm(Form):
    place = DivisionField("地区")
    street = DivisionField("街道", least=DivisionLevel.STREET, required=False)
    unit = OrganizationField("单位")
    maybe = OrganizationField("主管部门", kinds=(OrganizationKind.DEPARTMENT,), required=False)


def filled(*pairs: tuple[str, str]) -> PickForm:
    form = PickForm(MultiDict(pairs))
    form.validate()
    return form


@pytest.fixture(autouse=True)
def divisions(app):
    make.some_divisions()


def names(answer) -> list[str]:
    return [each["name"] for each in answer.json["organizations"]]


def test_divisions_below_a_division_are_listed_with_the_name_of_their_level(client):
    found = client.get("/divisions?parent=371100").json["divisions"]
    assert [each["code"] for each in found] == ["371102", "371103"]
    assert {each["label"] for each in found} == {"县（市、区）"}


def test_without_a_parent_the_provinces_are_listed(client):
    assert [each["code"] for each in client.get("/divisions").json["divisions"]] == ["370000"]


@pytest.mark.parametrize("parent", ["371102001", "99", "371100%", "１２３４５６", "x" * 500])
def test_nothing_lies_below_a_street_or_a_code_that_is_none(client, parent):
    answer = client.get("/divisions", query_string={"parent": parent})
    assert (answer.status_code, answer.json["divisions"]) == (200, [])


def test_units_are_found_by_the_beginning_of_their_name_first(client):
    make.unit("山东日照机械厂", "371102")
    make.unit("日照造船厂", "371103")
    answer = client.get("/organizations/search?q=日照")
    assert names(answer) == ["日照造船厂", "山东日照机械厂"]
    assert answer.json["organizations"][0]["note"] == "用人单位 · 日照市岚山区"


def test_a_unit_is_found_by_its_whole_credit_code_in_any_case(client):
    code = make.credit_code(1)
    make.unit("日照造船厂", "371103", credit_code=code)
    assert names(client.get(f"/organizations/search?q={code.lower()}")) == ["日照造船厂"]
    assert names(client.get(f"/organizations/search?q={code[:10]}")) == []


def test_only_approved_units_and_stand_ins_are_offered(client):
    make.bureau("日照人社局", "371100")
    make.unit("日照待审厂", "371102", state=OrganizationState.PENDING)
    make.unit("日照停用厂", "371102", state=OrganizationState.CLOSED)
    make.organization(OrganizationKind.STAND_IN, "日照人才中心", "371100")
    assert names(client.get("/organizations/search?q=日照")) == ["日照人才中心"]
    assert names(client.get("/organizations/search?q=日照&kind=bureau")) == ["日照人才中心"]


def test_a_percent_sign_is_a_character_like_any_other(client):
    make.unit("日照造船厂", "371103")
    assert names(client.get("/organizations/search?q=%25")) == []


def test_departments_are_those_of_the_division_and_above_it(client):
    make.department("日照市教育局", "371100")
    make.department("东港区教育局", "371102")
    make.department("岚山区教育局", "371103")
    address = "/organizations/search?q=&kind=department&division="
    assert names(client.get(f"{address}371102001")) == ["东港区教育局", "日照市教育局"]
    assert names(client.get(f"{address}371100")) == ["日照市教育局"]
    assert names(client.get("/organizations/search?q=&kind=department")) == []


def test_the_deepest_division_that_fits_the_ones_above_it_counts():
    selects = [("place", "370000"), ("place", "371100"), ("place", "371102"), ("place", "")]
    assert filled(*selects).place.data == "371102"
    assert filled(("place", "371102001")).place.data == "371102001"


def test_what_lies_elsewhere_than_the_level_above_does_not_count():
    # Without JavaScript the old county stays chosen while the city is changed.
    form = filled(("place", "370000"), ("place", "370600"), ("place", "371102"))
    assert form.place.data == "370600"
    assert form.place.errors == ["请选择到县（市、区）。"]


def test_the_form_comes_back_with_the_next_level():
    form = filled(("place", "371100"))
    shown = [([each.code for each in level], chosen) for level, chosen in form.place.levels()]
    assert shown == [
        (["370000"], "370000"),
        (["370100", "370600", "371100"], "371100"),
        (["371102", "371103"], None),
    ]


def test_with_a_single_province_its_cities_show_at_once():
    assert [chosen for _level, chosen in PickForm().place.levels()] == ["370000", None]


@pytest.mark.parametrize("code", ["999999", "山东", "0", "37110200100000"])
def test_a_division_that_there_is_not_is_an_error_of_the_field(code):
    assert filled(("place", code)).place.errors == ["没有这个地区，请重新选择。"]


def test_a_required_division_must_be_chosen_and_another_need_not():
    form = filled(("place", ""), ("street", ""))
    assert form.place.errors == ["请选择所在地区。"]
    assert (form.street.data, [*form.street.errors]) == (None, [])
    assert filled(("street", "371102")).street.errors == ["请选择到乡镇（街道）。"]


def test_an_organization_is_picked_by_its_id():
    unit = make.unit("日照造船厂", "371103")
    form = filled(("unit", str(unit.id)), ("unit-text", "日照造船厂"))
    assert (form.unit.data, [*form.unit.errors]) == (unit.id, [])
    assert form.unit.shown_text == "日照造船厂"


def test_a_name_or_credit_code_in_full_is_understood_without_a_list():
    code = make.credit_code(1)
    unit = make.unit("日照造船厂", "371103", credit_code=code)
    assert filled(("unit-text", "日照造船厂")).unit.data == unit.id
    assert filled(("unit", ""), ("unit-text", f" {code} ")).unit.data == unit.id


def test_what_is_to_be_read_counts_more_than_the_hidden_id():
    old, new = make.unit("日照造船厂", "371103"), make.unit("日照机械厂", "371103")
    assert filled(("unit", str(old.id)), ("unit-text", "日照机械厂")).unit.data == new.id
    form = filled(("unit", str(old.id)), ("unit-text", "没有的厂"))
    assert form.unit.data is None
    assert form.unit.errors == ["没有找到这个机构，请输入名称后从列表中选择。"]
    assert form.unit.shown_text == "没有的厂"


@pytest.mark.parametrize("forged", ["0", "-1", "999999", "9" * 30, "٣", "1 OR 1=1"])
def test_an_id_that_there_is_not_is_an_error_of_the_field(forged):
    assert "没有找到这个机构" in filled(("unit", forged)).unit.errors[0]


def test_an_id_of_a_closed_unit_or_of_another_kind_is_an_error():
    unit = make.unit("日照造船厂", "371103")
    bureau = make.bureau("日照人社局", "371100")
    assert filled(("unit", str(bureau.id))).unit.errors
    assert filled(("maybe", str(unit.id))).maybe.errors
    with transaction():
        unit.state = OrganizationState.CLOSED
    db.session.expire_all()
    assert filled(("unit", str(unit.id))).unit.errors


def test_a_required_organization_must_be_picked_and_another_need_not():
    form = filled(("unit", ""), ("unit-text", ""), ("maybe", ""))
    assert form.unit.errors == ["请选择机构。"]
    assert (form.maybe.data, [*form.maybe.errors]) == (None, [])
