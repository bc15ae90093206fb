"""The dry run: what is refused and why, and what is counted."""

import pytest

from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.rules import resident_check_character
from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind, OrganizationState
from lms.roster.checking import check_now
from lms.roster.enums import FileFault, RosterState
from lms.roster.models import RosterProblem
from tests.factories import OrganizationFactory, PersonFactory
from tests.factories.accounts import identity_number
from tests.roster.support import (
    HEADINGS,
    checked,
    counts,
    csv_file,
    just,
    manager_of,
    only_problem,
    problems,
    row,
    unit_named,
    uploaded,
    workbook,
)

GOOD = identity_number(700_001)
WRONG_CHECK = GOOD[:17] + ("1" if GOOD[17] != "1" else "2")


def test_sound_rows_are_new_and_nothing_is_written(manager):
    before = db.session.query(Person).count()
    roster = checked(manager, workbook([row(n) for n in range(3)]))
    assert roster.state is RosterState.CHECKED
    assert counts(roster) == just(new=3)
    assert db.session.query(Person).count() == before


@pytest.mark.parametrize(
    ("fields", "letter", "kind"),
    [
        ({"姓名": ""}, "A", "empty"),
        ({"姓名": "王2"}, "A", "name"),
        ({"姓名": 12}, "A", "name"),
        ({"证件类型": "军官证"}, "B", "kind"),
        ({"证件号码": ""}, "C", "empty"),
        ({"证件号码": int(GOOD[:17]) * 10}, "C", "number_as_number"),
        ({"证件号码": float(GOOD[:17] + "0")}, "C", "number_as_number"),
        ({"证件号码": "3.71102E+17"}, "C", "number_as_number"),
        ({"证件号码": "3.71102197001E17"}, "C", "number_as_number"),
        ({"证件号码": WRONG_CHECK}, "C", "number_check"),
        ({"证件号码": "371102197002300011"}, "C", "number_check"),
        ({"证件号码": "370102700101123"}, "C", "number_old"),
        ({"证件号码": "37110219700101123"}, "C", "number_length"),
        ({"证件号码": "37110219700101123O"}, "C", "number_signs"),
        ({"证件类型": "护照", "证件号码": "号"}, "C", "number_other"),
        ({"证件类型": "台湾居民来往大陆通行证", "证件号码": 12345678}, "C", "number_as_number"),
        ({"手机号码": "1380000"}, "D", "phone"),
        ({"电子邮箱": "nobody"}, "E", "email"),
        ({"电子邮箱": "a@" + "b" * 200 + ".cn"}, "E", "email"),
        # What no page takes would stand in the way of everything else that is mended there.
        ({"电子邮箱": "张三@qq.com"}, "E", "email"),
        ({"电子邮箱": "a@例子.中国"}, "E", "email"),
        ({"电子邮箱": "a@b.12"}, "E", "email"),
        ({"电子邮箱": "a@x..com"}, "E", "email"),
        ({"工作单位": "没有的单位"}, "F", "unit_unknown"),
        ({"职称系列": "炼金术"}, "G", "series"),
        ({"职称级别": "高级"}, "H", "level"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(manager, fields, letter, kind):
    assert only_problem(manager, row(1), row(2, **fields)) == (3, letter, kind)


def test_a_birthday_that_does_not_exist_is_told(manager):
    first_17 = "37110219700230123"
    number = first_17 + resident_check_character(first_17)
    assert only_problem(manager, row(1, 证件号码=number)) == (2, "C", "number_birthday")


def test_every_cell_that_is_wrong_is_told(manager):
    roster = checked(manager, workbook([row(1, 姓名="", 证件号码="1", 手机号码="1", 职称级别="?")]))
    assert [(each[1], each[3]) for each in problems(roster)] == [
        ("A", "empty"),
        ("C", "number_length"),
        ("D", "phone"),
        ("H", "level"),
    ]
    assert counts(roster) == just(refused=1)


def test_a_number_twice_in_the_file_names_both_rows(manager):
    twice = {"证件号码": row(1)[2], "姓名": "李四"}
    roster = checked(manager, workbook([row(1), row(2), row(3, **twice), row(4, 手机号码="1")]))
    found = [
        (each.row_number, each.kind.value, each.detail) for each in db.session.query(RosterProblem)
    ]
    assert sorted(found)[:2] == [
        (2, "number_twice", {"rows": "4"}),
        (4, "number_twice", {"rows": "2"}),
    ]
    assert counts(roster) == just(new=1, refused=3)


def test_another_name_than_the_registered_one_is_refused_without_telling_it(manager, unit):
    PersonFactory(name="张三丰", identity_number=row(1)[2], unit=unit)
    assert only_problem(manager, row(1)) == (2, "A", "name_differs")
    (problem,) = db.session.query(RosterProblem)
    assert "张三丰" not in problem.text


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (PersonState.PENDING, "pending"),
        (PersonState.REFUSED, "registration_refused"),
        (PersonState.SUSPENDED, "suspended"),
        (PersonState.RETIRED, "retired"),
        (PersonState.DECEASED, "deceased"),
        (PersonState.MERGED, "merged"),
    ],
)
def test_people_who_are_not_active_are_refused(manager, unit, state, kind):
    PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=unit, state=state)
    assert only_problem(manager, row(1)) == (2, "C", kind)


def test_contacts_of_staff_are_not_changed_by_a_roster(manager, unit):
    number = row(1)[2]
    officer = manager_of(unit, name=row(1)[0], identity_number=number, unit=unit)
    assert only_problem(manager, row(1)) == (2, "D", "staff_contact")
    roster = checked(manager, workbook([row(1, 手机号码="", 电子邮箱="")]))
    assert counts(roster) == just(changed=1)
    assert officer.phone_hash is None


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ({"kind": OrganizationKind.UNIT, "state": OrganizationState.CLOSED}, "unit_closed"),
        ({"kind": OrganizationKind.UNIT, "state": OrganizationState.PENDING}, "unit_closed"),
        ({"kind": OrganizationKind.BASE}, "unit_kind"),
    ],
)
def test_some_organizations_take_nobody(app, clock, place, kind):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    OrganizationFactory(name="某机构", parent_id=department.id, **place)
    officer = manager_of(department, Role.DEPARTMENT_OFFICER)
    assert only_problem(officer, row(1, 工作单位="某机构")) == (2, "F", kind)


def test_a_unit_manager_imports_into_no_other_unit(manager):
    unit_named("别的单位")
    assert only_problem(manager, row(1, 工作单位="别的单位")) == (2, "F", "unit_outside")


def test_a_department_imports_into_its_units_by_name_or_code(app, clock):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    code = "91371100MA3C0000XQ"
    unit_named("第一研究院（日照）", parent_id=department.id)
    unit_named("第二研究院", parent_id=department.id, credit_code=code)
    unit_named("别家研究院")
    officer = manager_of(department, Role.DEPARTMENT_OFFICER)
    rows = [
        row(1, 工作单位="第一研究院(日照)"),
        row(2, 工作单位=code.lower()),
        row(3, 工作单位="别家研究院"),
        row(4),
    ]
    roster = checked(officer, workbook(rows))
    assert counts(roster) == just(new=2, refused=2)
    assert [each[3] for each in problems(roster)] == ["unit_outside", "unit_empty"]


def test_a_department_needs_the_column_of_units(app, clock):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    officer = manager_of(department, Role.DEPARTMENT_OFFICER)
    roster = checked(officer, workbook([row(1)[:5]], HEADINGS[:5]))
    assert roster.fault is FileFault.MISSING_COLUMNS
    assert "工作单位" in roster.fault_text


def test_columns_may_stand_in_any_order_among_others_below_a_title(manager):
    headings = ["序号", "手机号码（必填）", "身份证号", "备注", " 姓 名 ", "职称级别"]
    cells = [1, "13800000001", row(1)[2], "=1+1", row(1)[0], "副高"]
    content = csv_file([[], headings, cells], headings=["某单位人员表"])
    roster = checked(manager, content)
    assert counts(roster) == just(new=1)


@pytest.mark.parametrize(
    ("headings", "fault"),
    [
        (["姓名", "手机号码"], FileFault.MISSING_COLUMNS),
        (["姓名", "证件号码", "证件号码"], FileFault.REPEATED_COLUMN),
        (["一", "二"], FileFault.NO_HEADER),
    ],
)
def test_a_sheet_without_its_columns_is_told_so(manager, headings, fault):
    rows = [["王小明", GOOD, "x"]] * 12
    assert checked(manager, workbook(rows, headings)).fault is fault


def test_a_sheet_without_people_is_told_so(manager):
    assert checked(manager, workbook([])).fault is FileFault.NO_ROWS
    assert checked(manager, workbook([["", " "]])).fault is FileFault.NO_ROWS


def test_empty_rows_and_cells_keep_the_numbers_of_the_rows(manager):
    rows = [row(1), [], [None, ""], row(2, 职称级别="?")]
    assert only_problem(manager, *rows) == (5, "H", "level")


def test_other_documents_are_taken(manager):
    rows = [
        row(1, 证件类型="护照", 证件号码="E12345678"),
        row(2, 证件类型="港澳居民来往内地通行证", 证件号码="h12345678"),
        row(3, 证件类型=""),
    ]
    assert counts(checked(manager, workbook(rows))) == just(new=3)


def test_a_phone_kept_as_a_number_loses_nothing(manager):
    assert counts(checked(manager, workbook([row(1, 手机号码=13800000001)]))) == just(new=1)


def test_numbers_in_wrong_columns_are_not_kept(manager):
    """Whoever shifts a column puts identity numbers where words belong."""
    number = row(1)[2]
    roster = checked(manager, workbook([row(1, 证件类型=number, 工作单位=number, 职称系列=number)]))
    assert len(problems(roster)) == 3
    texts = [f"{each.detail} {each.text}" for each in db.session.query(RosterProblem)]
    assert all(number[4:16] not in text for text in texts)


def test_somebody_of_another_unit_is_moved_only_by_asking(manager):
    PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=unit_named("别的单位"))
    assert counts(checked(manager, workbook([row(1)]))) == just(moved=1, asked=1)


def test_a_bureau_moves_people_between_its_units(app, clock):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    first = unit_named("第一研究院")
    unit_named("第二研究院")
    officer = manager_of(bureau, Role.BUREAU_OFFICER)
    PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=first)
    roster = checked(officer, workbook([row(1, 工作单位="第二研究院")]))
    assert counts(roster) == just(moved=1)


def test_a_changed_cell_is_a_change_and_an_empty_one_none(manager, unit):
    PersonFactory(name=row(1)[0], identity_number=row(1)[2], unit=unit, phone=row(1)[3])
    nothing = row(1, 电子邮箱="", 职称系列="", 职称级别="")
    assert counts(checked(manager, workbook([nothing]))) == just(unchanged=1)
    assert counts(checked(manager, workbook([row(1)]))) == just(changed=1)


def test_the_host_of_an_address_in_capitals_is_no_change(manager, unit):
    cells = row(1, 手机号码="", 电子邮箱="P1@Example.COM", 职称系列="", 职称级别="")
    PersonFactory(name=cells[0], identity_number=cells[2], unit=unit, email="P1@example.com")
    assert counts(checked(manager, workbook([cells]))) == just(unchanged=1)


def test_whoever_lost_the_post_checks_nothing(manager):
    content = workbook([row(1)])
    roster = uploaded(manager, content)
    manager.posts[0].ended_at = roster.created_at
    db.session.commit()
    check_now(roster.id)
    assert roster.fault is FileFault.NOT_ALLOWED
