"""Policies in words, the calculator, and the trial of a changed policy."""

import io

import pytest
from openpyxl import load_workbook

from lms.core.audit import AuditEvent, AuditTag
from lms.core.permissions import Role
from lms.hourbank.conversion.history import add_source
from lms.hourbank.policies import FOLDER
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.organizations import division
from tests.hourbank.conversion.support import decided
from tests.support import sign_in

JINING = "/hourbank/policies/370800-2022"


@pytest.fixture
def learner(client, app):
    return sign_in(client, PersonFactory())


@pytest.fixture
def officer(client, app):
    """A client of an officer of Jining's bureau."""
    division("370800")
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code="370800")
    return sign_in(client, PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person)


@pytest.fixture
def claims(app, monkeypatch):
    """The claims that are told of; the list may be filled by the test."""
    known = []

    def source(prefix: str):
        return [claim for claim in known if claim.division_code.startswith(prefix)]

    monkeypatch.setitem(app.extensions, "claim_sources", [])
    add_source(app, source)
    return known


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return page.partition("<main")[2].partition("</main>")[0] or page


def test_the_list_shows_all_places_and_the_policy_of_ones_own_unit(client, app):
    division("370800")
    person = PersonFactory(unit=OrganizationFactory(division_code="370800"))
    page = text_of(sign_in(client, person).get("/hourbank/policies"))
    assert "您单位所在地适用的规则" in page
    for code in ("370000-2025", "370400-2024", "370600-2023", "370800-2022", "371100-2024"):
        assert f"/hourbank/policies/{code}" in page
    assert "试算新政策" not in page


def test_somebody_without_a_unit_sees_the_list(client, app):
    page = text_of(sign_in(client, PersonFactory(unit=None)).get("/hourbank/policies"))
    assert "370800-2022" in page
    assert "您单位所在地适用的规则" not in page


def test_a_policy_reads_in_words_with_clauses(learner):
    page = text_of(learner.get(JINING))
    for words in (
        "每天不超过 8 学时",
        "自学类每年累计不超过 40 学时",
        "每项 10 学时",
        "省级：专业科目 20 学时或公需科目 4 学时",
        "专业科目或公需科目，由本人选择",
        "满一年：公需科目 30 学时、专业科目 60 学时",
        "不足一年按月份比例，每月公需科目 2.5 学时、专业科目 5 学时",
        "用人单位未建立学习档案的不予登记",
        "课程课时的 2 倍",
        "〔二（二）4（2）〕",
        "用人单位 → 主管部门 → 人社部门",
        "本地通知没有规定。",
    ):
        assert words in page


def test_title_review_reads_in_words(learner):
    page = text_of(learner.get("/hourbank/policies/370600-2023"))
    assert "企业：公需科目 2019 至 2023 年；专业科目 2020 至 2023 年" in page


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_policy_and_each_of_its_kinds_has_a_page(learner, path):
    assert learner.get(f"/hourbank/policies/{path.stem}").status_code == 200


@pytest.mark.parametrize("code", ["370800-2021", "x"])
def test_an_unknown_policy_is_not_found(learner, code):
    assert learner.get(f"/hourbank/policies/{code}").status_code == 404


def test_the_calculator_tells_what_is_recognised_and_why_the_rest_is_not(learner):
    page = text_of(learner.get(f"{JINING}?kind=training&sent=1&days=3&hours=30"))
    assert "认定专业科目 24 学时" in page
    assert "不予认定专业科目 6 学时：每天不超过 8 学时，3 天最多 24 学时" in page


def test_the_calculator_counts_what_was_recognised_before(learner):
    page = text_of(learner.get(f"{JINING}?kind=result&sent=1&items=2&form=paper&before_result=15"))
    assert "认定专业科目 15 学时" in page
    assert "本年此前已认定 15 学时" in page


def test_the_calculator_tells_mistakes_at_their_fields(learner):
    page = text_of(learner.get(f"{JINING}?kind=training&sent=1&days=0&hours=x"))
    assert "请填写大于 0 的整数。" in page
    assert "请填写学时，最多一位小数。" in page
    assert 'aria-invalid="true"' in page


def test_a_mistake_that_only_the_rule_finds_is_told_at_its_field_too(learner):
    page = text_of(learner.get(f"{JINING}?kind=posting&sent=1&months=13"))
    assert "不能大于 12。" in page


def test_while_one_types_only_the_result_comes(learner):
    answer = learner.get(f"{JINING}/try?kind=exam&sent=1", headers={"HX-Request": "true"})
    assert answer.get_data(as_text=True).strip().startswith('<div class="calculated"')
    assert "认定专业科目 16 学时" in answer.get_data(as_text=True)


def test_another_kind_brings_another_form(learner):
    answer = learner.get(f"{JINING}/try?kind=competition", headers={"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert 'id="calculator"' in page
    assert 'name="level"' in page
    assert "请先改正以下内容" not in page


def changed_file(old: str = 'hours = "40"', new: str = 'hours = "20"') -> bytes:
    text = (FOLDER / "370800-2022.toml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new).encode()


def send(client, content: bytes, name: str = "370800-2022.toml"):
    return client.post("/hourbank/policies/dry-run", data={"file": (io.BytesIO(content), name)})


def test_a_trial_shows_who_would_lose_how_much_and_why(officer, claims, database):
    claims.append(decided("self_study", {"hours": "30", "study_file": True}, professional="30"))
    page = text_of(send(officer, changed_file()))
    assert "-10" in page
    assert "自学类每年累计不超过 20 学时" in page
    assert "王**" in page
    event = database.query(AuditEvent).filter_by(tag=AuditTag.BANK_POLICY_TRY.value).one()
    assert event.detail == {"policy": "370800-2022", "checked": 1, "changes": 1}


def test_the_same_trial_comes_as_a_workbook(officer, claims):
    claims.append(decided("self_study", {"hours": "30", "study_file": True}, professional="30"))
    answer = officer.post(
        "/hourbank/policies/dry-run/workbook",
        data={"name": "370800-2022.toml", "text": changed_file().decode()},
    )
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[1]
    (_head, row) = sheet.iter_rows(values_only=True)
    assert row[1:9] == ("王**", "370800", 2022, "自学", "某项学习", "30", "20", "-10")


def test_officers_see_the_claims_of_their_own_division_alone(officer, claims):
    claims.append(decided("self_study", {"hours": "30"}, professional="30", division_code="370100"))
    content = (FOLDER / "370000-2025.toml").read_bytes().replace(b"digital_engineer", b"digital")
    assert "没有申报会因此变化" in text_of(send(officer, content, "370000-2025.toml"))


def test_a_wrong_file_is_told_by_line_and_key(officer):
    answer = send(officer, changed_file(new="20 ="))
    assert answer.status_code == 422
    page = text_of(answer)
    assert "文件有误，没有试算" in page
    assert "at line" in page


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "notes.toml", "the name of the file must be"),
        (b"\xff\xfe", "370800-2022.toml", "is not UTF-8"),
        (b"#" * (256 * 1024 + 1), "370800-2022.toml", "is larger than 256 KB"),
        (b"[year]\npublic = 30\n", "370800-2022.toml", "year.public"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_words(officer, content, name, told):
    answer = send(officer, content, name)
    assert answer.status_code == 422
    assert told in text_of(answer)


def test_a_trial_without_a_file_says_so(officer):
    answer = officer.post("/hourbank/policies/dry-run", data={})
    assert answer.status_code == 422
    assert "请选择政策文件。" in text_of(answer)


def test_learners_try_no_policies(learner):
    assert learner.get("/hourbank/policies/dry-run").status_code == 403
