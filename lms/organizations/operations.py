"""Making divisions and organizations."""

import csv
from pathlib import Path

from sqlalchemy import select

from lms.core.db import db
from lms.organizations.models import Division, Organization, OrganizationKind, UnitNature

SHANDONG = Path(__file__).with_name("divisions.csv")


def load_divisions(path: Path = SHANDONG) -> int:
    """Add the divisions of a CSV (code, name, parent_code) that are missing; returns how many."""
    known = set(db.session.scalars(select(Division.code)))
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] not in known]
    for row in rows:
        parent = row["parent_code"] or None
        db.session.add(Division(code=row["code"], name=row["name"], parent_code=parent))
        db.session.flush()
    return len(rows)


def create_organization(
    kind: OrganizationKind,
    name: str,
    division_code: str,
    parent: Organization | None = None,
    nature: UnitNature | None = None,
) -> Organization:
    """Make an organization, supervised by `parent`."""
    organization = Organization(
        kind=kind, name=name, division_code=division_code, parent=parent, nature=nature
    )
    db.session.add(organization)
    db.session.flush()
    return organization
