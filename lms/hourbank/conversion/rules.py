"""What is recognised of a claim, and what a title review finds short. Pure.

A claim's hours go through what the notice sets, in this order: conditions, travel and rest, the
day's limit, the year's. Each takes something away with its reason, and the rest stands.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.hourbank.conversion.measures import asked, count_in
from lms.hourbank.conversion.types import (
    Check,
    Condition,
    Facts,
    FactsError,
    Grant,
    KindRule,
    Measure,
    Policy,
    Recognition,
    Recognized,
    Refusal,
)
from lms.hourbank.rules import Requirement
from lms.organizations.enums import UnitNature


@dataclass(frozen=True)
class _Cut:
    """What is taken from a claim's hours of one category: all above `most`."""

    most: Hours
    code: str
    reason: Any
    source: str


def recognize(policy: Policy, kind: str, facts: Facts, already: Recognized) -> Recognition:
    """What the policy grants and refuses of a claim of this kind.

    `already` is what was recognised this year for the person (`recognized` makes it). Granted and
    refused make exactly what was asked. Raises NotClaimable, and FactsError naming the field.
    """
    rule = policy.kind(kind)
    counted = Counter({code: hours.tenths for code, hours in already.items()})
    granted: list[Grant] = []
    refused: list[Refusal] = []
    for category, hours in asked(rule, facts).items():
        left = hours
        for cut in _cuts(rule, category, hours, facts, counted):
            if left > cut.most:
                refused.append(Refusal(category, left - cut.most, cut.code, cut.reason, cut.source))
                left = cut.most
        if left:
            group = rule.caps[category].code if category in rule.caps else ""
            granted.append(Grant(category, left, group))
            counted[group] += left.tenths
    return Recognition(tuple(granted), tuple(refused))


def recognized(
    policy: Policy, entries: Iterable[tuple[str, HourCategory, Hours]]
) -> dict[str, Hours]:
    """What (kind, category, hours) of a person's year count for the policy's caps, by cap.

    A reversal comes with negative hours. Kinds the policy does not know count for nothing.
    """
    caps = {rule.code: rule.caps for rule in (*policy.kinds, *policy.reported)}
    sums: Counter[str] = Counter()
    for kind, category, hours in entries:
        cap = caps.get(kind, {}).get(category)
        if cap is not None:
            sums[cap.code] += hours.tenths
    return {code: Hours(tenths) for code, tenths in sums.items()}


def _cuts(
    rule: KindRule, category: HourCategory, hours: Hours, facts: Facts, counted: Counter[str]
) -> Iterable[_Cut]:
    for condition in rule.conditions:
        if not holds(condition, facts):
            yield _Cut(ZERO_HOURS, condition.code, condition.reason, condition.source)
    if rule.excluded:
        yield _without_rest(rule, hours, facts)
    if rule.measure is Measure.DAYS:
        yield from _per_day(rule, facts)
    cap = rule.caps.get(category)
    if cap is not None:
        room = max(cap.hours - Hours(counted[cap.code]), ZERO_HOURS)
        reason = _l(
            "%(label)s每年累计不超过 %(hours)s 学时，本年此前已认定 %(before)s 学时",
            label=cap.label,
            hours=str(cap.hours),
            before=str(Hours(counted[cap.code])),
        )
        yield _Cut(room, f"cap:{cap.code}", reason, cap.source)


def _without_rest(rule: KindRule, hours: Hours, facts: Facts) -> _Cut:
    rest = facts.get(rule.excluded) or ZERO_HOURS
    if not isinstance(rest, Hours) or rest.tenths < 0:
        raise FactsError(rule.excluded, _l("请填写学时，没有的填 0。"))
    reason = _l("往返和休息时间 %(hours)s 学时除外", hours=str(rest))
    return _Cut(max(hours - rest, ZERO_HOURS), "rest", reason, rule.source)


def _per_day(rule: KindRule, facts: Facts) -> Iterable[_Cut]:
    if rule.per_day is None:
        return
    days = count_in(facts, "days")
    most = Hours(rule.per_day.hours.tenths * days)
    reason = _l(
        "每天不超过 %(hours)s 学时，%(days)s 天最多 %(most)s 学时",
        hours=str(rule.per_day.hours),
        days=days,
        most=str(most),
    )
    yield _Cut(most, "per_day", reason, rule.per_day.source)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition is met, or not asked of such a claim. What is not stated is not met."""
    if condition.when_field and _text(facts.get(condition.when_field)) not in condition.when_values:
        return True
    return _CHECKS[condition.check](facts.get(condition.field), condition.value)


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, HourCategory) else str(value)


_CHECKS: Mapping[Check, Callable[[Any, Any], bool]] = {
    Check.IS_TRUE: lambda found, _value: found is True,
    Check.OVER: lambda found, value: isinstance(found, type(value)) and found > value,
    Check.AT_LEAST: lambda found, value: isinstance(found, type(value)) and found >= value,
    Check.NOT_AFTER: lambda found, value: isinstance(found, dt.date) and found <= value,
}


@dataclass(frozen=True)
class TitleYear:
    """A year a title review looks at, and the categories it asks of that year."""

    year: int
    categories: tuple[HourCategory, ...]


@dataclass(frozen=True)
class TitleShortfall:
    """What a year lacks in a category."""

    year: int
    category: HourCategory
    hours: Hours


def title_years(
    policy: Policy, nature: UnitNature | None, year: int | None = None
) -> tuple[TitleYear, ...]:
    """The years and categories a title review of `year` looks at (Yantai 2023, 六（一）).

    Empty where no notice says, or the unit's nature is unknown. The notice names the years of its
    own year's review; for another year the same number of years is counted, up to that year.
    """
    rule = policy.title_review.get(nature) if nature is not None else None
    if rule is None:
        return ()
    moved = (year or policy.year) - policy.year
    asked_years = {
        category: {each + moved for each in years} for category, years in rule.years.items()
    }
    every = sorted(set().union(*asked_years.values()))
    return tuple(
        TitleYear(each, tuple(c for c in HourCategory if each in asked_years.get(c, ())))
        for each in every
    )


def title_shortfalls(
    years: Iterable[TitleYear],
    sums: Mapping[tuple[int, HourCategory], Hours],
    required: Callable[[int], Requirement],
) -> tuple[TitleShortfall, ...]:
    """What is short, each year and category judged on its own; nothing if the review is met.

    `sums` are the hours earned by year and category, `required` says what a year asks for.
    """
    found = []
    for each in years:
        needed = {
            HourCategory.PUBLIC: required(each.year).public,
            HourCategory.PROFESSIONAL: required(each.year).professional,
        }
        for category in each.categories:
            short = needed[category] - sums.get((each.year, category), ZERO_HOURS)
            if short > ZERO_HOURS:
                found.append(TitleShortfall(each.year, category, short))
    return tuple(found)
