"""What a division's notice of a year says about studying here: when, what else, and how to go on.

One TOML file a division and year, in `study_policies/`; a new notice costs a new file and no code.
Hours and conversions are the hour bank's business and stand in its own files.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from lms.catalog.policy_files import FOLDER, read_folder
from lms.core.enums import HourCategory

if TYPE_CHECKING:
    from lms.catalog.models import Course

# A street has nine digits, a county six; the division above has zeros in the place of the last.
_PREFIXES = (9, 6, 4, 2)


class RestudyRule(Enum):
    """Who decides on an application to study again after two failed attempts."""

    AUTOMATIC = "automatic"
    BASE = "base"
    EITHER = "either"
    UNIT = "unit"


@dataclass(frozen=True)
class StudyDates:
    """From which day to which (24:00) one studies in a year, and for which earlier years, too."""

    opens_on: dt.date
    closes_on: dt.date
    make_up_years: frozenset[int] = frozenset()

    def is_on(self, day: dt.date) -> bool:
        """Whether one may study on that day."""
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True)
class StudyPolicy:
    """What a notice says; what it is silent on is None, empty, or as everywhere (EITHER)."""

    division_code: str = ""
    year: int = 0
    dates: Mapping[HourCategory, StudyDates] = field(default_factory=dict)
    # The least pass mark of an exam, in per cent.
    pass_percent: int | None = None
    restudy: RestudyRule = RestudyRule.EITHER


@cache
def policies() -> Mapping[tuple[str, int], StudyPolicy]:
    """All policies by division and year. Raises TomlFileError naming file, line and key."""
    return {(one.division_code, one.year): one for one in map(_policy, read_folder(FOLDER))}


def policy_for(division_code: str, year: int) -> StudyPolicy:
    """The policy in force: the division's, of the year or its newest earlier one, else of the
    division above. One that says nothing where there is none."""
    for code in divisions_upwards(division_code):
        years = [known for division, known in policies() if division == code and known <= year]
        if years:
            return policies()[code, max(years)]
    return StudyPolicy()


def divisions_upwards(code: str) -> Iterator[str]:
    """The division's code and those above it: 371102 (county), 371100 (city), 370000 (province)."""
    lengths = [length for length in _PREFIXES if length <= len(code)]
    codes = (code[:length].ljust(max(6, length), "0") for length in lengths)
    yield from dict.fromkeys(codes)


def study_dates(division_code: str, year: int, category: HourCategory) -> list[StudyDates]:
    """When courses of a year are open, in order; empty if no notice says. Dates are of the year
    they name, so an earlier year's are no rule for a later one.

    The year's own (Zaozhuang 2024, 六: "逾期系统关闭"), and those of later years that let one make
    up for it (Rizhao 2024, 三).
    """
    for code in divisions_upwards(division_code):
        own = [policy for (division, _year), policy in policies().items() if division == code]
        found = [
            dates
            for policy in own
            if (dates := policy.dates.get(category)) is not None
            and (policy.year == year or year in dates.make_up_years)
        ]
        if found:
            return sorted(found, key=lambda dates: dates.opens_on)
    return []


def dates_on(known: Sequence[StudyDates], day: dt.date) -> StudyDates | None:
    """Those in force on a day, else the next, else the last; None if there are none."""
    coming = [dates for dates in known if day <= dates.closes_on]
    return next(iter(coming or known[-1:]), None)


def _policy(found: Mapping[str, object]) -> StudyPolicy:
    facts = dict(found)
    studies = facts.pop("study")
    return StudyPolicy(
        restudy=RestudyRule(facts.pop("restudy")),
        dates={
            HourCategory(name): StudyDates(**dates)
            for name, dates in studies.items()  # type: ignore[attr-defined]
        },
        **facts,  # type: ignore[arg-type]
    )


def policy_of(course: "Course") -> StudyPolicy:
    """The policy for a course: of its base's division and its own year."""
    return policy_for(course.base.division_code, course.year)
