"""The claimant's pages: forms of every kind, what is foreseen, drafts, mistakes told at fields."""

import io
import shutil
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from lms.claims.models import Claim, ClaimDeed, ClaimState
from lms.claims.tasks import remind_reviewers
from lms.core import clock as core_clock
from lms.core.db import db, transaction
from lms.hourbank.policies import policy_for
from tests.claims.support import PDF, approve_all, decide, draft, submitted
from tests.factories import PersonFactory
from tests.support import sign_in

KINDS = [rule.code for rule in policy_for("370800", 2022).kinds]
TRAINING = {"fact-days": "3", "fact-hours": "30", "title": "研修班", "certificate_number": ""}


@pytest.fixture
def visitor(city, client):
    return sign_in(client, city.claimant)


def begun(visitor, kind="training", year="2022") -> Claim:
    answer = visitor.post("/hourbank/claims/new", data={"year": year, "kind": kind})
    assert answer.status_code == 303
    return db.session.scalars(select(Claim).order_by(Claim.id.desc())).first()


def test_kinds_are_those_of_the_notice_of_unit_and_year(visitor):
    page = visitor.get("/hourbank/claims/new?year=2022").text
    for rule in policy_for("370811", 2022).kinds:
        assert rule.label in page
    assert "济宁市" in page


def test_somebody_without_a_unit_is_led_to_register(app, clock, client):
    sign_in(client, PersonFactory(unit=None))
    page = client.get("/hourbank/claims/new").text
    assert "/me/membership" in page
    assert client.post("/hourbank/claims/new", data={"year": "2025"}).status_code == 422


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_form(visitor, kind):
    claim = begun(visitor, kind)
    page = visitor.get(f"/hourbank/claims/{claim.id}/edit").text
    rule = policy_for("370811", 2022).kind(kind)
    for field in rule.fields:
        assert f'name="fact-{field.name}"' in page
    for paper in rule.evidence:
        assert paper.label in page


def test_an_unknown_kind_or_year_begins_nothing(visitor):
    for data in ({"year": "2022", "kind": "nonsense"}, {"year": "1999", "kind": "training"}):
        assert visitor.post("/hourbank/claims/new", data=data).status_code == 422
    assert db.session.scalar(select(Claim.id)) is None


def test_what_would_be_recognised_is_told_while_typing_and_keeps_nothing(visitor):
    claim = begun(visitor)
    answer = visitor.post(f"/hourbank/claims/{claim.id}/preview", data=TRAINING)
    assert "可认定" in answer.text
    assert "24" in answer.text
    assert "每天不超过 8 学时，3 天最多 24 学时" in answer.text
    assert db.session.get(Claim, claim.id).answers == {}


def test_half_an_answer_foresees_nothing_and_is_no_error(visitor):
    claim = begun(visitor)
    answer = visitor.post(f"/hourbank/claims/{claim.id}/preview", data={"fact-days": "三"})
    assert answer.status_code == 200
    assert "填好上面的内容后" in answer.text


def test_a_draft_is_kept_as_it_was_typed(visitor):
    claim = begun(visitor)
    visitor.post(f"/hourbank/claims/{claim.id}/edit", data={**TRAINING, "fact-hours": "约30"})
    kept = db.session.get(Claim, claim.id).answers
    assert {name: text for name, text in kept.items() if text} == {"days": "3", "hours": "约30"}
    assert "约30" in visitor.get(f"/hourbank/claims/{claim.id}/edit").text


def test_every_mistake_is_told_at_its_field_and_what_was_typed_is_kept(visitor):
    claim = begun(visitor)
    data = {"deed": "submit", "fact-days": "0", "fact-hours": "abc", "title": ""}
    answer = visitor.post(f"/hourbank/claims/{claim.id}/edit", data=data)
    assert answer.status_code == 422
    for text in ("请填写学习内容", "最多一位小数", "请上传证明材料", 'id="fact-hours-error"'):
        assert text in answer.text
    kept = db.session.get(Claim, claim.id)
    assert (kept.state, kept.answers["hours"]) == (ClaimState.DRAFT, "abc")


def test_a_category_must_be_chosen_where_there_is_a_choice(visitor):
    claim = begun(visitor, "competition")
    data = {"deed": "submit", "title": "技能大赛", "fact-level": "provincial"}
    answer = visitor.post(f"/hourbank/claims/{claim.id}/edit", data=data)
    assert 'id="fact-category-error"' in answer.text
    data["fact-category"] = "public"
    preview = visitor.post(f"/hourbank/claims/{claim.id}/preview", data=data).text
    assert "公需科目" in preview
    assert ">4<" in preview


def test_a_whole_claim_is_submitted_and_seen_on_its_way(visitor, city):
    claim = draft(city.claimant)
    data = {**TRAINING, "deed": "submit", "title": "高级研修班"}
    answer = visitor.post(f"/hourbank/claims/{claim.id}/edit", data=data)
    assert answer.status_code == 303
    page = visitor.get(f"/hourbank/claims/{claim.id}").text
    assert "高级研修班" in page
    assert city.unit.name in page
    assert "应于 2025-06-12 前办结" in page


def test_a_returned_claim_shows_the_reason_where_it_is_mended(visitor, city):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "请上传培训日程")
    assert "请上传培训日程" in visitor.get(f"/hourbank/claims/{claim.id}/edit").text
    assert "请上传培训日程" in visitor.get(f"/hourbank/claims/{claim.id}").text
    assert "项待办" in visitor.get("/hourbank/claims").text


def test_the_result_tells_each_refused_hour_with_its_reason(visitor, city):
    claim = approve_all(submitted(city.claimant), city.manager, city.officer, city.official)
    page = visitor.get(f"/hourbank/claims/{claim.id}").text
    assert "已认定" in page
    assert claim.grants[0].entry.number in page
    assert "每天不超过 8 学时，3 天最多 24 学时" in page


def test_a_claim_of_somebody_else_is_not_found(city, client):
    claim = submitted(city.claimant)
    sign_in(client, PersonFactory(unit=city.unit))
    for path in ("", "/edit"):
        assert client.get(f"/hourbank/claims/{claim.id}{path}").status_code == 404
    for path in ("/preview", "/withdraw", "/discard", "/evidence"):
        assert client.post(f"/hourbank/claims/{claim.id}{path}").status_code == 404


def test_typed_markup_is_shown_as_text(visitor, city):
    claim = draft(city.claimant, title="<script>alert(1)</script>")
    page = visitor.get(f"/hourbank/claims/{claim.id}/edit").text
    assert "<script>alert" not in page


def test_the_claimant_is_told_by_mail_what_became_of_it(city, tasks, mails):
    confirmed(city.claimant)
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "缺少日程")
    tasks.run_all()
    (mail,) = mails()
    assert "已退回，待修改" in mail
    assert "缺少日程" not in mail


def test_reviewers_are_reminded_once_a_day_of_what_is_overdue(city, clock, tasks, mails):
    confirmed(city.manager)
    submitted(city.claimant)
    remind_reviewers.run()
    assert tasks.names() == []
    clock.advance(days=11)
    remind_reviewers.run()
    remind_reviewers.run()
    tasks.run_all()
    (mail,) = mails()
    assert "其中 1 份已经超期" in mail


def confirmed(person):
    with transaction():
        person.email = "someone@example.com"
        person.contact_confirmed_at = core_clock.now()


@pytest.fixture
def mails(settings):
    """What was sent in this test, as texts."""
    folder = settings.var_path / "mail"
    shutil.rmtree(folder, ignore_errors=True)

    def read() -> list[str]:
        sent = [path.read_bytes() for path in sorted(folder.glob("*"))]
        return [message_from_bytes(each, policy=policy.default).get_content() for each in sent]

    return read


def test_evidence_without_a_rule_is_refused(visitor, city):
    claim = draft(city.claimant)
    data = {"rule": "nonsense", "file": (io.BytesIO(PDF + b"%9\n%%EOF"), "a.pdf")}
    answer = visitor.post(
        f"/hourbank/claims/{claim.id}/evidence", data=data, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 404
    assert len(claim.papers) == 1
