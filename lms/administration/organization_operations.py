"""The administration makes, changes, closes and reopens organizations."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.posts import end_posts_in
from lms.accounts.queries import is_allowed
from lms.administration.queries import (
    count_below,
    count_people,
    get_organization,
    has_bureau,
    is_superior,
    posts_with,
)
from lms.administration.superiors import check_superior
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Permission
from lms.core.states import move
from lms.organizations.enums import UnitNature
from lms.organizations.models import (
    Division,
    Organization,
    OrganizationKind,
    OrganizationState,
    StandInKind,
)
from lms.organizations.operations import create_organization, keep_open, save_organization
from lms.organizations.rules import division_prefix, normalize_credit_code
from lms.organizations.states import ORGANIZATION

_KIND = OrganizationKind
_CREATE = Permission.ORGANIZATIONS_ORGANIZATION_CREATE
_EDIT = Permission.ORGANIZATIONS_ORGANIZATION_EDIT


@dataclass(frozen=True)
class OrganizationFacts:
    """What an organization is. A unit has a nature, a stand-in a kind of its own."""

    kind: OrganizationKind
    name: str
    credit_code: str | None
    division_code: str
    parent_id: int | None = None
    nature: UnitNature | None = None
    stand_in_kind: StandInKind | None = None
    address: str = ""
    contact_phone: str = ""


def add_organization(actor: Person, facts: OrganizationFacts) -> Organization:
    """Make an organization that works at once.

    A bureau makes any kind in its division and below, a department units below itself. Raises
    NotAllowed outside of that, Invalid and Conflict for what is wrong, naming the field.
    """
    parent = _parent(facts)
    _check_place(actor, facts.kind, facts.division_code, parent)
    _check_facts(facts, parent)
    check_only_bureau(facts.kind, facts.division_code)
    organization = create_organization(
        facts.kind,
        facts.name,
        facts.division_code,
        parent,
        credit_code=facts.credit_code,
        nature=facts.nature,
        stand_in_kind=facts.stand_in_kind,
        address=facts.address.strip() or None,
        contact_phone=facts.contact_phone.strip() or None,
    )
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_CREATE, organization, actor)
    return organization


def creatable_kinds(actor: Person) -> list[OrganizationKind]:
    """What kinds of organization `actor` may make somewhere."""
    held = {post.organization.kind for post in posts_with(actor, _CREATE)}
    if _KIND.BUREAU in held:
        return list(OrganizationKind)
    return [_KIND.UNIT] if _KIND.DEPARTMENT in held else []


def edit_organization(
    actor: Person, organization_id: int, facts: OrganizationFacts
) -> Organization:
    """Change what an organization is; its kind never changes.

    Whoever stands above it changes everything, whoever acts for it alone its address and phone.
    Raises NotFound for one that is not theirs, NotAllowed if it would leave their charge.
    """
    organization = get_organization(actor, organization_id, _EDIT)
    hold(organization)
    if not organization.is_approved:
        raise Conflict(_l("机构尚未通过审核或已停用，不能修改。"))
    if is_superior(actor, _EDIT, organization):
        _change_identity(actor, organization, facts)
    organization.address = facts.address.strip() or None
    organization.contact_phone = facts.contact_phone.strip() or None
    save_organization(organization)
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_UPDATE, organization, actor)
    return organization


def _change_identity(actor: Person, organization: Organization, facts: OrganizationFacts) -> None:
    parent = _parent(facts)
    has_moved = (facts.division_code, facts.parent_id) != (
        organization.division_code,
        organization.parent_id,
    )
    if has_moved:
        _check_place(actor, organization.kind, facts.division_code, parent)
        _check_moves(organization, facts.division_code)
    _check_facts(facts, parent)
    organization.name = facts.name.strip()
    organization.credit_code = normalize_credit_code(facts.credit_code or "") or None
    organization.division_code = facts.division_code
    organization.parent = parent
    organization.nature = facts.nature
    organization.stand_in_kind = facts.stand_in_kind


def close_organization(actor: Person, organization_id: int) -> Organization:
    """Close an organization and end the posts in it.

    Raises NotFound or NotAllowed unless `actor` stands above it; Conflict while people are
    employed there or other organizations are below it.
    """
    organization = _held_by_superior(actor, organization_id)
    if count_people(organization):
        raise Conflict(_l("还有人员在这个机构，请先办理调出或离职，再停用。"))
    if count_below(organization):
        raise Conflict(_l("这个机构下面还有其他机构，请先改由别的部门主管，或先停用它们。"))
    move(organization, OrganizationState.CLOSED, ORGANIZATION)
    end_posts_in(organization, actor.id)
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_CLOSE, organization, actor)
    return organization


def reopen_organization(actor: Person, organization_id: int) -> Organization:
    """Let a closed organization work again, without posts.

    Raises NotFound or NotAllowed unless `actor` stands above it, IllegalMove if it is not closed.
    """
    organization = _held_by_superior(actor, organization_id)
    if organization.state is not OrganizationState.CLOSED:
        raise Conflict()
    check_only_bureau(organization.kind, organization.division_code)
    move(organization, OrganizationState.APPROVED, ORGANIZATION)
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_UPDATE, organization, actor)
    return organization


def _held_by_superior(actor: Person, organization_id: int) -> Organization:
    organization = get_organization(actor, organization_id)
    if not is_superior(actor, _EDIT, organization):
        raise NotAllowed()
    hold(organization)
    return organization


def _parent(facts: OrganizationFacts) -> Organization | None:
    if not facts.parent_id:
        return None
    keep_open([facts.parent_id])
    parent = db.session.get(Organization, facts.parent_id)
    if parent is None:
        raise Invalid(_l("没有找到这个主管部门。"), field="parent_id")
    return parent


def _check_place(
    actor: Person, kind: OrganizationKind, division_code: str, parent: Organization | None
) -> None:
    """Raise unless it would be in the charge of a post that lets `actor` make such a kind."""
    bureaus = [
        post.organization.division_code
        for post in posts_with(actor, _CREATE)
        if post.organization.kind is _KIND.BUREAU
    ]
    if any(division_code.startswith(division_prefix(code)) for code in bureaus):
        return
    if bureaus and parent is None:
        raise Invalid(_l("请选择您所辖的地区。"), field="division_code")
    if kind is not _KIND.UNIT:
        raise NotAllowed()
    if parent is None or not is_allowed(actor, _CREATE, parent.id):
        raise Invalid(_l("请选择您所在的部门作为主管部门。"), field="parent_id")


def _check_facts(facts: OrganizationFacts, parent: Organization | None) -> None:
    check_superior(facts.kind, facts.division_code, parent)
    if facts.kind is _KIND.UNIT and facts.nature is None:
        raise Invalid(_l("请选择单位性质。"), field="nature")
    if facts.kind is _KIND.STAND_IN and facts.stand_in_kind is None:
        raise Invalid(_l("请选择代管机构的类别。"), field="stand_in_kind")


def check_only_bureau(kind: OrganizationKind, division_code: str) -> None:
    """Raise Conflict for a second bureau of one division: each would stand above the other."""
    if kind is not _KIND.BUREAU:
        return
    # Held, so that of two that are made at once the second sees the first.
    same = select(Division.code).where(Division.code == division_code)
    db.session.execute(same.with_for_update(key_share=True))
    if has_bureau(division_code):
        raise Conflict(_l("这个地区已有人社部门。"), field="division_code")


def _check_moves(organization: Organization, division_code: str) -> None:
    if division_code == organization.division_code:
        return
    check_only_bureau(organization.kind, division_code)
    if count_below(organization):
        raise Conflict(_l("下面还有其他机构，不能调整所在地区。"), field="division_code")


def _record(tag: AuditTag, organization: Organization, actor: Person) -> None:
    record(tag, actor.id, f"organization:{organization.id}", organization_id=organization.id)
