"""Registrations of units are approved or refused, by their department or a bureau."""

from flask_babel import lazy_gettext as _l

from lms.accounts.employments import join_unit
from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.posts import grant_post
from lms.accounts.states import PERSON
from lms.administration.queries import get_request, registrant_of
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.core.states import move
from lms.organizations.models import Organization, OrganizationState
from lms.organizations.states import ORGANIZATION

LONGEST_REASON = 500
_BECOMES_ACTIVE = frozenset({PersonState.PENDING, PersonState.REFUSED})


def approve_registration(actor: Person, organization_id: int) -> Organization:
    """Approve a unit: its registrant becomes active, joins it if without unit, and manages it.

    Raises NotFound if `actor` may not decide on it, NotAllowed on a registration of their own,
    IllegalMove if it is decided already, Conflict if the registrant's account is closed.
    """
    unit = _held_request(actor, organization_id)
    move(unit, OrganizationState.APPROVED, ORGANIZATION)
    registrant = registrant_of(unit)
    if registrant is None:
        raise Conflict(_l("注册人的账号已不存在，请退回后由单位重新注册。"))
    hold(registrant)
    if registrant.state in _BECOMES_ACTIVE:
        move(registrant, PersonState.ACTIVE, PERSON)
    if registrant.state is not PersonState.ACTIVE:
        raise Conflict(_l("注册人的账号已停用，请退回后由单位重新注册。"))
    unit.remark = None
    db.session.flush()
    if registrant.unit_id is None:
        join_unit(registrant, unit, actor.id)
    grant_post(registrant, unit, Role.UNIT_MANAGER, actor.id)
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_APPROVE, unit, actor)
    return unit


def refuse_registration(actor: Person, organization_id: int, reason: str) -> Organization:
    """Refuse a unit, telling its registrant why; it may be mended and sent again.

    Raises Invalid without a reason, and what `approve_registration` raises.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid(_l("请写明退回的原因，注册人会看到。"), field="reason")
    unit = _held_request(actor, organization_id)
    move(unit, OrganizationState.REFUSED, ORGANIZATION)
    unit.remark = reason[:LONGEST_REASON]
    db.session.flush()
    _record(AuditTag.ORGANIZATIONS_ORGANIZATION_REFUSE, unit, actor)
    return unit


def _held_request(actor: Person, organization_id: int) -> Organization:
    unit = get_request(actor, organization_id)
    # Held until the commit, so that two decisions at once queue up and the second is refused.
    hold(unit)
    registrant = registrant_of(unit)
    if registrant is not None and registrant.id == actor.id:
        raise NotAllowed(_l("不能审核自己提交的注册。"))
    return unit


def _record(tag: AuditTag, unit: Organization, actor: Person) -> None:
    record(tag, actor.id, f"organization:{unit.id}", organization_id=unit.id)
