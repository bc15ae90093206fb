"""Claims of any kind of any policy, made up by Hypothesis; and short words for what came of one."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from lms.core.enums import HourCategory
from lms.core.toml_files import TomlFile
from lms.core.types import Hours
from lms.hourbank.conversion.history import DecidedClaim
from lms.hourbank.conversion.reader import policy_of
from lms.hourbank.conversion.rules import recognize, recognized
from lms.hourbank.conversion.types import (
    CategoryRule,
    Field,
    FieldType,
    KindRule,
    Measure,
    Policy,
    Recognition,
)

PUBLIC, PROFESSIONAL = HourCategory.PUBLIC, HourCategory.PROFESSIONAL
HOURS = Hours.parse


# What no notice has, and the next may: one cap for both categories and for several kinds.
SHARED = policy_of(
    TomlFile(
        "371300-2025.toml",
        """
[notice]
title = "某市通知"
file = "notice.txt"
[year]
public = { hours = "30", source = "一" }
professional = { hours = "60", source = "一" }
total = { hours = "90", source = "一" }
[caps]
all = { label = "各类", hours = "33.3", source = "二" }
[kinds.posting]
label = "援派"
help = "服务。"
source = "二"
measure = "months"
whole_year = { public = "20", professional = "50", source = "二" }
cap = "all"
[kinds.training]
label = "培训"
help = "进修。"
source = "二"
measure = "days"
categories = ["public", "professional"]
per_day = { hours = "6.5", source = "二" }
cap = "all"
[kinds.transfer]
label = "转入"
help = "证明。"
source = "二"
measure = "certified"
categories = ["public", "professional"]
cap = { public = "all" }
""",
    )
)


def granted(recognition: Recognition) -> dict[str, str]:
    """What was granted by category, as texts: {"professional": "24"}."""
    return {each.category.value: str(each.hours) for each in recognition.granted}


def refused(recognition: Recognition) -> list[tuple[str, str]]:
    """What was refused, hours and code: [("6", "per_day")]."""
    return [(str(each.hours), each.code) for each in recognition.refused]


def recognize_all(
    policy: Policy, claims: list[tuple[str, dict[str, Any]]]
) -> list[tuple[str, Recognition]]:
    """The claims of one person and year, one after the other."""
    done: list[tuple[str, Recognition]] = []
    for kind, facts in claims:
        entries = [(code, g.category, g.hours) for code, each in done for g in each.granted]
        done.append((kind, recognize(policy, kind, facts, recognized(policy, entries))))
    return done


def total(done: list[tuple[str, Recognition]]) -> int:
    """The tenths granted in all."""
    return sum(each.granted_hours.tenths for _kind, each in done)


def claims_of(policy: Policy) -> st.SearchStrategy[list[tuple[str, dict[str, Any]]]]:
    """Up to eight claims of one person and year."""
    kinds = (*policy.kinds, *policy.reported)
    one = st.sampled_from(kinds).flatmap(lambda kind: st.tuples(st.just(kind.code), facts_of(kind)))
    return st.lists(one, min_size=1, max_size=8)


def facts_of(kind: KindRule) -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a kind that mean something, whatever becomes of them."""
    parts: dict[str, st.SearchStrategy[Any]] = {field.name: _values(field) for field in kind.fields}
    if kind.category_rule is CategoryRule.CHOICE:
        parts["category"] = st.sampled_from(kind.categories)
    if kind.measure is Measure.CERTIFIED:
        parts["public_hours"] = _hours(1)
    return st.fixed_dictionaries(parts)


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.type in (FieldType.CHOICE, FieldType.LEVEL):
        return st.sampled_from([choice.code for choice in field.choices])
    if field.type is FieldType.ITEMS:
        return (
            st.one_of(st.integers(1, 6), st.integers(4990, 5010))
            if field.unit == "字"
            else (st.integers(1, 6))
        )
    return {
        FieldType.TEXT: st.just("某"),
        FieldType.DATE: st.dates(dt.date(2024, 5, 1), dt.date(2024, 6, 30)),
        FieldType.HOURS: _hours(1 if field.required else 0),
        FieldType.DAYS: st.integers(1, 10),
        FieldType.MONTHS: st.integers(1, 12),
        FieldType.YES_NO: st.booleans(),
    }[field.type]


def _hours(least: int) -> st.SearchStrategy[Hours]:
    return st.integers(least, 800).map(Hours)


def decided(
    kind: str,
    facts: dict[str, Any],
    *,
    person: str = "1",
    year: int = 2022,
    division_code: str = "370800",
    **hours: str,
) -> DecidedClaim:
    """A claim of somebody that was decided; `hours` are what was granted by category."""
    return DecidedClaim(
        reference=f"{kind}-{person}",
        person_key=person,
        person="王**",
        division_code=division_code,
        year=year,
        kind=kind,
        title="某项学习",
        facts=facts,
        granted={HourCategory(name): HOURS(text) for name, text in hours.items()},
    )
