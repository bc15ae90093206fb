"""What becomes of claims when people move or are merged; the audit trail; files that rows name."""

from lms.accounts.employments import join_unit, leave_unit
from lms.accounts.enums import EmploymentEnd
from lms.claims.evidence import kept_evidence
from lms.claims.merging import merge_claims
from lms.claims.models import Claim, ClaimDeed, ClaimStep
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.types import Hours
from tests.claims.support import approve_all, decide, draft, submitted
from tests.factories import PersonFactory
from tests.factories.organizations import bureau, unit
from tests.support import sign_in


def move(person, place):
    with transaction():
        join_unit(person, place, None)
    db.session.expire_all()


def test_a_pending_claim_stays_with_the_unit_it_was_made_in(city):
    claim = submitted(city.claimant)
    move(city.claimant, unit("济宁新单位", "370811"))
    decide(city.manager, claim)
    assert claim.step is ClaimStep.DEPARTMENT


def test_a_draft_whose_kind_the_new_city_does_not_have_can_be_thrown_away(city, client):
    bureau("枣庄市人社局", "370400")
    worker = PersonFactory(unit=unit("枣庄某厂", "370402"))
    answers = {"public_hours": "1", "professional_hours": "1", "former_authority": "徐州"}
    claim = draft(worker, "transfer", answers, year=2024)
    move(worker, city.unit)
    sign_in(client, worker)
    page = client.get(f"/hourbank/claims/{claim.id}/edit", follow_redirects=True)
    assert page.status_code == 200
    assert "没有这一类别" in page.text
    client.post(f"/hourbank/claims/{claim.id}/discard")
    assert db.session.query(Claim).count() == 0


def test_who_has_left_their_unit_reads_a_returned_claim_and_cannot_submit_it(city, client):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "缺少日程")
    with transaction():
        leave_unit(city.claimant, EmploymentEnd.LEFT, None)
    sign_in(client, city.claimant)
    for address in (f"/hourbank/claims/{claim.id}", f"/hourbank/claims/{claim.id}/edit"):
        assert "缺少日程" in client.get(address).text
    data = {"deed": "submit", "title": "研修班", "fact-days": "3", "fact-hours": "24"}
    answer = client.post(f"/hourbank/claims/{claim.id}/edit", data=data)
    assert answer.status_code == 422
    assert "您还没有单位" in answer.text


def test_a_merged_duplicates_claims_count_for_the_one_who_stays(city):
    duplicate = PersonFactory(unit=city.unit)
    papers = {"items": "2", "form": "paper"}
    reviewers = (city.manager, city.officer, city.official)
    approve_all(submitted(duplicate, "result", papers), *reviewers)
    with transaction():
        merge_claims(city.claimant, duplicate, city.official)
    second = approve_all(submitted(city.claimant, "result", papers), *reviewers)
    assert second.granted == Hours(100)


def test_every_deed_is_in_the_audit_trail_without_what_was_written(city):
    claim = submitted(city.claimant, title="某某研修班", number="证书0001号")
    approve_all(claim, city.manager, city.officer, city.official)
    events = (
        db.session.query(AuditEvent).filter_by(subject=f"claim:{claim.id}").order_by(AuditEvent.id)
    )
    assert [event.tag for event in events] == [
        "claims:claim:submit",
        *["claims:claim:approve"] * 3,
    ]
    assert {event.organization_id for event in events} == {city.unit.id}
    assert "研修班" not in str([event.detail for event in events])
    assert "0001" not in str([event.detail for event in events])


def test_rows_name_the_files_of_all_claims(city):
    claim = submitted(city.claimant)
    (reference,) = kept_evidence()
    assert reference.path == claim.evidence[0].path
    assert reference.witness == reference.path
