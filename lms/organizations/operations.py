"""Making divisions and organizations."""

import csv
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select

from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.rules import is_credit_code, normalize_credit_code

SHANDONG = Path(__file__).with_name("divisions.csv")


def load_divisions(path: Path = SHANDONG) -> int:
    """Add the divisions of a CSV (code, name, parent_code) that are missing; returns how many.

    A division must stand after its parent, as they do when sorted by level.
    """
    known = set(db.session.scalars(select(Division.code)))
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {**row, "parent_code": row["parent_code"] or None}
            for row in csv.DictReader(file)
            if row["code"] not in known
        ]
    if rows:
        db.session.execute(insert(Division), rows)
    return len(rows)


def create_organization(
    kind: OrganizationKind,
    name: str,
    division_code: str,
    parent: Organization | None = None,
    **more: Any,
) -> Organization:
    """Make an organization, supervised by `parent`; `more` are further columns of it.

    Raises Invalid for an unknown division or a wrong credit code, Conflict for a name or a credit
    code that is taken; each names its field.
    """
    code = more.pop("credit_code", None)
    organization = Organization(
        kind=kind,
        name=name.strip(),
        division_code=division_code,
        parent=parent,
        credit_code=normalize_credit_code(code) if code else None,
        **more,
    )
    check_organization(organization)
    db.session.add(organization)
    db.session.flush()
    return organization


def check_organization(organization: Organization) -> None:
    """Raise Invalid or Conflict, naming the field, if it is unusable or there already."""
    with db.session.no_autoflush:
        if db.session.get(Division, organization.division_code) is None:
            raise Invalid(_l("请选择所在地区。"), field="division_code")
        if organization.credit_code and not is_credit_code(organization.credit_code):
            raise Invalid(_l("统一社会信用代码不正确，请核对 18 位代码。"), field="credit_code")
        if _is_taken(organization, Organization.name == organization.name):
            raise Conflict(_l("已有同名的机构。"), field="name")
        if organization.credit_code and _is_taken(
            organization, Organization.credit_code == organization.credit_code
        ):
            raise Conflict(_l("该统一社会信用代码已登记。"), field="credit_code")


def _is_taken(organization: Organization, same: Any) -> bool:
    query = select(Organization.id).where(same).limit(1)
    if organization.id is not None:
        query = query.where(Organization.id != organization.id)
    return db.session.scalar(query) is not None
