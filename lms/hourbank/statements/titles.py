"""The sheet for title review: each year and category that counts, judged on its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.documents.fonts import fonts_dir
from lms.documents.pages import CATEGORIES, Design, print_page
from lms.hourbank import policies
from lms.hourbank.conversion.rules import title_years
from lms.hourbank.conversion.types import Policy
from lms.hourbank.models import Balance, BankPerson
from lms.hourbank.statements.years import account_of, division_of
from lms.organizations.enums import UnitNature

DESIGN = Design("title_sheet.html", "title_sheet.css")
_NATURES = {UnitNature.ENTERPRISE: "企业", UnitNature.INSTITUTION: "事业单位"}
Sums = Mapping[tuple[int, HourCategory], Hours]


@dataclass(frozen=True)
class Judged:
    """A category in a year: hours, what is asked, and whether the review looks at it at all."""

    category: HourCategory
    earned: Hours
    required: Hours
    counts: bool

    @property
    def short(self) -> Hours:
        return max(self.required - self.earned, ZERO_HOURS) if self.counts else ZERO_HOURS

    @property
    def is_met(self) -> bool:
        return not self.short


@dataclass(frozen=True)
class JudgedYear:
    """A year of the sheet."""

    year: int
    parts: tuple[Judged, ...]

    @property
    def is_met(self) -> bool:
        return all(part.is_met for part in self.parts)


@dataclass(frozen=True)
class TitleSheet:
    """The review of a year: which rule, and each year it looks at, the oldest first.

    Without `years` no notice says what counts for the person's unit.
    """

    review_year: int
    policy: Policy
    nature: UnitNature | None
    years: tuple[JudgedYear, ...]

    @property
    def is_met(self) -> bool:
        return bool(self.years) and all(year.is_met for year in self.years)

    @property
    def source(self) -> str:
        """The clause that says which years count."""
        rule = self.policy.title_review.get(self.nature) if self.nature is not None else None
        return rule.source if rule is not None else ""

    @property
    def shortfalls(self) -> list[tuple[int, Judged]]:
        """What is short, in the order of the sheet."""
        return [(year.year, part) for year in self.years for part in year.parts if part.short]


def title_sheet(person: Person, review_year: int) -> TitleSheet:
    """What a title review in `review_year` finds of a person, by the rule of the unit's kind and
    place (Yantai 2023, 六（一）)."""
    division, nature = division_of(person), person.unit.nature if person.unit else None
    policy = policies.policy_for(division, review_year)
    counted = title_years(policy, nature, review_year)
    sums = _sums(account_of(person), [each.year for each in counted])
    years = tuple(
        judge_year(each.year, each.categories, sums, policies.policy_for(division, each.year))
        for each in counted
    )
    return TitleSheet(review_year, policy, nature, years)


def judge_year(
    year: int, counted: tuple[HourCategory, ...], sums: Sums, policy: Policy
) -> JudgedYear:
    """A year of the sheet from the sums of all its years."""
    required = {
        HourCategory.PUBLIC: policy.requirement.public,
        HourCategory.PROFESSIONAL: policy.requirement.professional,
    }
    return JudgedYear(
        year,
        tuple(
            Judged(
                category,
                sums.get((year, category), ZERO_HOURS),
                required[category],
                category in counted,
            )
            for category in HourCategory
        ),
    )


def _sums(account: BankPerson | None, years: list[int]) -> Sums:
    if account is None:
        return {}
    query = select(Balance.year, Balance.category, Balance.hours)
    rows = db.session.execute(query.where(Balance.person_id == account.id, Balance.year.in_(years)))
    return {(year, category): hours for year, category, hours in rows}


def print_title_sheet(person: Person, sheet: TitleSheet, printed_on: str) -> bytes:
    """The sheet as PDF, one A4 page."""
    return print_page(
        DESIGN,
        fonts_dir(),
        name=person.name,
        identity=person.masked_identity,
        unit=person.unit.name if person.unit else "",
        nature=_NATURES.get(sheet.nature, "") if sheet.nature else "",
        sheet=sheet,
        categories=CATEGORIES,
        printed_on=printed_on,
    )
