"""The subjects (学科) of courses: a tree of two levels, shipped as data.

First level: the public courses, and the 27 series of professional titles, all of which the
professional courses cover (Rizhao 2024, 二(一)2). Second level: what the notices name below. A new
notice costs lines here and no other code; a code that courses bear stays, for they keep it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.enums import ProfessionSeries
from lms.core.enums import HourCategory
from lms.memberships.professions import GROUPS

PUBLIC = HourCategory.PUBLIC.value
# A course about everything is found under nothing.
MOST_SUBJECTS = 5


@dataclass(frozen=True)
class Subject:
    """A subject by its code, "engineering" or "engineering/data"; `parent` is None at the top."""

    code: str
    label: Any
    parent: str | None = None


# Shandong 2025, 二(一); Rizhao 2024, 二(一)1; Zaozhuang 2024, 二(一).
_PUBLIC_TOPICS: dict[str, Any] = {
    "thought": _l("习近平新时代中国特色社会主义思想"),
    "party": _l("党史学习与作风建设"),
    "yellow-river": _l("黄河流域生态保护和高质量发展"),
    "green": _l("绿色低碳高质量发展"),
    "ethics": _l("职业道德和能力建设"),
    "digital": _l("数字技术"),
    "intellectual-property": _l("知识产权"),
    "network-security": _l("网络安全"),
    "safety": _l("安全生产与应急管理"),
    "health": _l("医养健康"),
    "international": _l("人才国际化"),
    "science": _l("科学精神培育"),
    "teamwork": _l("团队合作建设"),
    "humanities": _l("人文素养"),
}
# Zaozhuang 2024, 二(三): the digital engineer programme; Yantai 2023, 四: the strategic trades.
_ENGINEERING_TOPICS: dict[str, Any] = {
    "ai": _l("人工智能"),
    "iot": _l("物联网"),
    "data": _l("大数据"),
    "cloud": _l("云计算"),
    "digital-management": _l("数字化管理"),
    "smart-manufacturing": _l("智能制造"),
    "industrial-internet": _l("工业互联网"),
    "virtual-reality": _l("虚拟现实"),
    "blockchain": _l("区块链"),
    "integrated-circuits": _l("集成电路"),
    "biotechnology": _l("生物技术"),
    "new-energy": _l("新能源"),
    "new-materials": _l("新材料"),
    "equipment": _l("高端装备"),
    "environment": _l("绿色环保"),
    "marine": _l("海洋装备"),
}
_TOPICS: dict[str, dict[str, Any]] = {
    PUBLIC: _PUBLIC_TOPICS,
    ProfessionSeries.ENGINEERING.value: _ENGINEERING_TOPICS,
    # Yantai 2023, 三(二)2.
    ProfessionSeries.AGRICULTURE.value: {"rural": _l("乡村振兴")},
    ProfessionSeries.ECONOMICS.value: {"human-resources": _l("人力资源管理")},
}


def _with_topics(code: str, label: Any) -> Iterator[Subject]:
    yield Subject(code, label)
    for name, topic in _TOPICS.get(code, {}).items():
        yield Subject(f"{code}/{name}", topic, code)


SUBJECT_GROUPS: tuple[tuple[Any, tuple[Subject, ...]], ...] = (
    (HourCategory.PUBLIC.label, tuple(_with_topics(PUBLIC, _l("公需科目（综合）")))),
    *(
        (name, tuple(s for series in group for s in _with_topics(series.value, series.label)))
        for name, group in GROUPS
    ),
)
SUBJECTS: dict[str, Subject] = {
    subject.code: subject for _name, group in SUBJECT_GROUPS for subject in group
}


def find_subject(code: str | None) -> Subject | None:
    """The subject of this code, or None."""
    return SUBJECTS.get(code or "")


def with_those_below(code: str) -> list[str]:
    """The code and those of the subjects below it: what a search for the subject finds."""
    return [each.code for each in SUBJECTS.values() if code in (each.code, each.parent)]


def known_subjects(codes: list[str]) -> list[Subject]:
    """The subjects of these codes in the order of the tree, without codes that are no more."""
    return [subject for code, subject in SUBJECTS.items() if code in codes]
