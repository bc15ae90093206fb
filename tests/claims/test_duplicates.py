"""The same file or number in two claims is flagged, and told no more than one may know."""

import pytest

from lms.claims import deciding
from lms.claims.duplicates import Sameness, duplicates_of, flagged_among
from lms.claims.evidence import remove_evidence
from lms.claims.models import ClaimDeed
from lms.claims.rules import certificate_key
from lms.core.db import transaction
from lms.core.permissions import Role
from tests.claims.support import (
    PDF,
    approve_all,
    decide,
    draft,
    evidence,
    holder,
    submit,
    submitted,
)
from tests.factories import PersonFactory
from tests.factories.organizations import bureau, unit

NUMBER = "鲁人培〔2022〕第 0815 号"


def with_file(person, content=PDF, **more):
    claim = draft(person, **more)
    with transaction():
        remove_evidence(person, claim.evidence[0])
    evidence(claim, content)
    submit(claim)
    return claim


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NUMBER, "鲁人培(2022)第0815号"),
        ("ZL 2022 1 0123456.7", "ｚｌ２０２２１０１２３４５６７"),
        ("js-2022/0091", "JS20220091"),
    ],
)
def test_numbers_are_compared_as_people_mean_them(one, other):
    assert certificate_key(one) == certificate_key(other) != ""


@pytest.mark.parametrize("text", ["", "无", "2022", "—", "第1号"])
def test_what_is_no_number_is_compared_with_nothing(text):
    assert certificate_key(text) == ""


def test_the_same_file_of_a_colleague_is_flagged_with_a_way_to_it(city):
    first = with_file(city.claimant)
    second = with_file(PersonFactory(unit=city.unit))
    (found,) = duplicates_of(city.manager, second)
    assert (found.sameness, found.claim, found.is_same_person) == (Sameness.FILE, first, False)
    assert flagged_among([first.id, second.id]) == {first.id, second.id}


def test_the_same_number_used_twice_by_one_person_is_flagged(city):
    first = submitted(city.claimant, number=NUMBER)
    second = submitted(city.claimant, number="鲁人培(2022)第0815号", year=2023)
    (found,) = duplicates_of(city.manager, second)
    assert (found.sameness, found.claim, found.is_same_person) == (Sameness.NUMBER, first, True)


def test_of_somebody_elsewhere_nothing_is_told_but_that_it_was_used(city):
    bureau("枣庄市人社局", "370400")
    submitted(PersonFactory(unit=unit("枣庄某厂", "370402")), number=NUMBER, year=2024)
    claim = submitted(city.claimant, number=NUMBER)
    (found,) = duplicates_of(city.manager, claim)
    assert found.claim is None
    assert not found.is_same_person
    (above,) = duplicates_of(city.provincial, claim)
    assert above.claim is not None


def test_what_was_refused_or_taken_back_may_be_claimed_again(city):
    first = submitted(city.claimant, number=NUMBER)
    decide(city.manager, first, ClaimDeed.REFUSE, "年度不符")
    second = submitted(city.claimant, number=NUMBER)
    assert duplicates_of(city.manager, second) == []
    approve_all(second, city.manager, city.officer, city.official)
    with transaction():
        deciding.take_back(city.official, second, "有误")
    third = submitted(city.claimant, number=NUMBER)
    assert flagged_among([third.id]) == set()


def test_a_draft_of_somebody_flags_nothing(city):
    draft(PersonFactory(unit=city.unit), number=NUMBER)
    assert flagged_among([submitted(city.claimant, number=NUMBER).id]) == set()


def test_years_of_one_transfer_certificate_are_no_duplicates(city):
    holder(Role.BUREAU_OFFICER, bureau("枣庄市人社局", "370400"))
    worker = PersonFactory(unit=unit("枣庄某厂", "370402"))
    answers = {"public_hours": "30", "professional_hours": "0", "former_authority": "徐州市人社局"}
    claims = [
        submitted(worker, "transfer", answers, year=year, number="XZ-0091") for year in (2024, 2025)
    ]
    assert flagged_among([claim.id for claim in claims]) == set()
    third = submitted(worker, "transfer", answers, year=2025, number="XZ-0091")
    assert flagged_among([third.id]) == {third.id}
