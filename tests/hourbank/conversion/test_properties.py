"""What holds for all claims under all policies."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.types import Hours
from lms.hourbank.conversion.measures import asked, month_share
from lms.hourbank.conversion.rules import recognize
from lms.hourbank.policies import policies
from tests.hourbank.conversion.support import SHARED, claims_of, recognize_all, total

ALL = [*policies().values(), SHARED]
NAMES = [policy.code for policy in ALL]
each_policy = pytest.mark.parametrize("policy", ALL, ids=NAMES)
quick = settings(max_examples=30, deadline=None)


@each_policy
@quick
@given(data=st.data())
def test_the_order_of_claims_never_changes_the_total(policy, data):
    claims = data.draw(claims_of(policy))
    other = data.draw(st.permutations(claims))
    assert total(recognize_all(policy, claims)) == total(recognize_all(policy, other))


@each_policy
@quick
@given(data=st.data())
def test_no_sum_passes_its_cap_of_the_year_or_of_the_day(policy, data):
    claims = data.draw(claims_of(policy))
    done = recognize_all(policy, claims)
    sums: Counter[str] = Counter()
    for (_code, facts), (code, found) in zip(claims, done, strict=True):
        per_day = policy.kind(code).per_day
        if per_day is not None:
            assert found.granted_hours.tenths <= per_day.hours.tenths * facts["days"]
        for grant in found.granted:
            sums[grant.cap_group] += grant.hours.tenths
    del sums[""]
    assert all(tenths <= policy.caps[code].hours.tenths for code, tenths in sums.items())


@each_policy
@quick
@given(data=st.data())
def test_granted_and_refused_make_what_was_asked_and_each_refused_tenth_has_a_reason(policy, data):
    claims = data.draw(claims_of(policy))
    for (code, facts), (_code, found) in zip(claims, recognize_all(policy, claims), strict=True):
        for category, hours in asked(policy.kind(code), facts).items():
            parts = [*found.granted, *found.refused]
            assert sum(p.hours.tenths for p in parts if p.category is category) == hours.tenths
        assert all(each.hours.tenths > 0 for each in (*found.granted, *found.refused))
        assert all(str(each.reason) and each.code and each.source for each in found.refused)


@each_policy
@quick
@given(data=st.data())
def test_another_claim_never_lowers_the_total(policy, data):
    claims = data.draw(claims_of(policy))
    sums = [total(recognize_all(policy, claims[:count])) for count in range(len(claims) + 1)]
    assert sums == sorted(sums)


@each_policy
@quick
@given(data=st.data(), already=st.integers(0, 2000))
def test_more_recognised_before_never_gives_more_now(policy, data, already):
    ((code, facts), *_others) = data.draw(claims_of(policy))
    before = {cap: Hours(already) for cap in policy.caps}
    now = recognize(policy, code, facts, {}).granted_hours
    assert recognize(policy, code, facts, before).granted_hours <= now


@pytest.mark.parametrize(("whole", "month"), [("30", "2.5"), ("60", "5")])
def test_shares_of_30_and_60_are_exact_to_the_tenth(whole, month):
    one = Hours.parse(month)
    for months in range(1, 13):
        assert month_share(Hours.parse(whole), months) == Hours(one.tenths * months)


@given(st.integers(1, 2000), st.integers(1, 12))
def test_other_shares_are_rounded_half_up_and_a_full_year_is_whole(tenths, months):
    whole = Hours(tenths)
    share = month_share(whole, months)
    assert -12 < 2 * (12 * share.tenths - tenths * months) <= 12
    assert month_share(whole, 12) == whole
    assert share <= month_share(whole, min(months + 1, 12))
