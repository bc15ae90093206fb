"""Whose turn it is in each shape of organization, and who may never decide."""

import pytest

from lms.accounts.posts import end_post
from lms.claims import chain, deciding, operations, queries
from lms.claims.models import Claim, ClaimDeed, ClaimState, ClaimStep
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.organizations.models import Organization
from tests.claims.support import (
    approve_all,
    decide,
    draft,
    give_post,
    holder,
    stand_in,
    submit,
    submitted,
)
from tests.factories import PersonFactory
from tests.factories.organizations import bureau, unit

ALL_STEPS = ("unit", "department", "bureau")


def names(organization: Organization, kind: str = "training") -> list[str]:
    return [desk.organization.name for desk in chain.desks_of(organization, kind, ALL_STEPS)]


def waiting(person) -> list[int]:
    return [claim.id for claim in db.session.scalars(queries.claims_to_decide(person))]


def test_a_unit_of_a_department_passes_three_desks(city):
    assert names(city.unit) == [city.unit.name, city.department.name, city.bureau.name]


def test_a_unit_without_a_department_passes_two(city):
    own = unit("济宁独立设计院", "370800")
    assert names(own) == [own.name, city.bureau.name]


def test_a_stand_in_has_the_desk_of_the_unit(city):
    agency = stand_in()
    assert names(agency) == [agency.name, city.bureau.name]


def test_the_bureau_of_the_county_comes_before_that_of_the_city(city):
    county = bureau("任城区人力资源和社会保障局", "370811")
    assert names(city.unit)[-1] == county.name


def test_hours_of_a_former_place_go_to_the_bureau_alone(city):
    assert names(city.unit, chain.TRANSFER) == [city.bureau.name]


def test_above_the_bureau_of_the_city_is_that_of_the_province(city):
    last = chain.desks_of(city.unit, "training", ALL_STEPS)[-1]
    assert last.superior.id == city.province.id


def test_without_any_bureau_nothing_can_be_submitted(app, clock):
    lonely = unit("无主管地区的单位", "370811")
    claim = draft(PersonFactory(unit=lonely))
    with pytest.raises(Conflict):
        submit(claim)
    assert db.session.get(Claim, claim.id).state is ClaimState.DRAFT


def test_a_claim_goes_from_desk_to_desk_and_waits_for_one_at_a_time(city):
    claim = submitted(city.claimant)
    for actor, step in (
        (city.manager, ClaimStep.UNIT),
        (city.officer, ClaimStep.DEPARTMENT),
        (city.official, ClaimStep.BUREAU),
    ):
        assert claim.step is step
        others = {city.manager, city.officer, city.official, city.provincial} - {actor}
        assert waiting(actor) == [claim.id]
        assert [waiting(other) for other in others] == [[]] * 3
        decide(actor, claim)
    assert claim.state is ClaimState.RECOGNIZED
    assert claim.desk is None


def test_who_is_not_at_the_desk_is_refused(city):
    claim = submitted(city.claimant)
    with pytest.raises(NotAllowed):
        decide(city.official, claim)
    assert claim.step is ClaimStep.UNIT


def test_a_stranger_finds_nothing_to_decide(city):
    claim = submitted(city.claimant)
    other = unit("枣庄某单位", "370402")
    stranger = holder(Role.UNIT_MANAGER, other)
    with pytest.raises(NotFound):
        decide(stranger, claim)


def test_nobody_decides_on_their_own_claim(city):
    claim = submitted(city.manager)
    assert waiting(city.manager) == []
    with pytest.raises(NotFound):
        decide(city.manager, claim)
    assert claim.step is ClaimStep.UNIT


def test_nobody_decides_on_their_own_claim_at_a_later_step_either(city):
    give_post(city.claimant, Role.BUREAU_OFFICER, city.bureau)
    claim = approve_all(submitted(city.claimant), city.manager, city.officer)
    assert waiting(city.claimant) == []
    with pytest.raises(NotFound):
        decide(city.claimant, claim)
    assert claim.state is ClaimState.PENDING


def test_one_person_with_two_posts_decides_one_step(city):
    give_post(city.manager, Role.DEPARTMENT_OFFICER, city.department)
    claim = submitted(city.claimant)
    decide(city.manager, claim)
    assert claim.step is ClaimStep.DEPARTMENT
    assert waiting(city.manager) == []
    with pytest.raises(NotAllowed):
        decide(city.manager, claim)


def test_after_a_return_the_same_people_decide_anew(city):
    claim = submitted(city.claimant)
    decide(city.manager, claim)
    decide(city.officer, claim, ClaimDeed.RETURN, "缺少培训日程")
    assert claim.state is ClaimState.RETURNED
    submit(claim)
    assert claim.step is ClaimStep.UNIT
    approve_all(claim, city.manager, city.officer, city.official)
    assert claim.state is ClaimState.RECOGNIZED
    assert claim.round == 2


@pytest.mark.parametrize("deed", [ClaimDeed.RETURN, ClaimDeed.REFUSE])
def test_a_return_and_a_refusal_need_a_reason(city, deed):
    claim = submitted(city.claimant)
    with pytest.raises(Invalid) as refused:
        decide(city.manager, claim, deed, "  ")
    assert refused.value.field == "remark"
    assert claim.state is ClaimState.PENDING


def test_a_refused_claim_is_decided_for_good(city):
    claim = submitted(city.claimant)
    decide(city.manager, claim, ClaimDeed.REFUSE, "与岗位无关")
    assert claim.state is ClaimState.REFUSED
    with pytest.raises(Conflict):
        submit(claim)


def test_what_was_seen_before_a_change_decides_nothing(city):
    claim = submitted(city.claimant)
    seen = claim.turn
    with transaction():
        operations.withdraw_claim(city.claimant, claim)
    submit(claim)
    with pytest.raises(Conflict), transaction():
        deciding.decide(city.manager, claim, ClaimDeed.APPROVE, "", seen)
    assert claim.step is ClaimStep.UNIT


def test_a_claim_is_withdrawn_before_it_is_decided_and_not_after(city):
    claim = submitted(city.claimant)
    with transaction():
        operations.withdraw_claim(city.claimant, claim)
    assert (claim.state, claim.desk) == (ClaimState.WITHDRAWN, None)
    assert waiting(city.manager) == []
    submit(claim)
    approve_all(claim, city.manager, city.officer, city.official)
    with pytest.raises(Conflict), transaction():
        operations.withdraw_claim(city.claimant, claim)


def test_an_empty_desk_is_decided_by_the_organization_above_after_some_days(city, clock):
    end_the_posts_of(city.manager)
    claim = submitted(city.claimant)
    assert waiting(city.officer) == []
    clock.advance(days=5)
    assert waiting(city.officer) == [claim.id]
    assert waiting(city.official) == []
    decide(city.officer, claim)
    assert claim.events[-1].is_stand_in
    assert claim.events[-1].organization_id == city.unit.id
    # Who stood in for the unit does not decide for the department as well.
    assert claim.step is ClaimStep.DEPARTMENT
    assert waiting(city.officer) == []
    clock.advance(days=5)
    assert waiting(city.official) == [claim.id]


def test_any_bureau_above_decides_after_twice_as_long(city, clock):
    end_the_posts_of(city.manager)
    end_the_posts_of(city.officer)
    claim = submitted(city.claimant)
    clock.advance(days=9)
    assert waiting(city.official) == []
    clock.advance(days=1)
    assert waiting(city.official) == [claim.id]


def test_the_only_manager_of_a_unit_is_decided_by_those_above(city, clock):
    claim = submitted(city.manager)
    clock.advance(days=5)
    assert waiting(city.officer) == [claim.id]
    assert queries.is_deserted(claim)


def test_a_deputy_at_the_desk_keeps_those_above_away(city, clock):
    end_the_posts_of(city.manager)
    deputy = holder(Role.UNIT_MANAGER, city.unit, unit=city.unit)
    claim = submitted(city.claimant)
    clock.advance(days=30)
    assert waiting(city.officer) == []
    assert waiting(deputy) == [claim.id]


def end_the_posts_of(person):
    with transaction():
        for post in person.posts:
            end_post(post, None)
    db.session.expire_all()


def test_people_of_a_stand_in_are_decided_by_its_officer(city):
    agency = stand_in()
    officer = holder(Role.STAND_IN_OFFICER, agency)
    claim = submitted(PersonFactory(unit=agency))
    assert waiting(officer) == [claim.id]
    approve_all(claim, officer, city.official)
    assert claim.state is ClaimState.RECOGNIZED


def test_somebody_without_a_unit_is_told_to_register(city):
    with pytest.raises(Conflict):
        draft(PersonFactory(unit=None))
