"""The words in which the audit trail is shown: groups of deeds, kinds of records, details."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.core.audit import AuditTag
from lms.core.enums import LabelledEnum

# The first part of a tag.
GROUPS: dict[str, Any] = {
    "accounts": _l("账号与人员"),
    "audit": _l("审计"),
    "bank": _l("学时银行"),
    "catalog": _l("课程"),
    "certificates": _l("证书"),
    "claims": _l("学时申报"),
    "enrollments": _l("学习"),
    "exams": _l("考试"),
    "hours": _l("学时"),
    "organizations": _l("机构"),
    "payments": _l("订单"),
    "questions": _l("题目"),
    "readings": _l("教材阅读"),
    "schemes": _l("学习方案"),
    "upkeep": _l("系统维护"),
    "videos": _l("视频"),
    "watching": _l("播放与弹题"),
}

# The first part of a subject.
SUBJECTS: dict[str, Any] = {
    "annual-certificate": _l("年度证书"),
    "attempt": _l("考试记录"),
    "audit": _l("审计记录"),
    "certificate": _l("证书"),
    "claim": _l("学时申报"),
    "course": _l("课程"),
    "cycle": _l("学习记录"),
    "delivery": _l("学时推送"),
    "files": _l("文件"),
    "lesson": _l("课时"),
    "login": _l("账号"),
    "order": _l("订单"),
    "organization": _l("机构"),
    "people": _l("人员名单"),
    "person": _l("人员"),
    "picture": _l("题目图片"),
    "platform": _l("学时推送平台"),
    "policies": _l("学时认定规则"),
    "question": _l("题目"),
    "reconciliation": _l("学时对账"),
    "regrade": _l("成绩更正"),
    "restudy": _l("重新学习申请"),
    "roster": _l("人员名册"),
    "scheme": _l("学习方案"),
    "schemes": _l("学习方案汇总"),
    "video": _l("视频"),
}

DETAILS: dict[str, Any] = {
    "actor": _l("操作人编号"),
    "address": _l("来源地址"),
    "answer": _l("正确答案"),
    "asked": _l("待确认"),
    "cause": _l("原因"),
    "certificate": _l("证书"),
    "changed": _l("变更"),
    "changes": _l("有变化的申报"),
    "channel": _l("方式"),
    "checked": _l("重新试算的申报"),
    "code": _l("代码"),
    "count": _l("数量"),
    "counting": _l("计分方式"),
    "course_added": _l("新增课程"),
    "course_id": _l("课程"),
    "course_moved": _l("移动课程"),
    "course_removed": _l("移除课程"),
    "cover": _l("封面"),
    "cycles": _l("涉及的学习次数"),
    "day": _l("日期"),
    "deed": _l("操作"),
    "discarded": _l("放弃的修订"),
    "duplicate": _l("重复人员"),
    "ends_on": _l("截止日期"),
    "etextbook_added": _l("新增教材"),
    "etextbook_removed": _l("删除教材"),
    "exam": _l("试卷组成"),
    "extra_percent": _l("延长时间（百分比）"),
    "factor": _l("验证方式"),
    "fault": _l("问题"),
    "fen": _l("金额（分）"),
    "fields": _l("内容"),
    "format": _l("格式"),
    "former": _l("原编号"),
    "frozen": _l("锁定的内容"),
    "is_former": _l("已离开的人员"),
    "language": _l("语言"),
    "lesson_added": _l("新增课时"),
    "lesson_changed": _l("修改课时"),
    "lesson_moved": _l("移动课时"),
    "lesson_removed": _l("删除课时"),
    "lessons_ordered": _l("课时排序"),
    "limit": _l("行数上限"),
    "may_read": _l("可查询人员学时"),
    "method": _l("方式"),
    "minutes": _l("时长（分钟）"),
    "moved": _l("调入"),
    "new": _l("新增"),
    "organization": _l("机构"),
    "page_seconds": _l("每页秒数"),
    "pages": _l("页数"),
    "partial_credit": _l("答对一部分的题"),
    "pass_percent": _l("合格线（百分比）"),
    "person": _l("人员"),
    "points": _l("得分"),
    "policy": _l("政策"),
    "post": _l("岗位"),
    "privacy_notice": _l("个人信息告知版本"),
    "purpose": _l("用途"),
    "question_id": _l("题目"),
    "quota_gb": _l("存储空间（GB）"),
    "reason": _l("原因"),
    "record": _l("对象"),
    "refund": _l("退款单号"),
    "refused": _l("退回"),
    "regraded": _l("因成绩更正"),
    "request": _l("申请"),
    "revision": _l("修订号"),
    "role": _l("岗位"),
    "roster": _l("人员名册"),
    "rows": _l("行数"),
    "score": _l("得分"),
    "session": _l("会话"),
    "shows_answers": _l("显示答案"),
    "shuffles_options": _l("打乱选项"),
    "shuffles_questions": _l("打乱题目"),
    "side": _l("提出方"),
    "since": _l("起始日期"),
    "size": _l("大小（字节）"),
    "size_bytes": _l("大小（字节）"),
    "stand_in": _l("代为审核"),
    "starts_on": _l("开始日期"),
    "state": _l("状态"),
    "step": _l("步骤"),
    "stretches": _l("不出题时段"),
    "survivor": _l("保留人员"),
    "title": _l("标题"),
    "unchanged": _l("不变"),
    "unit": _l("单位"),
    "unit_id": _l("单位"),
    "until": _l("截止日期"),
    "version": _l("版本"),
    "video": _l("视频"),
    "year": _l("年度"),
    "years": _l("年度"),
}

# Which enum a value belongs to. By name, for most of them stand in features above this one.
ENUMS_OF: dict[str, tuple[str, ...]] = {
    "cause": ("MergeCause", "RefundCause"),
    "channel": ("CodeChannel",),
    "counting": ("Counting",),
    "deed": ("AuditTag",),
    "factor": ("Factor",),
    "fault": ("FileFault", "VideoFault"),
    "language": ("Language",),
    "purpose": ("IdentityPurpose", "CodePurpose"),
    "reason": ("EmploymentEnd", "EntryReason", "RevocationReason"),
    "role": ("Role",),
    "side": ("RequestSide",),
    "state": (
        *("PersonState", "OrganizationState", "AttemptState", "VersionState"),
        *("ClaimState", "AnnualState"),
    ),
    "step": ("ClaimStep",),
}

FIELDS: dict[str, Any] = {
    "address": _l("地址"),
    "audience": _l("学习对象"),
    "category": _l("科目类别"),
    "channels": _l("学习渠道"),
    "closes_on": _l("截止日期"),
    "contact_email": _l("联系邮箱"),
    "contact_name": _l("联系人"),
    "contact_phone": _l("联系电话"),
    "credit_code": _l("统一社会信用代码"),
    "division_code": _l("所在地区"),
    "email": _l("电子邮箱"),
    "examination": _l("考核方式"),
    "goals": _l("学习目标"),
    "hours": _l("学时"),
    "identity": _l("证件号码"),
    "identity_kind": _l("证件类型"),
    "identity_number": _l("证件号码"),
    "lecturer_about": _l("主讲人简介"),
    "lecturer_name": _l("主讲人"),
    "lecturer_title": _l("主讲人职称"),
    "max_pace_tenths": _l("最快播放速度"),
    "name": _l("名称"),
    "nature": _l("单位性质"),
    "parent": _l("主管机构"),
    "parent_id": _l("主管机构"),
    "phone": _l("手机号码"),
    "profession": _l("职称系列"),
    "requires_exam": _l("是否考试"),
    "stand_in_kind": _l("代管机构类型"),
    "state": _l("状态"),
    "subjects": _l("学科"),
    "summary": _l("简介"),
    "supervision": _l("监督措施"),
    "textbooks": _l("教材"),
    "title": _l("标题"),
    "title_level": _l("职称级别"),
    "title_levels": _l("职称级别"),
    "topics": _l("学习内容"),
    "unit": _l("单位"),
    "username": _l("用户名"),
    "ways": _l("学习形式"),
    "year": _l("年度"),
    "years": _l("年度"),
}


def group_of(tag: AuditTag) -> str:
    """The first part of the tag."""
    return str(tag.value).partition(":")[0]


def tags_of(group: str) -> list[str]:
    """The tags of a group as events bear them."""
    return [str(tag.value) for tag in AuditTag if group_of(tag) == group]


def tag_groups() -> list[tuple[str, Any, list[AuditTag]]]:
    """Groups with their labels and tags, as a select offers them."""
    found: dict[str, list[AuditTag]] = {}
    for tag in AuditTag:
        found.setdefault(group_of(tag), []).append(tag)
    return [(group, GROUPS.get(group, group), tags) for group, tags in found.items()]


def tag_label(value: str) -> Any:
    """What was done, in words; a tag that is no longer used as it is written."""
    try:
        return AuditTag(value).label or value
    except ValueError:
        return value


def subject_label(subject: str) -> str:
    """ "person:12" as "人员 12"."""
    kind, _colon, number = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {number}".strip()


def read_subject(text: str) -> str | None:
    """ "人员 12" or "person:12" as "person:12"; None for what is neither."""
    text = " ".join(text.replace("：", ":").replace(":", " ").split())
    label, _space, number = text.rpartition(" ")
    if not label:
        label = text.rstrip("0123456789")
        number = text[len(label) :]
    names = {str(name): kind for kind, name in SUBJECTS.items()}
    kind = names.get(label, label)
    known = kind in SUBJECTS and number.isascii() and number.isdecimal()
    return f"{kind}:{int(number)}" if known else None


def detail_lines(detail: dict[str, Any]) -> list[tuple[Any, str]]:
    """Details as labels and readable values, without those that say nothing."""
    return [
        (DETAILS.get(key, key), value_text(key, value))
        for key, value in detail.items()
        if value is not None and value != ""
    ]


def value_text(key: str, value: Any) -> str:
    """A value of a detail in words."""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return str(_("、")).join(value_text(key, each) for each in value)
    if isinstance(value, dict):
        return str(_("；")).join(f"{_name(k)} {value_text(k, each)}" for k, each in value.items())
    return str(_named(key, str(value)))


def _name(key: str) -> Any:
    return DETAILS.get(key) or FIELDS.get(key) or key


def _named(key: str, value: str) -> Any:
    if key in ("fields", "frozen"):
        return FIELDS.get(value, value)
    if key == "record":
        return subject_label(value)
    for enum in _enums(ENUMS_OF.get(key, ())):
        if member := enum.find(value):
            return member.label
    return value


def _enums(names: tuple[str, ...]) -> list[type[LabelledEnum]]:
    """The enums of these names, as far as their features run here."""
    return [enum for enum in LabelledEnum.__subclasses__() if enum.__name__ in names]
