"""Commands with which an operator starts an empty installation."""

import pytest
from sqlalchemy import func, select

from lms.accounts.passwords import is_password_right
from lms.accounts.queries import find_person_to_sign_in
from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.divisions import SHANDONG, DivisionFileError, load_divisions
from lms.organizations.models import Division, Organization
from tests.administration.support import STRONG
from tests.factories import organizations as make
from tests.factories.accounts import identity_number


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def invoke(*arguments, typed=""):
        result = runner.invoke(args=list(arguments), input=typed)
        db.session.rollback()
        db.session.expire_all()
        return result

    return invoke


def first_officer(run):
    number = identity_number(1)
    typed = f"{number}\n{STRONG}\n{STRONG}\n"
    return run("create-person", "--name", "吴敏", "--username", "WuMin", typed=typed)


def test_an_operator_starts_an_empty_installation(run):
    assert "2021" in run("load-divisions").output
    assert run("create-organization", "bureau", "日照市人社局", "371100").exit_code == 0
    made = first_officer(run)
    assert made.exit_code == 0, made.output
    granted = run("grant-post", "wumin", "日照市人社局", "bureau_officer", "--until", "2099-12-31")
    assert granted.exit_code == 0, granted.output
    person = find_person_to_sign_in(identity_number(1))
    assert is_password_right(person, STRONG)
    assert [(post.role, post.is_in_force) for post in person.posts] == [(Role.BUREAU_OFFICER, True)]


def test_number_and_password_are_never_shown(run):
    output = first_officer(run).output
    assert identity_number(1) not in output
    assert STRONG not in output


def test_a_person_is_refused_at_the_field(run):
    first_officer(run)
    again = first_officer(run)
    assert again.exit_code == 1
    assert "taken" in again.output
    typed = f"{identity_number(1)}\n{STRONG}\n{STRONG}\n"
    same = run("create-person", "--name", "吴敏", "--username", "wumin2", typed=typed)
    assert same.exit_code == 1
    assert "identity_number: 该证件号码已注册。" in same.output
    weak = run(
        "create-person", "--name", "吴敏", "--username", "wumin3", typed="x\n12345678\n12345678\n"
    )
    assert "password:" in weak.output


def test_an_identity_number_is_no_login_and_is_not_repeated(run):
    make.some_divisions()
    make.bureau("日照市人社局", "371100")
    first_officer(run)
    refused = run("grant-post", identity_number(1), "日照市人社局", "bureau_officer")
    assert refused.exit_code == 1
    assert identity_number(1) not in refused.output


def test_an_organization_is_refused_with_its_reason(run):
    make.some_divisions()
    assert "division_code" in run("create-organization", "bureau", "某局", "999999").output
    run("create-organization", "bureau", "日照市人社局", "371100")
    assert "division_code" in run("create-organization", "bureau", "第二局", "371100").output
    assert "name" in run("create-organization", "unit", "日照市人社局", "371102").output
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 1


def test_a_role_that_an_organization_has_not_is_refused(run):
    make.some_divisions()
    make.bureau("日照市人社局", "371100")
    first_officer(run)
    refused = run("grant-post", "wumin", "日照市人社局", "unit_manager")
    assert refused.exit_code == 1
    assert "role:" in refused.output


def test_divisions_are_loaded_once(run):
    run("load-divisions")
    assert "added: 0" in run("load-divisions").output
    assert db.session.scalar(select(func.count()).select_from(Division)) == 2021


def test_divisions_of_shandong_hang_together(app):
    load_divisions(SHANDONG)
    for division in db.session.scalars(select(Division)):
        assert division.parent_code == make.parent_of(division.code), division.code


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("code,name\n", 1, "code,name,parent_code"),
        ("", 1, "code,name,parent_code"),
        ("code,name,parent_code\n410000,河南省,\n4101,郑州市,410000\n", 3, "'4101'"),
        ("code,name,parent_code\n410100,郑州市,410000\n", 2, "'410000'"),
        ("code,name,parent_code\n410000,河南省\n", 2, "2 columns"),
        ("code,name,parent_code\n410000,,\n", 2, "name"),
        ("code,name,parent_code\n410000,省,410000\n", 2, "410000"),
    ],
)
def test_an_unusable_line_is_named_and_nothing_is_loaded(run, tmp_path, text, line, what):
    file = tmp_path / "henan.csv"
    file.write_text(text, encoding="utf-8")
    refused = run("load-divisions", str(file))
    assert refused.exit_code == 1
    assert f"henan.csv:{line}: " in refused.output
    assert what in refused.output
    assert db.session.scalar(select(func.count()).select_from(Division)) == 0


def test_a_file_in_another_encoding_is_refused(app, tmp_path):
    file = tmp_path / "gbk.csv"
    file.write_bytes("code,name,parent_code\n410000,河南省,\n".encode("gb18030"))
    with pytest.raises(DivisionFileError, match="not UTF-8"):
        load_divisions(file)


def test_another_province_with_a_byte_order_mark_is_added(run, tmp_path):
    make.some_divisions()
    file = tmp_path / "henan.csv"
    text = "code,name,parent_code\n410000,河南省,\n410100,郑州市,410000\n410102001,街道,410100\n"
    file.write_text(text, encoding="utf-8-sig")
    assert "added: 3" in run("load-divisions", str(file)).output
    assert db.session.get(Division, "410000").name == "河南省"
