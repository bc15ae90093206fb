"""The audit trail: who did what to which record, when and from where.

Written in the transaction of the deed. The database refuses to change or delete an event.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import g, has_app_context
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model, db
from lms.core.enums import LabelledEnum
from lms.core.types import Instant


class AuditTag(LabelledEnum):
    """What was done, as `source:subject:action` with its label, in alphabetical order."""

    ACCOUNTS_CODE_FAIL = "accounts:code:fail", _l("激活码或验证码错误")
    ACCOUNTS_CODE_ISSUE = "accounts:code:issue", _l("发放激活码")
    ACCOUNTS_CODE_USE = "accounts:code:use", _l("使用激活码")
    ACCOUNTS_EMPLOYMENT_BEGIN = "accounts:employment:begin", _l("加入单位")
    ACCOUNTS_EMPLOYMENT_END = "accounts:employment:end", _l("离开单位")
    ACCOUNTS_FACTOR_ADD = "accounts:factor:add", _l("添加二次验证")
    ACCOUNTS_FACTOR_FAIL = "accounts:factor:fail", _l("二次验证失败")
    ACCOUNTS_FACTOR_REMOVE = "accounts:factor:remove", _l("移除二次验证")
    ACCOUNTS_FACTOR_RESET = "accounts:factor:reset", _l("重置二次验证")
    ACCOUNTS_FACTOR_SHOW = "accounts:factor:show", _l("通过二次验证")
    ACCOUNTS_FACTOR_UPDATE = "accounts:factor:update", _l("修改二次验证")
    ACCOUNTS_IDENTITY_READ = "accounts:identity:read", _l("查看完整证件号码")
    ACCOUNTS_PASSWORD_CHANGE = "accounts:password:change", _l("修改密码")
    ACCOUNTS_PASSWORD_RESET = "accounts:password:reset", _l("重置密码")
    ACCOUNTS_PEOPLE_EXPORT = "accounts:people:export", _l("导出人员名单")
    ACCOUNTS_PERSON_CREATE = "accounts:person:create", _l("新建人员")
    ACCOUNTS_PERSON_MERGE = "accounts:person:merge", _l("合并重复人员")
    ACCOUNTS_PERSON_SIGN_IN = "accounts:person:sign-in", _l("登录")
    ACCOUNTS_PERSON_SIGN_IN_FAIL = "accounts:person:sign-in-fail", _l("登录失败")
    ACCOUNTS_PERSON_SIGN_OUT = "accounts:person:sign-out", _l("退出登录")
    ACCOUNTS_PERSON_UPDATE = "accounts:person:update", _l("修改人员信息")
    ACCOUNTS_POST_END = "accounts:post:end", _l("免去岗位")
    ACCOUNTS_POST_GRANT = "accounts:post:grant", _l("授予岗位")
    ACCOUNTS_POST_HAND_OVER = "accounts:post:hand-over", _l("移交岗位")
    ACCOUNTS_REQUEST_APPROVE = "accounts:request:approve", _l("同意注册或调入申请")
    ACCOUNTS_REQUEST_CANCEL = "accounts:request:cancel", _l("撤回注册或调入申请")
    ACCOUNTS_REQUEST_MAKE = "accounts:request:make", _l("提出注册或调入申请")
    ACCOUNTS_REQUEST_REFUSE = "accounts:request:refuse", _l("退回注册或调入申请")
    ACCOUNTS_ROSTER_APPLY = "accounts:roster:apply", _l("导入人员名册")
    ACCOUNTS_ROSTER_CHECK = "accounts:roster:check", _l("检查人员名册")
    ACCOUNTS_ROSTER_DOWNLOAD = "accounts:roster:download", _l("下载人员名册")
    ACCOUNTS_ROSTER_UPLOAD = "accounts:roster:upload", _l("上传人员名册")
    ACCOUNTS_SESSION_END = "accounts:session:end", _l("结束登录会话")
    AUDIT_EVENTS_EXPORT = "audit:events:export", _l("导出审计记录")
    BANK_PLATFORM_DEACTIVATE = "bank:platform:deactivate", _l("停用学时推送平台")
    BANK_PLATFORM_REGISTER = "bank:platform:register", _l("登记学时推送平台")
    BANK_PLATFORM_REKEY = "bank:platform:rekey", _l("更换学时推送平台密钥")
    CATALOG_COURSE_APPROVE = "catalog:course:approve", _l("审核通过课程")
    CATALOG_COURSE_CREATE = "catalog:course:create", _l("新建课程")
    CATALOG_COURSE_PUBLISH = "catalog:course:publish", _l("发布课程")
    CATALOG_COURSE_RECALL = "catalog:course:recall", _l("收回送审课程")
    CATALOG_COURSE_RETURN = "catalog:course:return", _l("退回送审课程")
    CATALOG_COURSE_SUBMIT = "catalog:course:submit", _l("提交课程审核")
    CATALOG_COURSE_UPDATE = "catalog:course:update", _l("修改课程")
    CATALOG_COURSE_WITHDRAW = "catalog:course:withdraw", _l("撤回课程")
    CATALOG_QUALITY_MARK = "catalog:quality:mark", _l("认定优质课")
    CATALOG_QUALITY_TAKE_BACK = "catalog:quality:take-back", _l("撤销优质课认定")
    CERTIFICATES_CERTIFICATE_ISSUE = "certificates:certificate:issue", _l("颁发证书")
    CERTIFICATES_CERTIFICATE_REVOKE = "certificates:certificate:revoke", _l("撤销证书")
    ENROLLMENTS_CYCLE_COMPLETE = "enrollments:cycle:complete", _l("完成学习")
    ENROLLMENTS_CYCLE_FAIL = "enrollments:cycle:fail", _l("学习未通过")
    ENROLLMENTS_CYCLE_HAND_OVER = "enrollments:cycle:hand-over", _l("学习转入合并后的人员")
    ENROLLMENTS_CYCLE_REOPEN = "enrollments:cycle:reopen", _l("取消完成或恢复学习")
    ENROLLMENTS_CYCLE_START = "enrollments:cycle:start", _l("开始学习")
    ENROLLMENTS_CYCLE_WITHDRAW = "enrollments:cycle:withdraw", _l("退出学习")
    EXAMS_ALLOWANCE_END = "exams:allowance:end", _l("终止考试延时")
    EXAMS_ALLOWANCE_GRANT = "exams:allowance:grant", _l("登记考试延时")
    EXAMS_ATTEMPT_START = "exams:attempt:start", _l("开始考试")
    EXAMS_ATTEMPT_SUBMIT = "exams:attempt:submit", _l("交卷")
    EXAMS_REGRADE_APPLY = "exams:regrade:apply", _l("更正答案并重新评分")
    EXAMS_RESTUDY_APPLY = "exams:restudy:apply", _l("申请重新学习")
    EXAMS_RESTUDY_APPROVE = "exams:restudy:approve", _l("同意重新学习")
    EXAMS_RESTUDY_REFUSE = "exams:restudy:refuse", _l("退回重新学习申请")
    HOURS_DELIVERY_RETRY = "hours:delivery:retry", _l("重新推送学时")
    HOURS_RECEIPT_FETCH = "hours:receipt:fetch", _l("取回学时回执")
    HOURS_RECONCILIATION_RUN = "hours:reconciliation:run", _l("与学时银行对账")
    ORGANIZATIONS_ORGANIZATION_APPROVE = "organizations:organization:approve", _l("通过机构注册")
    ORGANIZATIONS_ORGANIZATION_CLOSE = "organizations:organization:close", _l("停用机构")
    ORGANIZATIONS_ORGANIZATION_CREATE = "organizations:organization:create", _l("新建机构")
    ORGANIZATIONS_ORGANIZATION_REFUSE = "organizations:organization:refuse", _l("退回机构注册")
    ORGANIZATIONS_ORGANIZATION_REGISTER = "organizations:organization:register", _l("注册机构")
    ORGANIZATIONS_ORGANIZATION_UPDATE = "organizations:organization:update", _l("修改机构信息")
    PAYMENTS_ORDER_CLOSE = "payments:order:close", _l("关闭订单")
    PAYMENTS_ORDER_CREATE = "payments:order:create", _l("提交订单")
    PAYMENTS_ORDER_PAY = "payments:order:pay", _l("支付订单")
    PAYMENTS_ORDER_REFUND = "payments:order:refund", _l("退款")
    QUESTIONS_PICTURE_REMOVE = "questions:picture:remove", _l("删除题目图片")
    QUESTIONS_PICTURE_UPLOAD = "questions:picture:upload", _l("上传题目图片")
    QUESTIONS_QUESTION_CREATE = "questions:question:create", _l("新建题目")
    QUESTIONS_QUESTION_MEND = "questions:question:mend", _l("更正题目答案")
    QUESTIONS_QUESTION_RETIRE = "questions:question:retire", _l("停用题目")
    QUESTIONS_QUESTION_UPDATE = "questions:question:update", _l("修改题目")
    SCHEMES_SCHEME_CREATE = "schemes:scheme:create", _l("新建学习方案")
    SCHEMES_SCHEME_DISCARD = "schemes:scheme:discard", _l("放弃学习方案的修改")
    SCHEMES_SCHEME_EXPORT = "schemes:scheme:export", _l("导出学习方案")
    SCHEMES_SCHEME_PUBLISH = "schemes:scheme:publish", _l("发布学习方案")
    SCHEMES_SCHEME_UPDATE = "schemes:scheme:update", _l("修改学习方案")
    SCHEMES_SCHEME_WITHDRAW = "schemes:scheme:withdraw", _l("撤回学习方案")
    UPKEEP_FILES_REMOVE = "upkeep:files:remove", _l("清理无用文件")
    VIDEOS_QUOTA_UPDATE = "videos:quota:update", _l("核定存储空间")
    VIDEOS_SUBTITLE_REMOVE = "videos:subtitle:remove", _l("删除字幕")
    VIDEOS_SUBTITLE_UPLOAD = "videos:subtitle:upload", _l("上传字幕")
    VIDEOS_VIDEO_CANCEL = "videos:video:cancel", _l("取消视频处理")
    VIDEOS_VIDEO_POSTER = "videos:video:poster", _l("更换视频封面")
    VIDEOS_VIDEO_RETRY = "videos:video:retry", _l("重试视频处理")
    VIDEOS_VIDEO_UPLOAD = "videos:video:upload", _l("上传视频")
    WATCHING_QUIET_UPDATE = "watching:quiet:update", _l("修改不出题时段")


class AuditEvent(Model):
    __tablename__ = "audit_events"
    __table_args__ = (
        # What an auditor lists: the newest of an organization, of an actor, of a record, of a kind
        # of deed, from an address.
        Index("ix_audit_events_organization_id_id", "organization_id", "id"),
        Index("ix_audit_events_actor_id_id", "actor_id", "id"),
        Index("ix_audit_events_subject_id", "subject", "id"),
        Index("ix_audit_events_tag_id", "tag", "id"),
        Index("ix_audit_events_address_id", "address", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    happened_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None]
    # Whose affair it is, so that auditors see their own division's; None: the whole system's.
    organization_id: Mapped[int | None]
    # The network address it came from; None: the system itself.
    address: Mapped[str | None] = mapped_column(String(45))
    tag: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class Origin:
    """Where a request comes from, and whose affair what it does is unless said otherwise."""

    address: str | None = None
    organization_id: int | None = None


def set_origin(origin: Origin) -> None:
    """Note the origin of whatever is recorded until the application context ends."""
    g.audit_origin = origin


def record(
    tag: AuditTag,
    actor_id: int | None,
    subject: str,
    *,
    organization_id: int | None = None,
    **detail: Any,
) -> None:
    """Note that `actor_id` (None: the system) did `tag` to `subject` ("course:12").

    `organization_id` tells whose affair it is, by default that of whoever asks. `detail` must hold
    no personal data beyond identifiers.
    """
    origin: Origin = g.get("audit_origin", Origin()) if has_app_context() else Origin()
    db.session.add(
        AuditEvent(
            happened_at=clock.now(),
            actor_id=actor_id,
            organization_id=organization_id or origin.organization_id,
            address=origin.address,
            tag=tag.value,
            subject=subject,
            detail=detail,
        )
    )
