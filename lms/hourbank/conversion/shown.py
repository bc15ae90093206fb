"""A policy in words: what counts, how many hours, up to which limit, by which clause."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.conversion.measures import month_share
from lms.hourbank.conversion.types import CategoryRule, KindRule, Measure, Policy
from lms.organizations.enums import UnitNature

STEP_LABELS: Mapping[str, Any] = {
    "unit": _l("用人单位"),
    "department": _l("主管部门"),
    "bureau": _l("人社部门"),
}


@dataclass(frozen=True)
class Line:
    """A sentence of a rule and the clause it comes from."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class ShownKind:
    """A kind as the page writes it."""

    rule: KindRule
    categories: str
    amounts: tuple[Line, ...]
    limits: tuple[Line, ...]


def shown_kind(rule: KindRule) -> ShownKind:
    """A kind in words."""
    return ShownKind(
        rule, categories_in_words(rule), tuple(_AMOUNTS[rule.measure](rule)), tuple(_limits(rule))
    )


def categories_in_words(rule: KindRule) -> str:
    """What the hours count for."""
    labels = [str(category.label) for category in rule.categories]
    if rule.category_rule is CategoryRule.CHOICE:
        return str(_("%(one)s或%(other)s，由本人选择", one=labels[0], other=labels[1]))
    return str(_("、")).join(labels)


def requirement_lines(policy: Policy) -> list[Line]:
    """What the year asks for."""
    required, sources = policy.requirement, policy.requirement_sources
    return [
        Line(_("公需科目不少于 %(hours)s 学时", hours=required.public), sources["public"]),
        Line(
            _("专业科目不少于 %(hours)s 学时", hours=required.professional), sources["professional"]
        ),
        Line(_("每年合计不少于 %(hours)s 学时", hours=required.total), sources["total"]),
    ]


def step_labels(policy: Policy) -> list[str]:
    """Who decides, one after the other."""
    return [str(STEP_LABELS[step]) for step in policy.deciding.steps]


def title_lines(policy: Policy) -> list[Line]:
    """Which years a title review looks at, by nature of the unit."""
    return [
        Line(
            _(
                "%(nature)s：%(years)s",
                nature=nature.label,
                years=_("；").join(_years_in_words(policy, nature)),
            ),
            rule.source,
        )
        for nature, rule in policy.title_review.items()
    ]


def _years_in_words(policy: Policy, nature: UnitNature) -> Iterator[str]:
    for category, years in policy.title_review[nature].years.items():
        if years:
            yield _(
                "%(category)s %(first)s 至 %(last)s 年",
                category=category.label,
                first=min(years),
                last=max(years),
            )


def _days(rule: KindRule) -> Iterator[Line]:
    assert rule.per_day is not None
    yield Line(_("按实际学时"), rule.source)


def _hours(rule: KindRule) -> Iterator[Line]:
    yield Line(_("按实际学时"), rule.source)


def _each(rule: KindRule) -> Iterator[Line]:
    assert rule.each is not None
    if rule.measure is Measure.FIXED:
        yield Line(_("每次 %(hours)s 学时", hours=rule.each.hours), rule.each.source)
    else:
        yield Line(_("每项 %(hours)s 学时", hours=rule.each.hours), rule.each.source)


def _levels(rule: KindRule) -> Iterator[Line]:
    for level in rule.levels:
        hours = _("或").join(_amount(c, h) for c, h in level.hours.items())
        yield Line(_("%(level)s：%(hours)s", level=level.label, hours=hours), level.source)


def _months(rule: KindRule) -> Iterator[Line]:
    figures = rule.whole_year.items()
    whole = _("、").join(_amount(category, figure.hours) for category, figure in figures)
    month = _("、").join(_amount(c, month_share(figure.hours, 1)) for c, figure in figures)
    source = next(figure.source for _category, figure in figures)
    yield Line(_("满一年：%(hours)s", hours=whole), source)
    yield Line(_("不足一年按月份比例，每月%(hours)s", hours=month))


def _certified(rule: KindRule) -> Iterator[Line]:
    yield Line(_("按证明所列学时合并计算"), rule.source)


def _multiple(rule: KindRule) -> Iterator[Line]:
    assert rule.times is not None
    yield Line(_("课程课时的 %(times)s 倍", times=rule.times.number), rule.times.source)


def _amount(category: HourCategory, hours: Hours) -> str:
    return str(_("%(category)s %(hours)s 学时", category=category.label, hours=hours))


def _limits(rule: KindRule) -> Iterator[Line]:
    if rule.per_day is not None:
        yield Line(_("每天不超过 %(hours)s 学时", hours=rule.per_day.hours), rule.per_day.source)
    if rule.excluded:
        yield Line(_("往返和休息时间除外"), rule.source)
    for cap in dict.fromkeys(rule.caps.values()):
        most = _("%(label)s每年累计不超过 %(hours)s 学时", label=cap.label, hours=cap.hours)
        yield Line(most, cap.source)
    for condition in rule.conditions:
        yield Line(_("不予认定：%(reason)s", reason=condition.reason), condition.source)


_AMOUNTS: Mapping[Measure, Callable[[KindRule], Iterator[Line]]] = {
    Measure.DAYS: _days,
    Measure.HOURS: _hours,
    Measure.ITEMS: _each,
    Measure.FIXED: _each,
    Measure.LEVELS: _levels,
    Measure.MONTHS: _months,
    Measure.CERTIFIED: _certified,
    Measure.MULTIPLE: _multiple,
}
