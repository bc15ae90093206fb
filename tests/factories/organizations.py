"""Divisions of Shandong that tests name by their code, and organizations in them."""

from lms.core.db import db
from lms.organizations.enums import UnitNature
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.operations import create_organization
from lms.organizations.rules import credit_code_check_character
from tests.factories.base import made_at_once

NAMES = {
    "370000": "山东省",
    "370100": "济南市",
    "370600": "烟台市",
    "371100": "日照市",
    "371102": "东港区",
    "371103": "岚山区",
    "371102001": "日照街道",
    "371102002": "石臼街道",
    "371103001": "岚山头街道",
}


def parent_of(code: str) -> str | None:
    """371102001 is below 371102, 371102 below 371100, 371100 below 370000."""
    if len(code) == 9:
        return code[:6]
    if not code.endswith("00"):
        return f"{code[:4]}00"
    return f"{code[:2]}0000" if not code.endswith("0000") else None


def division(code: str) -> Division:
    """The division of this code and those above it, made at first use."""
    found = db.session.get(Division, code)
    if found is None:
        with made_at_once():
            parent = parent_of(code)
            if parent:
                division(parent)
            found = Division(code=code, name=NAMES.get(code, f"地区{code}"), parent_code=parent)
            db.session.add(found)
            db.session.flush()
    return found


def some_divisions() -> None:
    """Every division of NAMES."""
    for code in NAMES:
        division(code)


def credit_code(sequence: int) -> str:
    """A well-formed unified social credit code, a different one for each sequence number."""
    first_17 = f"91371100MA3{sequence:06d}"
    return first_17 + credit_code_check_character(first_17)


def organization(
    kind: OrganizationKind, name: str, code: str, parent: Organization | None = None, **more
) -> Organization:
    """An approved organization in the division of `code`; a unit is an enterprise."""
    if kind is OrganizationKind.UNIT:
        more.setdefault("nature", UnitNature.ENTERPRISE)
    with made_at_once():
        division(code)
        made = create_organization(kind, name, code, parent, **more)
    return made


def bureau(name: str, code: str) -> Organization:
    return organization(OrganizationKind.BUREAU, name, code)


def department(name: str, code: str) -> Organization:
    return organization(OrganizationKind.DEPARTMENT, name, code)


def unit(name: str, code: str, parent: Organization | None = None, **more) -> Organization:
    return organization(OrganizationKind.UNIT, name, code, parent, **more)
