"""Who may do what: one enum of permissions, one table of grants.

A post (accounts.Post) gives a person a role in an organization; the role gives the permissions of
`GRANTS` over that organization and what is below it. Learning needs no post. The page
/manage/permissions shows this table as it is in force.
"""

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class Permission(LabelledEnum):
    """`scope:resource:action`, in alphabetical order."""

    AUDIT_EVENT_EXPORT = "audit:event:export", _l("导出审计记录")
    AUDIT_EVENT_READ = "audit:event:read", _l("查看审计记录")
    BANK_LEDGER_READ = "bank:ledger:read", _l("查看学时银行账目")
    BANK_POLICY_TRY = "bank:policy:try", _l("试算学时认定规则")
    BANK_STATEMENT_READ = "bank:statement:read", _l("查看人员学时达标情况")
    CATALOG_COURSE_APPROVE = "catalog:course:approve", _l("审核本基地课程")
    CATALOG_COURSE_EDIT = "catalog:course:edit", _l("编辑课程")
    CATALOG_COURSE_PUBLISH = "catalog:course:publish", _l("发布和撤回课程")
    CATALOG_PUBLIC_COURSE_APPROVE = "catalog:public-course:approve", _l("审核公需科目课程")
    CATALOG_QUALITY_MARK = "catalog:quality:mark", _l("认定优质课")
    CATALOG_REVIEW_READ = "catalog:review:read", _l("查看送审课程")
    CERTIFICATES_CERTIFICATE_REVOKE = "certificates:certificate:revoke", _l("撤销证书")
    CLAIMS_CLAIM_DECIDE = "claims:claim:decide", _l("审核学时申报")
    CLAIMS_CLAIM_READ = "claims:claim:read", _l("查看学时申报")
    CLAIMS_CLAIM_TAKE_BACK = "claims:claim:take-back", _l("撤销学时认定")
    EXAMS_ALLOWANCE_GRANT = "exams:allowance:grant", _l("登记考试延时")
    EXAMS_REGRADE_APPLY = "exams:regrade:apply", _l("更正答案并重新评分")
    EXAMS_RESTUDY_DECIDE = "exams:restudy:decide", _l("审批重新学习申请")
    HOURS_CREDIT_READ = "hours:credit:read", _l("查看学时来历")
    HOURS_DELIVERY_READ = "hours:delivery:read", _l("查看学时推送")
    HOURS_RECONCILIATION_READ = "hours:reconciliation:read", _l("与学时银行对账")
    ORGANIZATIONS_ORGANIZATION_APPROVE = (
        "organizations:organization:approve",
        _l("审核单位注册"),
    )
    ORGANIZATIONS_ORGANIZATION_CREATE = "organizations:organization:create", _l("新建机构")
    ORGANIZATIONS_ORGANIZATION_EDIT = "organizations:organization:edit", _l("修改机构信息")
    ORGANIZATIONS_ORGANIZATION_READ = "organizations:organization:read", _l("查看机构")
    ORGANIZATIONS_POST_GRANT = "organizations:post:grant", _l("任免岗位")
    PAYMENTS_ORDER_READ = "payments:order:read", _l("查看订单")
    PAYMENTS_ORDER_REFUND = "payments:order:refund", _l("退款")
    PEOPLE_CODE_ISSUE = "people:code:issue", _l("发放激活码")
    PEOPLE_IDENTITY_READ = "people:identity:read", _l("查看完整证件号码")
    PEOPLE_PERSON_EDIT = "people:person:edit", _l("维护人员信息")
    PEOPLE_PERSON_MERGE = "people:person:merge", _l("合并重复人员")
    PEOPLE_PERSON_READ = "people:person:read", _l("查看人员")
    PEOPLE_REQUEST_DECIDE = "people:request:decide", _l("审批注册与调入")
    PEOPLE_ROSTER_IMPORT = "people:roster:import", _l("批量导入人员")
    PERMISSIONS_TABLE_READ = "permissions:table:read", _l("查看权限表")
    QUESTIONS_QUESTION_EDIT = "questions:question:edit", _l("编辑题目")
    SCHEMES_SCHEME_EDIT = "schemes:scheme:edit", _l("编写学习方案")
    SCHEMES_SCHEME_PUBLISH = "schemes:scheme:publish", _l("发布和撤回学习方案")
    VIDEOS_QUOTA_EDIT = "videos:quota:edit", _l("核定基地存储空间")
    VIDEOS_VIDEO_EDIT = "videos:video:edit", _l("管理视频")


class Role(LabelledEnum):
    """What a person is in an organization."""

    BASE_MANAGER = "base_manager", _l("基地管理员")
    BUREAU_AUDITOR = "bureau_auditor", _l("审计员")
    BUREAU_OFFICER = "bureau_officer", _l("人社部门工作人员")
    DEPARTMENT_OFFICER = "department_officer", _l("主管部门工作人员")
    STAND_IN_OFFICER = "stand_in_officer", _l("代管机构工作人员")
    TRAINER = "trainer", _l("基地教师")
    UNIT_MANAGER = "unit_manager", _l("单位管理员")


P = Permission
_ANY_POST = {P.ORGANIZATIONS_ORGANIZATION_READ, P.PERMISSIONS_TABLE_READ}
_TEACHING = {P.CATALOG_COURSE_EDIT, P.QUESTIONS_QUESTION_EDIT, P.VIDEOS_VIDEO_EDIT}
_PEOPLE = {
    P.PEOPLE_CODE_ISSUE,
    P.PEOPLE_IDENTITY_READ,
    P.PEOPLE_PERSON_EDIT,
    P.PEOPLE_PERSON_READ,
    P.PEOPLE_REQUEST_DECIDE,
    P.PEOPLE_ROSTER_IMPORT,
}
_EXAMINEES = {P.EXAMS_ALLOWANCE_GRANT, P.EXAMS_RESTUDY_DECIDE}
_CLAIMS = {P.CLAIMS_CLAIM_DECIDE, P.CLAIMS_CLAIM_READ}
# Yantai 2023, 六（一）: the unit looks to it that its people study enough.
_EMPLOYER = _PEOPLE | _EXAMINEES | _CLAIMS | {P.BANK_STATEMENT_READ}
_OWN_ORGANIZATION = {P.ORGANIZATIONS_ORGANIZATION_EDIT, P.ORGANIZATIONS_POST_GRANT}
# Shandong 2025, 三(二): departments lay down what is studied; bureaus see to it, and do for those
# departments that have nobody here.
_SCHEMES = {P.SCHEMES_SCHEME_EDIT, P.SCHEMES_SCHEME_PUBLISH}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.BASE_MANAGER: frozenset(
        _ANY_POST
        | _TEACHING
        | _OWN_ORGANIZATION
        | {
            P.CATALOG_COURSE_APPROVE,
            P.CATALOG_COURSE_PUBLISH,
            P.CATALOG_REVIEW_READ,
            P.CERTIFICATES_CERTIFICATE_REVOKE,
            P.EXAMS_REGRADE_APPLY,
            P.EXAMS_RESTUDY_DECIDE,
            P.HOURS_DELIVERY_READ,
            P.PAYMENTS_ORDER_READ,
            P.PAYMENTS_ORDER_REFUND,
        }
    ),
    Role.BUREAU_AUDITOR: frozenset(_ANY_POST | {P.AUDIT_EVENT_EXPORT, P.AUDIT_EVENT_READ}),
    Role.BUREAU_OFFICER: frozenset(
        _ANY_POST
        | _OWN_ORGANIZATION
        | _PEOPLE
        | _SCHEMES
        | _CLAIMS
        | {
            P.BANK_LEDGER_READ,
            P.BANK_POLICY_TRY,
            P.CLAIMS_CLAIM_TAKE_BACK,
            P.BANK_STATEMENT_READ,
            P.EXAMS_ALLOWANCE_GRANT,
            P.CATALOG_PUBLIC_COURSE_APPROVE,
            P.CATALOG_QUALITY_MARK,
            P.CATALOG_REVIEW_READ,
            P.HOURS_CREDIT_READ,
            P.HOURS_DELIVERY_READ,
            P.HOURS_RECONCILIATION_READ,
            P.ORGANIZATIONS_ORGANIZATION_APPROVE,
            P.ORGANIZATIONS_ORGANIZATION_CREATE,
            P.PEOPLE_PERSON_MERGE,
            P.VIDEOS_QUOTA_EDIT,
        }
    ),
    Role.DEPARTMENT_OFFICER: frozenset(
        _ANY_POST
        | _OWN_ORGANIZATION
        | _SCHEMES
        | _CLAIMS
        | {
            P.BANK_STATEMENT_READ,
            P.ORGANIZATIONS_ORGANIZATION_APPROVE,
            P.ORGANIZATIONS_ORGANIZATION_CREATE,
            P.PEOPLE_CODE_ISSUE,
            P.PEOPLE_PERSON_READ,
            P.PEOPLE_ROSTER_IMPORT,
        }
    ),
    Role.STAND_IN_OFFICER: frozenset(_ANY_POST | _OWN_ORGANIZATION | _EMPLOYER),
    Role.TRAINER: frozenset(_ANY_POST | _TEACHING | {P.CATALOG_COURSE_PUBLISH}),
    Role.UNIT_MANAGER: frozenset(_ANY_POST | _OWN_ORGANIZATION | _EMPLOYER),
}

# An auditor watches over the others and so may be none of them (GB/T 22239-2019, 8.1.4: separated
# administrators).
APART: frozenset[Role] = frozenset({Role.BUREAU_AUDITOR})
