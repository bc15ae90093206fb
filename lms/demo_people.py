"""The organizations and people of the demonstration: somebody in every post."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.enums import ProfessionSeries
from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.posts import grant_post
from lms.accounts.rules import resident_check_character
from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.divisions import load_divisions
from lms.organizations.models import Organization, OrganizationKind, UnitNature
from lms.organizations.operations import create_organization

PASSWORD = "xueshi-demo"  # noqa: S105 - a demonstration account, printed at the start


@dataclass(frozen=True)
class Account:
    """A demonstration sign-in: `organization` is the unit of a learner, or where a post is held."""

    username: str
    name: str
    organization: str
    what: str
    role: Role | None = None
    profession: ProfessionSeries | None = None


BUREAU = "日照市人力资源和社会保障局"
DEPARTMENT = "日照市工业和信息化局"
INSTITUTION = "日照市工程技术研究中心"
ENTERPRISE = "日照海岸智能装备有限公司"
STAND_IN = "日照市人才服务中心"
BASE = "山东省专业技术人员继续教育示范基地"

_ENGINEERING = ProfessionSeries.ENGINEERING
ACCOUNTS = (
    Account(
        "learner",
        "王晓明",
        ENTERPRISE,
        "学员（企业工程师）",
        profession=_ENGINEERING,
    ),
    Account(
        "learner2",
        "赵雅琴",
        INSTITUTION,
        "学员（事业单位工程师）",
        profession=_ENGINEERING,
    ),
    Account("trainer", "陈文静", BASE, "基地教师", Role.TRAINER),
    Account("base", "孙建国", BASE, "基地管理员", Role.BASE_MANAGER),
    Account("unit", "刘海燕", ENTERPRISE, "单位管理员", Role.UNIT_MANAGER),
    Account("department", "周志强", DEPARTMENT, "主管部门工作人员", Role.DEPARTMENT_OFFICER),
    Account("bureau", "吴敏", BUREAU, "人社部门工作人员", Role.BUREAU_OFFICER),
    Account("auditor", "郑立新", BUREAU, "审计员", Role.BUREAU_AUDITOR),
    Account("standin", "何秀兰", STAND_IN, "代管机构工作人员", Role.STAND_IN_OFFICER),
)


def load_people() -> dict[str, Person]:
    """Make what is missing of divisions, organizations and people; returns people by user name."""
    load_divisions()
    organizations = _organizations()
    return {
        account.username: _person(account, organizations, number)
        for number, account in enumerate(ACCOUNTS, start=1)
    }


def _organizations() -> dict[str, Organization]:
    kind, nature = OrganizationKind, UnitNature
    bureau = _organization(kind.BUREAU, BUREAU, "371100", None, None)
    department = _organization(kind.DEPARTMENT, DEPARTMENT, "371100", None, None)
    made = [
        bureau,
        department,
        _organization(kind.UNIT, INSTITUTION, "371102", department, nature.INSTITUTION),
        _organization(kind.UNIT, ENTERPRISE, "371103", department, nature.ENTERPRISE),
        _organization(kind.BASE, BASE, "371100", None, None),
        _organization(kind.STAND_IN, STAND_IN, "371102", bureau, None),
    ]
    return {organization.name: organization for organization in made}


def _organization(
    kind: OrganizationKind,
    name: str,
    division_code: str,
    parent: Organization | None,
    nature: UnitNature | None,
) -> Organization:
    found = db.session.scalar(select(Organization).where(Organization.name == name))
    return found or create_organization(kind, name, division_code, parent, nature=nature)


def _person(account: Account, organizations: dict[str, Organization], number: int) -> Person:
    found = db.session.scalar(select(Person).where(Person.username == account.username))
    if found is not None:
        return found
    # Invented numbers of a day long past; the check digit is right so that they are accepted.
    first_17 = f"37110219700101{number:03d}"
    organization = organizations[account.organization]
    person = create_person(
        name=account.name,
        identity_number=first_17 + resident_check_character(first_17),
        unit=organization if organization.kind is OrganizationKind.UNIT else None,
        username=account.username,
        password=PASSWORD,
        profession=account.profession,
    )
    if account.role is not None:
        grant_post(person, organization, account.role)
    return person
