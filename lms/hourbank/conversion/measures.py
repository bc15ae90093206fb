"""How many hours a claim asks for, by what its kind is counted by."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.conversion.types import (
    CategoryRule,
    Facts,
    FactsError,
    Field,
    FieldType,
    KindRule,
    Measure,
)

MONTHS_A_YEAR = 12
Asked = Mapping[HourCategory, Hours]

_HOURS = Field("hours", FieldType.HOURS, _l("学时"), unit=_l("学时"))
_CERTIFIED = {
    HourCategory.PUBLIC: "public_hours",
    HourCategory.PROFESSIONAL: "professional_hours",
}

# What each measure counts by. Labels may be put otherwise by a policy.
FIELDS: Mapping[Measure, tuple[Field, ...]] = {
    Measure.DAYS: (Field("days", FieldType.DAYS, _l("天数"), unit=_l("天")), _HOURS),
    Measure.HOURS: (_HOURS,),
    Measure.ITEMS: (Field("items", FieldType.ITEMS, _l("数量"), unit=_l("项")),),
    Measure.FIXED: (),
    Measure.LEVELS: (Field("level", FieldType.LEVEL, _l("级别")),),
    Measure.MONTHS: (Field("months", FieldType.MONTHS, _l("月数"), unit=_l("个月")),),
    Measure.CERTIFIED: (
        Field("public_hours", FieldType.HOURS, _l("公需科目学时"), unit=_l("学时")),
        Field("professional_hours", FieldType.HOURS, _l("专业科目学时"), unit=_l("学时")),
    ),
    Measure.MULTIPLE: (Field("hours", FieldType.HOURS, _l("课程课时"), unit=_l("学时")),),
}


def asked(kind: KindRule, facts: Facts) -> Asked:
    """What the claim asks for, by category. Raises FactsError for a fact that is missing or off."""
    return _MEASURES[kind.measure](kind, facts)


def month_share(whole: Hours, months: int) -> Hours:
    """The share of a year's hours, rounded half up to a tenth; twelve months are the whole.

    30 and 60 (Jining 2022, 二（二）4（5）; Zaozhuang 2024, 附件 4) divide without a remainder.
    """
    return Hours((2 * whole.tenths * months + MONTHS_A_YEAR) // (2 * MONTHS_A_YEAR))


def category_of(kind: KindRule, facts: Facts) -> HourCategory:
    """The one category of the claim: the kind's, or what the claimant chose.

    Raises FactsError if nothing was chosen, or what the kind does not offer.
    """
    if kind.category_rule is CategoryRule.FIXED:
        return kind.categories[0]
    chosen = facts.get("category")
    found = chosen if isinstance(chosen, HourCategory) else HourCategory.find(chosen)
    if found not in kind.categories:
        raise FactsError("category", _l("请选择学时计入公需科目还是专业科目。"))
    return found


def hours_in(facts: Facts, name: str) -> Hours:
    """The hours stated under `name`, more than none. Raises FactsError."""
    found = facts.get(name)
    if not isinstance(found, Hours) or found.tenths <= 0:
        raise FactsError(name, _l("请填写大于 0 的学时，最多一位小数。"))
    return found


def count_in(facts: Facts, name: str, most: int | None = None) -> int:
    """The whole number stated under `name`, from one to `most`. Raises FactsError."""
    found = facts.get(name)
    if type(found) is not int or found < 1:
        raise FactsError(name, _l("请填写大于 0 的整数。"))
    if most is not None and found > most:
        raise FactsError(name, _l("不能大于 %(most)s。", most=most))
    return found


def _by_hours(kind: KindRule, facts: Facts) -> Asked:
    return {category_of(kind, facts): hours_in(facts, "hours")}


def _by_days(kind: KindRule, facts: Facts) -> Asked:
    count_in(facts, "days", 366)
    return _by_hours(kind, facts)


def _by_items(kind: KindRule, facts: Facts) -> Asked:
    assert kind.each is not None
    items = count_in(facts, "items", 999)
    return {category_of(kind, facts): Hours(kind.each.hours.tenths * items)}


def _fixed(kind: KindRule, facts: Facts) -> Asked:
    assert kind.each is not None
    return {category_of(kind, facts): kind.each.hours}


def _by_levels(kind: KindRule, facts: Facts) -> Asked:
    category = category_of(kind, facts)
    for level in kind.levels:
        if level.code == facts.get("level"):
            return {category: level.hours[category]}
    raise FactsError("level", _l("请选择级别。"))


def _by_months(kind: KindRule, facts: Facts) -> Asked:
    months = count_in(facts, "months", MONTHS_A_YEAR)
    return {
        category: month_share(figure.hours, months) for category, figure in kind.whole_year.items()
    }


def _certified(kind: KindRule, facts: Facts) -> Asked:
    found = {category: facts.get(_CERTIFIED[category]) for category in kind.categories}
    for category, hours in found.items():
        if not isinstance(hours, Hours) or hours.tenths < 0:
            raise FactsError(_CERTIFIED[category], _l("请填写学时，没有的填 0。"))
    stated: dict[HourCategory, Any] = {
        category: hours for category, hours in found.items() if hours
    }
    if not stated:
        raise FactsError(_CERTIFIED[kind.categories[0]], _l("公需科目和专业科目至少有一项大于 0。"))
    return stated


def _multiple(kind: KindRule, facts: Facts) -> Asked:
    assert kind.times is not None
    hours = hours_in(facts, "hours")
    return {category_of(kind, facts): Hours(hours.tenths * kind.times.number)}


_MEASURES: Mapping[Measure, Callable[[KindRule, Facts], Asked]] = {
    Measure.DAYS: _by_days,
    Measure.HOURS: _by_hours,
    Measure.ITEMS: _by_items,
    Measure.FIXED: _fixed,
    Measure.LEVELS: _by_levels,
    Measure.MONTHS: _by_months,
    Measure.CERTIFIED: _certified,
    Measure.MULTIPLE: _multiple,
}
