"""Making organizations, and keeping them open while something is hung on them."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.rules import is_credit_code, is_one_line, normalize_credit_code

_CODE_TAKEN = _l("该统一社会信用代码已登记。")
_NAME_TAKEN = _l("已有同名的机构。")


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
    save_organization(organization)
    return organization


def save_organization(organization: Organization) -> None:
    """Write a new or changed organization once it has been checked.

    Of several that want one name or credit code at the same time the unique keys let one through;
    the others raise the Conflict that they would have met a moment later, and their transaction
    ends with it.
    """
    check_organization(organization)
    db.session.add(organization)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Both databases name the key, or its column.
        broken = str(error.orig)
        if "credit_code" in broken:
            raise Conflict(_CODE_TAKEN, field="credit_code") from None
        if "organizations_name" in broken or "organizations.name" in broken:
            raise Conflict(_NAME_TAKEN, field="name") from None
        raise


def keep_open(organization_ids: Iterable[int]) -> None:
    """Let nobody close these organizations until the transaction ends; their rows are read anew.

    Whoever closes one holds its row: so they wait and then see the post or the person that it has
    got, or we wait and then see it closed. A lock of the key alone is what a foreign key takes in
    any case, and lets others join at the same time. To be called before a person is held, as
    everybody does who holds both, or two would wait for each other.
    """
    # Of several, everybody takes them in the order of their ids.
    same = select(Organization).where(Organization.id.in_(set(organization_ids)))
    held = same.order_by(Organization.id).with_for_update(
        read=True, key_share=True, of=Organization
    )
    db.session.scalars(held, execution_options={"populate_existing": True}).all()


def check_organization(organization: Organization) -> None:
    """Raise Invalid or Conflict, naming the field, if it is unusable or there already."""
    with db.session.no_autoflush:
        if not organization.name:
            raise Invalid(_l("请填写名称。"), field="name")
        if not is_one_line(organization.name):
            raise Invalid(_l("名称不能含换行或其他控制字符。"), field="name")
        if db.session.get(Division, organization.division_code) is None:
            raise Invalid(_l("请选择所在地区。"), field="division_code")
        if organization.credit_code and not is_credit_code(organization.credit_code):
            raise Invalid(_l("统一社会信用代码不正确，请核对 18 位代码。"), field="credit_code")
        _refuse_taken(organization.id, organization.name, organization.credit_code)


def _refuse_taken(own_id: int | None, name: str, credit_code: str | None) -> None:
    if credit_code and _is_taken(own_id, Organization.credit_code == credit_code):
        raise Conflict(_CODE_TAKEN, field="credit_code")
    if _is_taken(own_id, Organization.name == name):
        raise Conflict(_NAME_TAKEN, field="name")


def _is_taken(own_id: int | None, same: ColumnElement[bool]) -> bool:
    query = select(Organization.id).where(same).limit(1)
    if own_id is not None:
        query = query.where(Organization.id != own_id)
    return db.session.scalar(query) is not None
