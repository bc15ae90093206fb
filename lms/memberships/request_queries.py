"""Requests: whose turn it is, and who may see them."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, organizations_with
from lms.core.db import db
from lms.core.errors import NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.memberships.models import MembershipRequest, RequestSide, RequestState

_DECIDE = Permission.PEOPLE_REQUEST_DECIDE


def open_request(person: Person) -> MembershipRequest | None:
    """The request for this person that waits, if there is one."""
    query = select(MembershipRequest).where(
        MembershipRequest.person_id == person.id,
        MembershipRequest.state == RequestState.PENDING,
    )
    return db.session.scalar(query)


def requests_of(person: Person) -> list[MembershipRequest]:
    """Every request for this person, the newest first."""
    query = select(MembershipRequest).where(MembershipRequest.person_id == person.id)
    query = query.options(
        joinedload(MembershipRequest.from_unit), joinedload(MembershipRequest.to_unit)
    )
    return list(db.session.scalars(query.order_by(MembershipRequest.id.desc())))


def last_request(person: Person) -> MembershipRequest | None:
    """The newest request for this person."""
    query = select(MembershipRequest).where(MembershipRequest.person_id == person.id)
    return db.session.scalar(query.order_by(MembershipRequest.id.desc()).limit(1))


def requests_to_decide(actor: Person) -> Select[MembershipRequest]:
    """Open requests that wait for a unit in the charge of `actor`."""
    reach = organizations_with(actor, _DECIDE)
    waits_here = or_(
        and_(
            MembershipRequest.side != RequestSide.NEW_UNIT,
            MembershipRequest.to_id.in_(reach),
        ),
        and_(
            MembershipRequest.side == RequestSide.NEW_UNIT,
            MembershipRequest.from_id.in_(reach),
            MembershipRequest.asked_by_id != actor.id,
        ),
    )
    pending = MembershipRequest.state == RequestState.PENDING
    return _with_facts().where(pending, waits_here, MembershipRequest.person_id != actor.id)


def requests_asked(actor: Person) -> Select[MembershipRequest]:
    """Open requests that units in the charge of `actor` made of others, and that wait for them."""
    reach = organizations_with(actor, _DECIDE)
    ours = or_(
        and_(MembershipRequest.side == RequestSide.NEW_UNIT, MembershipRequest.to_id.in_(reach)),
        and_(MembershipRequest.side == RequestSide.OLD_UNIT, MembershipRequest.from_id.in_(reach)),
    )
    return _with_facts().where(MembershipRequest.state == RequestState.PENDING, ours)


def requests_decided(actor: Person) -> Select[MembershipRequest]:
    """Settled requests to units in the charge of `actor`."""
    return _with_facts().where(
        MembershipRequest.state != RequestState.PENDING,
        MembershipRequest.to_id.in_(organizations_with(actor, _DECIDE)),
    )


def count_to_decide(actor: Person) -> int:
    """How many requests wait for `actor`."""
    waiting = requests_to_decide(actor).with_only_columns(MembershipRequest.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def find_request(actor: Person, request_id: int) -> MembershipRequest:
    """A request that concerns `actor`, or a unit in their charge that has a say in it.

    Raises NotFound for any other.
    """
    request = db.session.get(MembershipRequest, request_id)
    if request is None or not _may_see(actor, request):
        raise NotFound()
    return request


def _may_see(actor: Person, request: MembershipRequest) -> bool:
    if actor.id == request.person_id or is_allowed(actor, _DECIDE, request.to_id):
        return True
    from_there = request.side is RequestSide.NEW_UNIT
    return from_there and is_allowed(actor, _DECIDE, request.from_id)


def may_answer(actor: Person, request: MembershipRequest) -> bool:
    """Whether it is for `actor` to say yes or no: never to what one has asked for oneself."""
    if request.side is not RequestSide.NEW_UNIT:
        is_own = actor.id == request.person_id
        return not is_own and is_allowed(actor, _DECIDE, request.to_id)
    if actor.id == request.asked_by_id:
        return False
    return actor.id == request.person_id or is_allowed(actor, _DECIDE, request.from_id)


def check_may_answer(actor: Person, request: MembershipRequest) -> None:
    """Raise NotAllowed unless it is for `actor` to say yes or no."""
    if not may_answer(actor, request):
        raise NotAllowed(_l("不能审批自己的申请，请由对方或上级办理。"))


def _with_facts() -> Select[MembershipRequest]:
    return select(MembershipRequest).options(
        joinedload(MembershipRequest.person).joinedload(Person.unit),
        joinedload(MembershipRequest.from_unit),
        joinedload(MembershipRequest.to_unit),
        joinedload(MembershipRequest.asked_by),
        joinedload(MembershipRequest.decided_by),
    )
