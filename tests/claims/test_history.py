"""What a trial of a changed policy is told of recognised claims."""

from lms.claims import deciding
from lms.claims.history import recognized_claims
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.conversion.history import decided_claims
from tests.claims.support import approve_all, submitted
from tests.factories import PersonFactory


def test_recognised_claims_are_told_person_by_person_without_their_names(city):
    other = PersonFactory(name="冉冬梅", unit=city.unit)
    reviewers = (city.manager, city.officer, city.official)
    first = approve_all(submitted(city.claimant), *reviewers)
    theirs = approve_all(submitted(other, "exam", {}), *reviewers)
    last = approve_all(submitted(city.claimant, "posting", {"months": "7"}), *reviewers)
    submitted(city.claimant)
    told = list(recognized_claims("3708"))
    assert [each.reference for each in told] == [f"claim:{c.id}" for c in (first, last, theirs)]
    assert told[0].facts == {"days": 3, "hours": "30"}
    assert told[0].granted == {HourCategory.PROFESSIONAL: Hours(240)}
    assert told[1].granted[HourCategory.PUBLIC] == Hours(175)
    assert told[2].person == "冉**"
    assert list(recognized_claims("3704")) == []


def test_what_was_taken_back_is_no_history(city):
    claim = approve_all(submitted(city.claimant), city.manager, city.officer, city.official)
    assert len(list(decided_claims("37"))) == 1
    with transaction():
        deciding.take_back(city.official, claim, "有误")
    assert list(decided_claims("37")) == []
