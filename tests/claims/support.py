"""A city under Jining's notice of 2022: unit, department, bureau, their people, and claims."""

import io
from dataclasses import dataclass
from typing import Any

from lms.accounts.models import Person
from lms.accounts.posts import grant_post
from lms.claims import deciding, operations
from lms.claims.evidence import add_evidence
from lms.claims.evidence_files import keep_evidence
from lms.claims.models import Claim, ClaimDeed
from lms.claims.recognizing import rule_of
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import Organization, OrganizationKind
from tests.factories import PersonFactory
from tests.factories.organizations import bureau, department, organization, unit

PDF = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
# Jining 2022, 二（二）4（1）: 3 days of at most 8 hours.
TRAINING = {"days": "3", "hours": "30"}


@dataclass
class City:
    """The organizations of a city with somebody in each post, and somebody who claims."""

    unit: Organization
    department: Organization
    bureau: Organization
    province: Organization
    claimant: Person
    manager: Person
    officer: Person
    official: Person
    provincial: Person


def city() -> City:
    """Jining with a unit below a department."""
    province_bureau = bureau("山东省人力资源和社会保障厅", "370000")
    city_bureau = bureau("济宁市人力资源和社会保障局", "370800")
    above = department("济宁市住房和城乡建设局", "370800")
    employer = unit("济宁安泰建设集团", "370811", above)
    return City(
        unit=employer,
        department=above,
        bureau=city_bureau,
        province=province_bureau,
        claimant=PersonFactory(name="孔令辉", unit=employer),
        manager=holder(Role.UNIT_MANAGER, employer, name="孟庆华", unit=employer),
        officer=holder(Role.DEPARTMENT_OFFICER, above, name="颜世伟"),
        official=holder(Role.BUREAU_OFFICER, city_bureau, name="曾祥云"),
        provincial=holder(Role.BUREAU_OFFICER, province_bureau, name="马建民"),
    )


def stand_in(code: str = "370811") -> Organization:
    """A talent agency that keeps the files of people without a unit."""
    return organization(OrganizationKind.STAND_IN, "任城区人才服务中心", code)


def holder(role: Role, place: Organization, **more: Any) -> Person:
    """Somebody new with a post."""
    person: Person = PersonFactory(**more)
    give_post(person, role, place)
    return person


def give_post(person: Person, role: Role, place: Organization) -> None:
    """One more post."""
    with transaction():
        grant_post(person, place, role)
    db.session.expire_all()


def evidence(claim: Claim, content: bytes | None = None, name: str = "证书.pdf") -> None:
    """One file for each evidence rule; each of another content unless it is given."""
    rule = rule_of(claim)
    for each in rule.evidence:
        own = content or PDF + f"%{claim.id}-{each.code}\n%%EOF\n".encode()
        kept = keep_evidence(io.BytesIO(own), name)
        with transaction():
            add_evidence(claim.person, claim, rule, each.code, kept)


def draft(
    person: Person,
    kind: str = "training",
    answers: dict[str, str] | None = None,
    *,
    year: int = 2022,
    title: str = "BIM 技术应用高级研修班",
    number: str = "",
) -> Claim:
    """A claim that was written, with its evidence, and not submitted."""
    with transaction():
        claim = operations.begin_claim(person, year, kind)
    with transaction():
        operations.write_claim(person, claim, title, number, answers or TRAINING)
    evidence(claim)
    return claim


def submitted(person: Person, kind: str = "training", answers: Any = None, **more: Any) -> Claim:
    """A claim on its first desk."""
    claim = draft(person, kind, answers, **more)
    submit(claim)
    return claim


def submit(claim: Claim) -> None:
    with transaction():
        operations.submit_claim(claim.person, claim)


def decide(
    actor: Person, claim: Claim, deed: ClaimDeed = ClaimDeed.APPROVE, remark: str = ""
) -> None:
    """A decision on the claim as it is now."""
    with transaction():
        deciding.decide(actor, claim, deed, remark, claim.turn)


def approve_all(claim: Claim, *actors: Person) -> Claim:
    """Approvals one after the other."""
    for actor in actors:
        decide(actor, claim)
    return claim
