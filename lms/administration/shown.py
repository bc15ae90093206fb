"""Organizations as the audit trail shows them."""

from collections.abc import Collection

from flask import url_for

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.auditing.subjects import Shown, organization_names
from lms.core.db import db
from lms.core.permissions import Permission
from lms.organizations.models import Organization


def shown_organizations(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Their names, with a link for who may open them."""
    may_open: set[int] = set()
    if viewer is not None:
        own = organizations_with(viewer, Permission.ORGANIZATIONS_ORGANIZATION_READ)
        may_open = set(db.session.scalars(own.where(Organization.id.in_(ids))))
    return {
        number: Shown(name, _address(number) if number in may_open else None)
        for number, name in organization_names(ids).items()
    }


def _address(organization_id: int) -> str:
    return url_for("manage_organizations.show", organization_id=organization_id)
