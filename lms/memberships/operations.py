"""Asking to belong to a unit, and what is decided on it."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.employments import join_unit
from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.posts import end_posts_of
from lms.accounts.queries import is_allowed
from lms.accounts.states import PERSON
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.core.states import move
from lms.memberships.models import (
    MembershipRequest,
    RequestKind,
    RequestSide,
    RequestState,
)
from lms.memberships.request_queries import check_may_answer, find_request, open_request
from lms.memberships.states import REQUEST
from lms.organizations.models import Organization
from lms.organizations.operations import keep_open
from lms.organizations.queries import EMPLOYERS

LONGEST_TEXT = 500
_MAY_JOIN = frozenset({PersonState.PENDING, PersonState.ACTIVE, PersonState.RETIRED})


def request_membership(
    actor: Person,
    person: Person,
    unit: Organization,
    note: str = "",
    side: RequestSide = RequestSide.PERSON,
    **detail: Any,
) -> MembershipRequest:
    """Ask that `person` belong to `unit`: they themselves, their unit, or (NEW_UNIT) the new one.

    `detail` goes into the audit trail. Raises Invalid for a unit that takes nobody or is theirs
    already, Conflict while another request is open or if their account is closed. That `actor`
    may ask from that side is checked by whoever calls.
    """
    _check_can_take(unit)
    if person.state not in _MAY_JOIN:
        raise Conflict(_l("该人员当前不能加入单位。"))
    if person.unit_id == unit.id:
        raise Invalid(_l("已经是这个单位的人员。"), field="unit_id")
    request = MembershipRequest(
        person_id=person.id,
        kind=RequestKind.MOVE if person.unit_id else RequestKind.JOIN,
        side=side,
        from_id=person.unit_id,
        to_id=unit.id,
        asked_by_id=actor.id,
        note=note.strip()[:LONGEST_TEXT],
    )
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:
        raise Conflict(_l("已有一份申请正在等待处理，请先等待结果或撤销它。")) from None
    _record(AuditTag.ACCOUNTS_REQUEST_MAKE, request, actor.id, side=side.value, **detail)
    return request


def _check_can_take(unit: Organization) -> None:
    if unit.kind not in EMPLOYERS or not unit.is_approved:
        raise Invalid(_l("这个机构不能接收人员，请选择用人单位或代管机构。"), field="unit_id")


def hold_to_ask(person: Person, unit: Organization) -> None:
    """Hold somebody who is about to ask a unit, or is asked for by it, and keep the units open.

    The request refers to both units, and so would wait for whoever holds one to give it a post.
    """
    keep_open(each for each in (unit.id, person.unit_id) if each is not None)
    hold(person)


def ask_for_oneself(person: Person, unit: Organization, note: str) -> MembershipRequest:
    """Somebody whose account was approved asks a unit to take them."""
    hold_to_ask(person, unit)
    if not person.may_study and person.state is not PersonState.RETIRED:
        raise Conflict(_l("账号通过审核后才能申请调动。"))
    return request_membership(person, person, unit, note)


def propose_move(actor: Person, person: Person, unit: Organization, note: str) -> MembershipRequest:
    """The unit of `person` asks another one to take them over.

    Raises NotFound unless `actor` keeps the records of their unit.
    """
    hold_to_ask(person, unit)
    if not is_allowed(actor, Permission.PEOPLE_PERSON_EDIT, person.unit_id):
        raise NotFound()
    return request_membership(actor, person, unit, note, RequestSide.OLD_UNIT)


def ask_for_person(
    actor: Person, unit: Organization, person: Person | None, name: str, note: str
) -> MembershipRequest:
    """A unit asks for somebody it knows by number and name; nothing happens until they agree.

    `person` is whoever has the number. A number that is nobody's and one of another name get the
    same Invalid, so that nobody learns whose a number is. Invalid also for a unit that is not
    theirs to ask for.
    """
    if not is_allowed(actor, Permission.PEOPLE_REQUEST_DECIDE, unit.id):
        raise Invalid(_l("请选择由您管理人员的单位。"), field="unit_id")
    unknown = Invalid(
        _l("没有找到姓名与证件号码相符的人员。请核对；还没有账号的，请用名册导入或由本人注册。"),
        field="identity_number",
    )
    if person is None or person.name != name or person.state not in _MAY_JOIN:
        raise unknown
    hold_to_ask(person, unit)
    return request_membership(actor, person, unit, note, RequestSide.NEW_UNIT)


def decide_request(
    actor: Person, request_id: int, *, approve: bool, reason: str = ""
) -> MembershipRequest:
    """Approve a request, upon which the person belongs to the unit, or refuse it with a reason.

    Raises NotFound if `actor` has no say in it, NotAllowed on a request of their own, Invalid for
    a refusal without reason, Conflict if it was decided already.
    """
    request = find_request(actor, request_id)
    if approve:
        keep_open([request.to_id])
    # The person first, then the request, as everybody takes them.
    hold(request.person)
    hold(request)
    check_may_answer(actor, request)
    reason = reason.strip()[:LONGEST_TEXT]
    if not approve and not reason:
        raise Invalid(_l("请写明不同意的原因，申请人会看到。"), field="reason")
    _settle(request, RequestState.APPROVED if approve else RequestState.REFUSED, actor.id, reason)
    if approve:
        _admit(request, actor)
    elif request.person.state is PersonState.PENDING:
        move(request.person, PersonState.REFUSED, PERSON)
    db.session.flush()
    return request


def _admit(request: MembershipRequest, actor: Person) -> None:
    person = request.person
    if person.state not in _MAY_JOIN:
        raise Conflict(_l("该人员当前不能加入单位。"))
    if person.unit_id != request.from_id:
        raise Conflict(_l("该人员的单位在申请之后已变动，请退回这份申请，由对方重新提出。"))
    if not request.to_unit.is_approved:
        raise Conflict(_l("这个单位已停用，不能再接收人员。"))
    if person.state is not PersonState.ACTIVE:
        move(person, PersonState.ACTIVE, PERSON)
    join_unit(person, request.to_unit, actor.id)
    if request.from_id is not None:
        end_posts_of(person, actor.id, request.from_id)


def approve_requests(actor: Person, request_ids: Iterable[int]) -> tuple[int, int]:
    """Approve several: how many were approved, and how many others were no longer to decide.

    Raises NotFound if `actor` has no say in one of them; then none is approved.
    """
    # Everybody takes people in the order of their ids, so that no two wait for each other.
    wanted = select(MembershipRequest).where(MembershipRequest.id.in_(set(request_ids)))
    found = list(db.session.scalars(wanted.order_by(MembershipRequest.person_id)))
    keep_open(request.to_id for request in found)
    approved = 0
    for request in found:
        try:
            with db.session.begin_nested():
                decide_request(actor, request.id, approve=True)
        except (Conflict, NotAllowed):
            continue
        approved += 1
    return approved, len(found) - approved


def cancel_request(actor: Person, request_id: int) -> MembershipRequest:
    """Take back what one has asked for. Raises NotFound for another's, Conflict once decided."""
    request = db.session.get(MembershipRequest, request_id)
    if request is None or not _may_cancel(actor, request):
        raise NotFound()
    hold(request.person)
    hold(request)
    _settle(request, RequestState.CANCELLED, actor.id, "")
    return request


def _may_cancel(actor: Person, request: MembershipRequest) -> bool:
    if request.side is RequestSide.PERSON:
        return actor.id == request.person_id
    asking = request.to_id if request.side is RequestSide.NEW_UNIT else request.from_id
    return is_allowed(actor, Permission.PEOPLE_REQUEST_DECIDE, asking)


def cancel_open_request(person: Person, actor_id: int | None) -> None:
    """Take back whatever is open for a person who leaves for good, or was settled otherwise."""
    request = open_request(person)
    if request is not None:
        hold(request)
        if request.is_pending:
            _settle(request, RequestState.CANCELLED, actor_id, "")


_TAGS = {
    RequestState.APPROVED: AuditTag.ACCOUNTS_REQUEST_APPROVE,
    RequestState.REFUSED: AuditTag.ACCOUNTS_REQUEST_REFUSE,
    RequestState.CANCELLED: AuditTag.ACCOUNTS_REQUEST_CANCEL,
}


def _settle(
    request: MembershipRequest, state: RequestState, actor_id: int | None, reason: str
) -> None:
    move(request, state, REQUEST)
    request.decided_by_id = actor_id
    request.decided_at = clock.now()
    request.reason = reason
    db.session.flush()
    _record(_TAGS[state], request, actor_id)


def _record(tag: AuditTag, request: MembershipRequest, actor_id: int | None, **detail: Any) -> None:
    record(
        tag,
        actor_id,
        f"person:{request.person_id}",
        organization_id=request.to_id,
        request=request.id,
        **detail,
    )
