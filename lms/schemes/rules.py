"""What a study scheme says, and what is wrong with it. Pure functions.

The fields are those that the notices name: contents, form and channel of study (Shandong 2025,
三(二)); form of study, texts, examination, supervision, phone and e-mail of the contact (Rizhao
2024, 二(一)1, of schemes that are handed in). The form of annex 1 itself is not in the notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.enums import TitleLevel
from lms.accounts.rules import is_email
from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.organizations.rules import division_prefix

MOST_COURSES = 500
MOST_TOPICS = 40
LONGEST_TEXT = 4000
FIRST_YEAR, LAST_YEAR = 2000, 2099
_TEXTS = ("audience", "goals", "ways", "channels", "textbooks", "examination", "supervision")
Problem = tuple[str, Any]


@dataclass(frozen=True)
class Topic:
    """One content of a scheme, with its hours of one category."""

    title: str
    category: HourCategory
    hours: Hours

    def as_list(self) -> list[Any]:
        """As it is stored: title, value of the category, tenths of hours."""
        return [self.title, self.category.value, self.hours.tenths]


def read_topics(stored: Iterable[Any]) -> list[Topic]:
    """Topics from what `Topic.as_list` gave."""
    return [
        Topic(title, HourCategory(category), Hours(tenths)) for title, category, tenths in stored
    ]


def hours_by_category(topics: Iterable[Topic]) -> dict[HourCategory, Hours]:
    """The hours of each category, those without any left out."""
    sums: dict[HourCategory, Hours] = {}
    for topic in topics:
        sums[topic.category] = sums.get(topic.category, ZERO_HOURS) + topic.hours
    return {category: sums[category] for category in HourCategory if category in sums}


@dataclass(frozen=True, kw_only=True)
class SchemeFacts:
    """What a department writes in a scheme."""

    title: str
    division_code: str
    title_levels: tuple[TitleLevel, ...] = ()
    audience: str = ""
    goals: str = ""
    topics: tuple[Topic, ...] = ()
    ways: str = ""
    channels: str = ""
    textbooks: str = ""
    examination: str = ""
    supervision: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""

    def columns(self) -> dict[str, Any]:
        """The facts as the columns of a revision."""
        return {
            **vars(self),
            "title_levels": [level.value for level in self.title_levels],
            "topics": [topic.as_list() for topic in self.topics],
        }


def writing_problems(facts: SchemeFacts, division_code: str) -> list[Problem]:
    """Fields that cannot be saved, each with what to do about it.

    `division_code` is the department's: a scheme reaches no further than its department.
    """
    checks = [
        ("title", 2 <= len(facts.title) <= 120, _l("方案名称请用 2 到 120 个字。")),
        (
            "division_code",
            facts.division_code.startswith(division_prefix(division_code)),
            _l("适用地区应在本部门所辖范围内。"),
        ),
        (
            "contact_email",
            not facts.contact_email or is_email(facts.contact_email),
            _l("电子邮箱不正确，应如 name@example.com。"),
        ),
        ("topics", len(facts.topics) <= MOST_TOPICS, _l("学习内容最多 40 项。")),
        *(
            (name, len(getattr(facts, name)) <= LONGEST_TEXT, _l("不能超过 4000 个字。"))
            for name in _TEXTS
        ),
    ]
    return [(field, message) for field, is_right, message in checks if not is_right]


def missing_parts(facts: Any, topics: Iterable[Topic]) -> list[Any]:
    """What a scheme still lacks before it is published, in words (Shandong 2025, 三(二)).

    `facts` is a revision, or facts.
    """
    needed = (
        (facts.goals, _l("请填写学习目标。")),
        (list(topics), _l("请填写学习内容和学时。")),
        (facts.ways, _l("请填写学习形式。")),
        (facts.examination, _l("请填写考核方式。")),
        (facts.contact_name, _l("请填写联系人。")),
        (facts.contact_phone or facts.contact_email, _l("请填写联系电话或电子邮箱。")),
    )
    return [message for given, message in needed if not given]


def moved(order: list[int], item: int, place: int) -> list[int]:
    """`order` with `item` at `place`, counted from 1; beyond the ends it stands at the end."""
    rest = [each for each in order if each != item]
    rest.insert(max(0, min(len(rest), place - 1)), item)
    return rest
