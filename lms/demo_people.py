"""The organizations and people of the demonstration: somebody in every post."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.enums import PersonState, ProfessionSeries
from lms.accounts.models import Person
from lms.accounts.operations import create_person
from lms.accounts.posts import grant_post
from lms.accounts.rules import resident_check_character
from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.divisions import load_divisions
from lms.organizations.enums import UnitNature
from lms.organizations.models import (
    Organization,
    OrganizationKind,
    OrganizationState,
    StandInKind,
)
from lms.organizations.operations import create_organization
from lms.organizations.rules import credit_code_check_character

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
PROVINCE = "山东省人力资源和社会保障厅"
YANTAI = "烟台市人力资源和社会保障局"
COUNTY = "日照市东港区人力资源和社会保障局"
HEALTH = "日照市卫生健康委员会"
HOSPITAL = "日照市海滨医院"
NEW_UNIT = "日照云帆软件有限公司"

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
    Account("province", "马建民", PROVINCE, "省级人社部门工作人员", Role.BUREAU_OFFICER),
    Account("county", "宋丽华", COUNTY, "区级人社部门工作人员", Role.BUREAU_OFFICER),
    Account("yantai", "于海波", YANTAI, "烟台市人社部门工作人员", Role.BUREAU_OFFICER),
    Account("hospital", "林晓东", HOSPITAL, "医院的单位管理员", Role.UNIT_MANAGER),
)
REGISTRANT = Account("newunit", "徐志远", NEW_UNIT, "注册待审核单位的人")


@dataclass(frozen=True)
class Place:
    """An organization of the demonstration, supervised by the one called `parent`."""

    kind: OrganizationKind
    name: str
    division_code: str
    parent: str | None = None
    nature: UnitNature | None = None
    stand_in_kind: StandInKind | None = None


_KIND, _NATURE, _STAND_IN = OrganizationKind, UnitNature, StandInKind
# Whoever supervises stands before whom they supervise.
PLACES = (
    Place(_KIND.BUREAU, BUREAU, "371100"),
    Place(_KIND.DEPARTMENT, DEPARTMENT, "371100"),
    Place(_KIND.UNIT, INSTITUTION, "371102", DEPARTMENT, _NATURE.INSTITUTION),
    Place(_KIND.UNIT, ENTERPRISE, "371103", DEPARTMENT, _NATURE.ENTERPRISE),
    Place(_KIND.BASE, BASE, "371100"),
    Place(_KIND.STAND_IN, STAND_IN, "371102", None, None, _STAND_IN.TALENT_AGENCY),
    Place(_KIND.BUREAU, PROVINCE, "370000"),
    Place(_KIND.BUREAU, YANTAI, "370600"),
    Place(_KIND.BUREAU, "枣庄市人力资源和社会保障局", "370400"),
    Place(_KIND.BUREAU, "济宁市人力资源和社会保障局", "370800"),
    Place(_KIND.BUREAU, COUNTY, "371102"),
    Place(_KIND.DEPARTMENT, HEALTH, "371100"),
    Place(_KIND.DEPARTMENT, "日照市教育局", "371100"),
    Place(_KIND.DEPARTMENT, "东港区教育和体育局", "371102", "日照市教育局"),
    Place(_KIND.DEPARTMENT, "烟台市住房和城乡建设局", "370600"),
    Place(_KIND.UNIT, HOSPITAL, "371102", HEALTH, _NATURE.INSTITUTION),
    Place(_KIND.UNIT, "日照市海滨中学", "371102", "东港区教育和体育局", _NATURE.INSTITUTION),
    Place(_KIND.UNIT, "日照市职业技术学校", "371103", "日照市教育局", _NATURE.INSTITUTION),
    Place(_KIND.UNIT, "日照港湾物流有限公司", "371103", None, _NATURE.ENTERPRISE),
    Place(_KIND.UNIT, "日照绿茶食品股份有限公司", "371102", None, _NATURE.ENTERPRISE),
    Place(_KIND.UNIT, "烟台建筑设计院", "370602", "烟台市住房和城乡建设局", _NATURE.INSTITUTION),
    Place(_KIND.UNIT, "烟台海洋装备有限公司", "370602", None, _NATURE.ENTERPRISE),
    Place(_KIND.UNIT, "枣庄矿山机械有限公司", "370402", None, _NATURE.ENTERPRISE),
    Place(_KIND.UNIT, "济宁市农业科学研究院", "370811", None, _NATURE.INSTITUTION),
    Place(_KIND.STAND_IN, "日照街道办事处", "371102001", None, None, _STAND_IN.STREET_OFFICE),
    Place(_KIND.STAND_IN, "石臼街道海滨社区", "371102002", None, None, _STAND_IN.COMMUNITY),
)


def load_people() -> dict[str, Person]:
    """Make what is missing of divisions, organizations and people; returns people by user name."""
    load_divisions()
    organizations: dict[str, Organization] = {}
    for number, place in enumerate(PLACES, start=1):
        organizations[place.name] = _organization(place, organizations, number)
    people = {
        account.username: _person(account, organizations, number)
        for number, account in enumerate(ACCOUNTS, start=1)
    }
    people[REGISTRANT.username] = _registrant(len(ACCOUNTS) + 1, len(PLACES) + 1)
    return people


def _organization(
    place: Place, organizations: dict[str, Organization], number: int
) -> Organization:
    found = db.session.scalar(select(Organization).where(Organization.name == place.name))
    return found or create_organization(
        place.kind,
        place.name,
        place.division_code,
        organizations[place.parent] if place.parent else None,
        nature=place.nature,
        stand_in_kind=place.stand_in_kind,
        credit_code=_credit_code(place, number),
    )


def _credit_code(place: Place, number: int) -> str:
    # Invented, with the registrar's and division's digits that such an organization would have.
    registrar = "91" if place.nature is UnitNature.ENTERPRISE else "12"
    first_17 = f"{registrar}{place.division_code[:6]}{490000000 + number}"
    return first_17 + credit_code_check_character(first_17)


def _registrant(person_number: int, place_number: int) -> Person:
    """Somebody who has registered a unit that waits for approval."""
    person = _person(REGISTRANT, {}, person_number, PersonState.PENDING)
    if db.session.scalar(select(Organization.id).where(Organization.name == NEW_UNIT)) is None:
        place = Place(_KIND.UNIT, NEW_UNIT, "371102", None, _NATURE.ENTERPRISE)
        create_organization(
            place.kind,
            place.name,
            place.division_code,
            nature=place.nature,
            credit_code=_credit_code(place, place_number),
            state=OrganizationState.PENDING,
            address="日照市东港区学苑路 18 号",
            contact_phone="0633-2950018",
            registered_by_id=person.id,
        )
    return person


def _person(
    account: Account,
    organizations: dict[str, Organization],
    number: int,
    state: PersonState = PersonState.ACTIVE,
) -> Person:
    found = db.session.scalar(select(Person).where(Person.username == account.username))
    if found is not None:
        return found
    # Invented numbers of a day long past; the check digit is right so that they are accepted.
    first_17 = f"37110219700101{number:03d}"
    organization = organizations.get(account.organization)
    is_unit = organization is not None and organization.kind is OrganizationKind.UNIT
    person = create_person(
        name=account.name,
        identity_number=first_17 + resident_check_character(first_17),
        unit=organization if is_unit else None,
        state=state,
        username=account.username,
        password=PASSWORD,
        profession=account.profession,
    )
    if account.role is not None and organization is not None:
        grant_post(person, organization, account.role)
    return person
