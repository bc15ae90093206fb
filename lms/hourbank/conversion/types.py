"""What a policy says of a place and year, and what is recognised of a claim under it.

Hours are exact tenths. Every figure carries the clause of its notice (`source`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory, LabelledEnum
from lms.core.types import ZERO_HOURS, Hours
from lms.hourbank.rules import Requirement
from lms.organizations.enums import UnitNature

Facts = Mapping[str, Any]
"""What a claim states, typed by the kind's fields, and `category` where the claimant chooses."""

Recognized = Mapping[str, Hours]
"""What was recognised already in the year for the person, by the code of the cap it counts for."""


class FactsError(ValueError):
    """A claim states something that means nothing; `field` names it, `message` is for people."""

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


class NotClaimable(LookupError):
    """A policy, and the province's above it, have no such kind."""


class FieldType(Enum):
    """What a field holds: text, date, Hours, whole number, code of a choice, or yes and no."""

    TEXT = "text"
    DATE = "date"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    ITEMS = "items"
    LEVEL = "level"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Measure(Enum):
    """What the hours of a claim are counted by."""

    DAYS = "days"
    HOURS = "hours"
    ITEMS = "items"
    FIXED = "fixed"
    LEVELS = "levels"
    MONTHS = "months"
    CERTIFIED = "certified"
    MULTIPLE = "multiple"


class CategoryRule(Enum):
    """Which category the hours count for: the kind's, what the claimant chooses, or both."""

    FIXED = "fixed"
    CHOICE = "choice"
    BOTH = "both"


class DeclaredBy(LabelledEnum):
    """Who has the hours entered: whoever learned claims them, or somebody else reports them."""

    PERSON = "person", _l("个人申报")
    ORGANIZER = "organizer", _l("由组织单位申报")
    PLATFORM = "platform", _l("由平台登记")


@dataclass(frozen=True)
class Figure:
    """Hours that a notice names, and where."""

    hours: Hours
    source: str


@dataclass(frozen=True)
class Times:
    """What hours are multiplied by, and where it is said."""

    number: int
    source: str


@dataclass(frozen=True)
class Choice:
    """An answer to choose."""

    code: str
    label: Any


@dataclass(frozen=True)
class Field:
    """A fact that a claim of a kind states."""

    name: str
    type: FieldType
    label: Any
    required: bool = True
    choices: tuple[Choice, ...] = ()
    help: str = ""
    unit: Any = ""


@dataclass(frozen=True)
class EvidenceRule:
    """A document that goes with a claim."""

    code: str
    label: str
    required: bool = True


class Check(Enum):
    """How a condition looks at its field."""

    IS_TRUE = "is_true"
    OVER = "over"
    AT_LEAST = "at_least"
    NOT_AFTER = "not_after"


@dataclass(frozen=True)
class Condition:
    """What must hold, or nothing of the claim is recognised, for the reason given.

    With `when_field` it is asked only of claims that state one of `when_values` there.
    """

    code: str
    field: str
    check: Check
    value: Any
    reason: str
    source: str
    when_field: str = ""
    when_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cap:
    """At most so many hours a year of all kinds that count for it."""

    code: str
    label: str
    hours: Hours
    source: str


@dataclass(frozen=True)
class Level:
    """A level, and what each category gives at it."""

    code: str
    label: str
    hours: Mapping[HourCategory, Hours]
    source: str


@dataclass(frozen=True)
class KindRule:
    """How one kind of learning is recognised."""

    code: str
    label: str
    help: str
    source: str
    measure: Measure
    category_rule: CategoryRule
    categories: tuple[HourCategory, ...]
    fields: tuple[Field, ...] = ()
    evidence: tuple[EvidenceRule, ...] = ()
    conditions: tuple[Condition, ...] = ()
    caps: Mapping[HourCategory, Cap] = field(default_factory=dict)
    per_day: Figure | None = None
    each: Figure | None = None
    whole_year: Mapping[HourCategory, Figure] = field(default_factory=dict)
    levels: tuple[Level, ...] = ()
    times: Times | None = None
    # The field with hours that are not learning: travel and rest.
    excluded: str = ""
    declared_by: DeclaredBy = DeclaredBy.PERSON
    # The policy whose file it stands in: the city's own, or that of the division above.
    policy: str = ""


@dataclass(frozen=True)
class DecisionRule:
    """Who looks at a claim, one after the other: of "unit", "department", "bureau"."""

    steps: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class TitleRule:
    """The years a title review looks at, by category (Yantai 2023, 六（一）)."""

    years: Mapping[HourCategory, tuple[int, ...]]
    source: str


@dataclass(frozen=True)
class Notice:
    """Where a policy comes from."""

    title: str
    number: str
    file: str


@dataclass(frozen=True)
class Policy:
    """All that a notice says of hours; what it is silent on is the division's above.

    `kinds` are those that people claim themselves, in the order of forms; `reported` those that
    somebody else has entered.
    """

    division_code: str
    year: int
    notice: Notice
    requirement: Requirement
    requirement_sources: Mapping[str, str]
    kinds: tuple[KindRule, ...]
    reported: tuple[KindRule, ...]
    caps: Mapping[str, Cap]
    deciding: DecisionRule
    title_review: Mapping[UnitNature, TitleRule] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"{self.division_code}-{self.year}"

    @property
    def title(self) -> str:
        return self.notice.title

    def kind(self, code: str) -> KindRule:
        """The rule of a kind. Raises NotClaimable if there is none."""
        for rule in (*self.kinds, *self.reported):
            if rule.code == code:
                return rule
        raise NotClaimable(code)


@dataclass(frozen=True)
class Grant:
    """Hours that are recognised; `cap_group` is the code of the cap they count for, or empty."""

    category: HourCategory
    hours: Hours
    cap_group: str = ""


@dataclass(frozen=True)
class Refusal:
    """Hours that are not, and why; `reason` is a lazy text with the figures."""

    category: HourCategory
    hours: Hours
    code: str
    reason: Any
    source: str


@dataclass(frozen=True)
class Recognition:
    """What becomes of a claim: what is granted and what is refused make what was asked."""

    granted: tuple[Grant, ...]
    refused: tuple[Refusal, ...]

    @property
    def granted_hours(self) -> Hours:
        return sum((each.hours for each in self.granted), ZERO_HOURS)

    @property
    def refused_hours(self) -> Hours:
        return sum((each.hours for each in self.refused), ZERO_HOURS)

    @property
    def asked(self) -> Hours:
        return self.granted_hours + self.refused_hours
