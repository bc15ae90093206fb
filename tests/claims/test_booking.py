"""What the last approval books: hours, refused tenths with their reasons, caps over many claims."""

from collections import Counter

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.claims import deciding, operations
from lms.claims.models import Claim, ClaimDeed, ClaimState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hourbank import queries as bank
from lms.hourbank.models import EntryKind, EntrySource, LedgerEntry
from lms.hourbank.statements.details import details_of
from tests.administration.support import in_parallel
from tests.claims.support import City, approve_all, decide, holder, submit, submitted
from tests.factories import PersonFactory
from tests.factories.organizations import bureau, unit

PROFESSIONAL, PUBLIC = HourCategory.PROFESSIONAL, HourCategory.PUBLIC
PAPERS = {"items": "1", "form": "paper"}


def recognized(city: City, kind: str, answers: dict[str, str], **more) -> Claim:
    claim = submitted(city.claimant, kind, answers, **more)
    return approve_all(claim, city.manager, city.officer, city.official)


def sums(person: Person, year: int = 2022) -> dict[HourCategory, Hours]:
    return bank.sums_of(bank.person_by_hash(person.identity_hash), year)


def reasons(claim: Claim) -> list[tuple[int, str]]:
    return [(refused.hours.tenths, refused.code) for refused in claim.refused]


def test_thirty_hours_in_three_days_are_twenty_four_and_six_refused(city):
    claim = recognized(city, "training", {"days": "3", "hours": "30"}, number="鲁培2022-0815")
    (entry,) = db.session.scalars(select(LedgerEntry))
    assert (entry.hours, entry.category, entry.year) == (Hours(240), PROFESSIONAL, 2022)
    assert entry.source is EntrySource.CLAIM
    assert (entry.policy, entry.claim_kind) == ("370800-2022", "training")
    assert entry.certificate_number == "鲁培2022-0815"
    assert "6 学时不予认定" in entry.reason
    assert "每天不超过 8 学时" in entry.reason
    assert reasons(claim) == [(60, "per_day")]
    assert (claim.asked, claim.granted) == (Hours(300), Hours(240))
    assert sums(city.claimant)[PROFESSIONAL] == Hours(240)


def test_the_register_form_is_told_who_held_it_where_and_when(city):
    told = {"organizer": "济宁市卫生健康委员会", "held": "2022年8月15日至17日", "place": "济宁"}
    recognized(city, "training", {"days": "3", "hours": "24", **told})
    (entry,) = db.session.scalars(select(LedgerEntry))
    kept = details_of([entry])[entry.id]
    assert {name: getattr(kept, name) for name in told} == told


def test_nothing_is_booked_before_the_last_step(city):
    claim = submitted(city.claimant)
    approve_all(claim, city.manager, city.officer)
    assert db.session.scalar(select(LedgerEntry.id)) is None


def test_self_study_without_a_study_file_is_recognised_with_nothing_and_says_why(city):
    claim = recognized(city, "self_study", {"form": "own", "hours": "12", "study_file": ""})
    assert claim.state is ClaimState.RECOGNIZED
    assert claim.grants == []
    assert reasons(claim) == [(120, "study_file")]
    assert sums(city.claimant)[PROFESSIONAL] == Hours(0)


def test_a_competition_counts_for_the_category_that_was_chosen(city):
    recognized(city, "competition", {"level": "provincial", "category": "public"})
    assert sums(city.claimant) == {PUBLIC: Hours(40), PROFESSIONAL: Hours(0)}


def test_months_of_posting_are_booked_in_both_categories(city):
    claim = recognized(city, "posting", {"months": "7"})
    assert sums(city.claimant) == {PUBLIC: Hours(175), PROFESSIONAL: Hours(350)}
    assert {grant.category for grant in claim.grants} == {PUBLIC, PROFESSIONAL}


def test_a_cap_counts_what_earlier_claims_of_the_year_were_granted(city):
    recognized(city, "result", {**PAPERS, "items": "2"})
    second = recognized(city, "result", {**PAPERS, "items": "2"})
    assert second.granted == Hours(100)
    assert [tenths for tenths, _code in reasons(second)] == [100]
    assert "30" in second.refused[0].reason
    third = recognized(city, "result", PAPERS)
    assert (third.granted, third.grants) == (Hours(0), [])
    assert sums(city.claimant)[PROFESSIONAL] == Hours(300)


def test_a_cap_leaves_other_years_and_other_kinds_alone(city):
    recognized(city, "result", {**PAPERS, "items": "3"})
    assert recognized(city, "result", {**PAPERS, "items": "3"}, year=2023).granted == Hours(300)
    assert recognized(city, "exam", {"hours": ""}).granted == Hours(160)


def test_what_was_taken_back_makes_room_again(city):
    first = recognized(city, "result", {**PAPERS, "items": "3"})
    with transaction():
        deciding.take_back(city.official, first, "论文系他人署名")
    assert first.state is ClaimState.TAKEN_BACK
    assert recognized(city, "result", {**PAPERS, "items": "3"}).granted == Hours(300)
    assert sums(city.claimant)[PROFESSIONAL] == Hours(300)


def test_taking_back_reverses_every_entry_and_keeps_what_was_decided(city):
    claim = recognized(city, "posting", {"months": "12"})
    with transaction():
        deciding.take_back(city.official, claim, "援派证明有误")
    reversals = db.session.scalars(select(LedgerEntry).filter_by(kind=EntryKind.REVERSAL)).all()
    assert sorted(entry.hours.tenths for entry in reversals) == [-600, -300]
    assert {entry.reason for entry in reversals} == {"援派证明有误"}
    assert claim.granted == Hours(900)
    assert sums(city.claimant) == {PUBLIC: Hours(0), PROFESSIONAL: Hours(0)}


def test_only_a_bureau_takes_back_and_only_with_a_reason(city):
    claim = recognized(city, "exam", {})
    for actor in (city.manager, city.officer):
        with pytest.raises(NotAllowed), transaction():
            deciding.take_back(actor, claim, "原因")
    with pytest.raises(Invalid), transaction():
        deciding.take_back(city.official, claim, " ")
    with transaction():
        deciding.take_back(city.provincial, claim, "抽查不实")
    with pytest.raises(Conflict), transaction():
        deciding.take_back(city.provincial, claim, "再次")


def test_an_earlier_year_is_earned_in_that_year(city):
    recognized(city, "exam", {})
    (entry,) = db.session.scalars(select(LedgerEntry))
    assert entry.earned_at.isoformat() == "2022-12-31T15:59:59+00:00"


def test_a_unit_elsewhere_is_judged_by_its_own_notice(city):
    official = holder(Role.BUREAU_OFFICER, bureau("枣庄市人社局", "370400"))
    other = unit("枣庄某厂", "370402")
    worker, manager = PersonFactory(unit=other), holder(Role.UNIT_MANAGER, other)
    claim = submitted(worker, "self_study", {"form": "degree", "hours": "25"}, year=2024)
    approve_all(claim, manager, official)
    assert claim.granted == Hours(250)
    second = submitted(
        worker, "self_study", {"form": "unit", "hours": "20", "study_file": "yes"}, year=2024
    )
    approve_all(second, manager, official)
    assert (second.granted, second.policy) == (Hours(150), "370400-2024")


def test_hours_of_a_former_place_are_booked_as_transferred(city):
    official = holder(Role.BUREAU_OFFICER, bureau("枣庄市人社局", "370400"))
    worker = PersonFactory(unit=unit("枣庄某厂", "370402"))
    answers = {
        "public_hours": "12.5",
        "professional_hours": "40",
        "former_authority": "江苏省徐州市人社局",
    }
    claim = submitted(worker, "transfer", answers, year=2024, number="XZ-2024-0091")
    decide(official, claim)
    assert claim.state is ClaimState.RECOGNIZED
    assert sums(worker, 2024) == {PUBLIC: Hours(125), PROFESSIONAL: Hours(400)}
    assert set(db.session.scalars(select(LedgerEntry.source))) == {EntrySource.TRANSFER}


def test_of_fifty_parallel_decisions_exactly_one_holds(app, city):
    second = holder(Role.BUREAU_OFFICER, city.bureau)
    claim = approve_all(submitted(city.claimant), city.manager, city.officer)
    ids = [city.official.id, second.id]
    deeds = (ClaimDeed.APPROVE, ClaimDeed.RETURN, ClaimDeed.REFUSE)
    claim_id, turn = claim.id, claim.turn

    def work(number: int) -> None:
        actor = db.session.get_one(Person, ids[number % 2])
        found = db.session.get_one(Claim, claim_id)
        deciding.decide(actor, found, deeds[number % 3], "意见", turn)

    outcomes = in_parallel(app, 50, work)
    assert Counter(outcomes) == {"ok": 1, "Conflict": 49}
    db.session.rollback()
    assert claim.turn == turn + 1
    booked = db.session.scalars(select(LedgerEntry)).all()
    assert len(booked) == (1 if claim.state is ClaimState.RECOGNIZED else 0)


def test_claims_decided_at_once_never_pass_a_cap_together(app, city):
    claims = [submitted(city.claimant, "result", {**PAPERS, "items": "2"}) for _ in range(4)]
    for claim in claims:
        approve_all(claim, city.manager, city.officer)
    official_id = city.official.id
    turns = [(claim.id, claim.turn) for claim in claims]

    def work(number: int) -> None:
        claim_id, turn = turns[number]
        actor = db.session.get_one(Person, official_id)
        found = db.session.get_one(Claim, claim_id)
        deciding.decide(actor, found, ClaimDeed.APPROVE, "", turn)

    assert in_parallel(app, 4, work) == ["ok"] * 4
    db.session.rollback()
    assert sums(city.claimant)[PROFESSIONAL] == Hours(300)
    refused = sum(each.hours.tenths for claim in claims for each in claim.refused)
    assert refused == 4 * 200 - 300


def test_a_returned_claim_is_mended_and_keeps_its_history(city):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.RETURN, "学时与证书不符")
    with transaction():
        operations.write_claim(
            city.claimant, claim, "BIM 技术应用高级研修班", "", {"days": "3", "hours": "24"}
        )
    submit(claim)
    sent = [event for event in claim.events if event.deed is ClaimDeed.SUBMIT]
    assert [event.content["answers"]["hours"] for event in sent] == ["30", "24"]
    assert [event.deed for event in claim.events] == [
        ClaimDeed.SUBMIT,
        ClaimDeed.RETURN,
        ClaimDeed.SUBMIT,
    ]
