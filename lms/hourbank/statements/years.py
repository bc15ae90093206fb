"""A person's year: sums against what the policy asks, every entry, and pairs of reversals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.accounts.models import Person
from lms.core import clock
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank import policies, queries
from lms.hourbank.conversion.types import Policy
from lms.hourbank.models import BankPerson, EntryKind, LedgerEntry
from lms.hourbank.rules import Requirement, Shortfall, shortfall

# Nobody's hours are from before; and what a page offers ahead is the next year at most.
FIRST_YEAR = 2000


@dataclass(frozen=True)
class Part:
    """One of the bars: a category, or (None) both together, against what is asked."""

    category: HourCategory | None
    earned: Hours
    required: Hours
    short: Hours

    @property
    def is_met(self) -> bool:
        return not self.short


@dataclass(frozen=True)
class Line:
    """A credit, and the reversal that took it back, if one did."""

    credit: LedgerEntry
    reversal: LedgerEntry | None = None


@dataclass(frozen=True)
class YearStatement:
    """A year as it stands: sums, requirement, and what is short."""

    year: int
    policy: Policy
    public: Hours
    professional: Hours

    @property
    def required(self) -> Requirement:
        return self.policy.requirement

    @property
    def short(self) -> Shortfall:
        return shortfall(self.public, self.professional, self.required)

    @property
    def total(self) -> Hours:
        return self.public + self.professional

    @property
    def is_met(self) -> bool:
        return self.short.is_met

    @property
    def parts(self) -> tuple[Part, ...]:
        """Public, professional and both together, in the order of the notices."""
        short, required = self.short, self.required
        return (
            Part(HourCategory.PUBLIC, self.public, required.public, short.public),
            Part(
                HourCategory.PROFESSIONAL,
                self.professional,
                required.professional,
                short.professional,
            ),
            Part(None, self.total, required.total, short.total),
        )


def account_of(person: Person) -> BankPerson | None:
    """The person's account in the bank; None for somebody without an hour."""
    return queries.person_by_hash(person.identity_hash)


def division_of(person: Person) -> str:
    """The division whose policies hold for a person: the unit's, or else the province's."""
    return person.unit.division_code if person.unit is not None else policies.PROVINCE


def state_year(account: BankPerson | None, division_code: str, year: int) -> YearStatement:
    """The year of an account by the policies of a division; zeros without an account."""
    sums = queries.sums_of(account, year)
    return YearStatement(
        year=year,
        policy=policies.policy_for(division_code, year),
        public=sums[HourCategory.PUBLIC],
        professional=sums[HourCategory.PROFESSIONAL],
    )


def lines_of(entries: Iterable[LedgerEntry]) -> list[Line]:
    """Credits in the order given, each with its reversal."""
    entries = list(entries)
    reversals = {_key(entry): entry for entry in entries if entry.kind is EntryKind.REVERSAL}
    return [
        Line(entry, reversals.get(_key(entry)))
        for entry in entries
        if entry.kind is EntryKind.CREDIT
    ]


def standing_entries(account: BankPerson | None, year: int) -> list[LedgerEntry]:
    """The credits of a year that nobody took back."""
    if account is None:
        return []
    lines = lines_of(queries.entries_of(account, year))
    return [line.credit for line in lines if line.reversal is None]


def _key(entry: LedgerEntry) -> tuple[int, str]:
    return entry.platform_id, entry.source_reference


def years_to_choose(account: BankPerson | None, chosen: int) -> list[int]:
    """The years a page offers, newest first: this one, those with entries, and the chosen one."""
    booked: Sequence[int] = queries.years_of(account) if account is not None else ()
    return sorted({clock.today().year, chosen, *booked}, reverse=True)


def readable_year(year: int | None) -> int:
    """The year of an address, or this one for what is none that the bank keeps."""
    this_year = clock.today().year
    return year if year is not None and FIRST_YEAR <= year <= this_year + 1 else this_year


def missing_by_category(statement: YearStatement) -> dict[HourCategory, Hours]:
    """The categories that are short, and by how much; where both are met but not their sum, what
    the sum lacks counts for the professional one, of which there is more to learn."""
    found = {
        part.category: part.short
        for part in statement.parts
        if part.category is not None and part.short
    }
    if not found and statement.short.total:
        return {HourCategory.PROFESSIONAL: statement.short.total}
    return found
