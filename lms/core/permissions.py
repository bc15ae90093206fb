"""Who may do what: one enum of permissions, one table of grants.

A post (accounts.Post) gives a person a role in an organization; the role gives the permissions of
`GRANTS` over that organization and what is below it. Learning needs no post.
"""

from enum import Enum

from flask_babel import lazy_gettext as _l

from lms.core.enums import LabelledEnum


class Permission(Enum):
    """`scope:resource:action`, in alphabetical order."""

    BANK_LEDGER_READ = "bank:ledger:read"
    CATALOG_COURSE_EDIT = "catalog:course:edit"
    CATALOG_COURSE_PUBLISH = "catalog:course:publish"
    CERTIFICATES_CERTIFICATE_REVOKE = "certificates:certificate:revoke"
    EXAMS_RESTUDY_DECIDE = "exams:restudy:decide"
    HOURS_DELIVERY_READ = "hours:delivery:read"
    PAYMENTS_ORDER_READ = "payments:order:read"
    PAYMENTS_ORDER_REFUND = "payments:order:refund"
    PEOPLE_PERSON_READ = "people:person:read"
    QUESTIONS_QUESTION_EDIT = "questions:question:edit"
    VIDEOS_VIDEO_EDIT = "videos:video:edit"


class Role(LabelledEnum):
    """What a person is in an organization."""

    BASE_MANAGER = "base_manager", _l("基地管理员")
    BUREAU_OFFICER = "bureau_officer", _l("人社部门工作人员")
    DEPARTMENT_OFFICER = "department_officer", _l("主管部门工作人员")
    TRAINER = "trainer", _l("基地教师")
    UNIT_MANAGER = "unit_manager", _l("单位管理员")


P = Permission
_TEACHING = {P.CATALOG_COURSE_EDIT, P.QUESTIONS_QUESTION_EDIT, P.VIDEOS_VIDEO_EDIT}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.BASE_MANAGER: frozenset(
        _TEACHING
        | {
            P.CATALOG_COURSE_PUBLISH,
            P.CERTIFICATES_CERTIFICATE_REVOKE,
            P.EXAMS_RESTUDY_DECIDE,
            P.HOURS_DELIVERY_READ,
            P.PAYMENTS_ORDER_READ,
            P.PAYMENTS_ORDER_REFUND,
        }
    ),
    Role.BUREAU_OFFICER: frozenset(
        {P.BANK_LEDGER_READ, P.HOURS_DELIVERY_READ, P.PEOPLE_PERSON_READ}
    ),
    Role.DEPARTMENT_OFFICER: frozenset({P.PEOPLE_PERSON_READ}),
    Role.TRAINER: frozenset(_TEACHING | {P.CATALOG_COURSE_PUBLISH}),
    Role.UNIT_MANAGER: frozenset({P.EXAMS_RESTUDY_DECIDE, P.PEOPLE_PERSON_READ}),
}
