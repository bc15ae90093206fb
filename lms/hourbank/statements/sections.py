"""The sections of the register form, and which entry stands in which.

The form is annex 2 of Yantai 2023 (专业技术人员继续教育情况登记表), word for word;
its labels break into lines as they do there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lms.core.enums import HourCategory

PROFESSIONAL_LABEL = "专业科目"
CONVERTED_LABEL = "折算类"
FIRST_HEADING = "类别"
SERIAL, SIGNED, REGISTERED_ON = "序号", "登记人签字\n（印章）", "登记时间"


class SectionCode(Enum):
    PUBLIC = "public"
    TRAINING = "training"
    SELF_STUDY = "self_study"
    RESULTS = "results"
    SERVICE = "service"
    OTHER = "other"


@dataclass(frozen=True)
class Section:
    """A section: the labels at its left from the outside in, its headings, its columns' fields.

    `fields` are the attributes of a `FormLine` that stand below the four headings.
    """

    code: SectionCode
    labels: tuple[str, ...]
    headings: tuple[str, str, str, str]
    fields: tuple[str, str, str, str]
    hours_heading: str = "学时"


_HELD = ("title", "organizer", "held", "place")
_TRAINING = ("培训项目名称", "主办单位", "培训时间", "培训地点")

SECTIONS: tuple[Section, ...] = (
    Section(SectionCode.PUBLIC, ("公需科目",), _TRAINING, _HELD),
    Section(
        SectionCode.TRAINING, (PROFESSIONAL_LABEL, "培训进修类\n（含网上学习）"), _TRAINING, _HELD
    ),
    Section(
        SectionCode.SELF_STUDY,
        (PROFESSIONAL_LABEL, "自学类"),
        ("自学内容", "自学种类", "完成时间", "考核方式"),
        ("title", "sort", "held", "examined_by"),
    ),
    Section(
        SectionCode.RESULTS,
        (PROFESSIONAL_LABEL, CONVERTED_LABEL, "成果、\n论文著\n作类"),
        ("成果/论文著作名称", "成果/论文著作种类", "获奖/发表时间", "获奖/发表等级"),
        ("title", "sort", "held", "level"),
        "折算\n学时",
    ),
    Section(
        SectionCode.SERVICE,
        (PROFESSIONAL_LABEL, CONVERTED_LABEL, "服务\n基层\n活动"),
        ("活动内容", "主办单位", "活动时间", "活动地点"),
        _HELD,
        "折算\n学时",
    ),
    Section(
        SectionCode.OTHER,
        (PROFESSIONAL_LABEL, "其他类"),
        ("培训内容", "主办单位", "培训时间", "培训地点"),
        _HELD,
    ),
)

# By the policy's kind of a claim, and, for what was not claimed, by the source of the entry.
_OF_CLAIM: Mapping[str, SectionCode] = {
    "abroad": SectionCode.OTHER,
    "competition": SectionCode.RESULTS,
    "exam": SectionCode.OTHER,
    "expert": SectionCode.SERVICE,
    "maternity": SectionCode.OTHER,
    "other_leave": SectionCode.OTHER,
    "posting": SectionCode.SERVICE,
    "public_lecture": SectionCode.TRAINING,
    "result": SectionCode.RESULTS,
    "self_study": SectionCode.SELF_STUDY,
    "sick_leave": SectionCode.OTHER,
    "training": SectionCode.TRAINING,
    "transfer": SectionCode.OTHER,
}
_OF_SOURCE: Mapping[str, SectionCode] = {
    "course": SectionCode.TRAINING,
    "lecture": SectionCode.TRAINING,
    "training": SectionCode.TRAINING,
    "transfer": SectionCode.OTHER,
}


def section_of(category: HourCategory, source: str, claim_kind: str) -> SectionCode:
    """Where an entry stands; what no notice names stands among the other ones."""
    if category is HourCategory.PUBLIC:
        return SectionCode.PUBLIC
    return _OF_CLAIM.get(claim_kind) or _OF_SOURCE.get(source, SectionCode.OTHER)
