"""Finding claims: one's own, those that wait for whom, and those one may look into."""

import datetime as dt

from flask import current_app
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from lms.accounts.enums import PersonState
from lms.accounts.models import Person, Post
from lms.accounts.queries import organizations_with
from lms.claims.models import Claim, ClaimDeed, ClaimEvent, ClaimState
from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import GRANTS, Permission

_DECIDE = Permission.CLAIMS_CLAIM_DECIDE
DECIDERS = tuple(role for role, granted in GRANTS.items() if _DECIDE in granted)


def claims_of(person: Person) -> Select[Claim]:
    """All claims of a person."""
    return select(Claim).where(Claim.person_id == person.id).options(joinedload(Claim.desk))


def get_own_claim(person: Person, claim_id: int) -> Claim:
    """A claim of one's own; raises NotFound for another."""
    claim = db.session.get(Claim, claim_id)
    if claim is None or claim.person_id != person.id:
        raise NotFound()
    return claim


def count_to_mend(person: Person) -> int:
    """How many claims were returned to a person and wait for them."""
    returned = and_(Claim.person_id == person.id, Claim.state == ClaimState.RETURNED)
    return db.session.scalar(select(func.count(Claim.id)).where(returned)) or 0


def claims_to_decide(actor: Person) -> Select[Claim]:
    """Claims that wait for `actor`.

    Those at a desk where they hold a post; and, after the days of LMS_CLAIM_STAND_IN_DAYS, those
    at the desk below at which nobody can decide, after twice as many at any desk in their charge.
    Never their own, and never one that they have approved at another step.
    """
    return _claims().where(
        Claim.state == ClaimState.PENDING,
        or_(Claim.desk_id.in_(_seats(actor)), _stands_in(actor)),
        Claim.person_id != actor.id,
        ~_has_approved(actor.id),
    )


def _seats(actor: Person) -> list[int]:
    return [
        post.organization_id for post in actor.posts if post.is_in_force and post.role in DECIDERS
    ]


def _stands_in(actor: Person) -> ColumnElement[bool]:
    settings: Settings = current_app.extensions["settings"]
    wait = dt.timedelta(days=settings.claim_stand_in_days)
    right_above = and_(Claim.superior_id.in_(_seats(actor)), Claim.arrived_at <= clock.now() - wait)
    anywhere_above = and_(
        Claim.desk_id.in_(organizations_with(actor, _DECIDE)),
        Claim.arrived_at <= clock.now() - 2 * wait,
    )
    return and_(or_(right_above, anywhere_above), nobody_decides())


def nobody_decides() -> ColumnElement[bool]:
    """A condition: at the claim's desk there is nobody who may decide on it.

    The post is empty, or held by the claimant alone, or by who has approved it at another step.
    """
    able = (
        exists()
        .where(
            Post.organization_id == Claim.desk_id,
            Post.role.in_(DECIDERS),
            Post.is_in_force,
            Post.person_id != Claim.person_id,
            Person.id == Post.person_id,
            Person.state == PersonState.ACTIVE,
            ~_has_approved(Post.person_id),
        )
        .correlate(Claim)
    )
    return ~able


def _has_approved(person_id: "SQLColumnExpression[int] | int") -> ColumnElement[bool]:
    event = aliased(ClaimEvent)
    approved = exists().where(
        event.claim_id == Claim.id,
        event.round == Claim.round,
        event.deed == ClaimDeed.APPROVE,
        event.actor_id == person_id,
    )
    # Named, because it may stand two levels below the claim.
    return approved.correlate(Claim, Post)


def may_decide(actor: Person, claim: Claim) -> bool:
    """Whether the claim waits for `actor`: twin of `claims_to_decide`."""
    query = claims_to_decide(actor).where(Claim.id == claim.id)
    return db.session.scalar(query.with_only_columns(Claim.id)) is not None


def is_deserted(claim: Claim) -> bool:
    """Whether the claim waits at a desk where nobody may decide on it."""
    query = select(Claim.id).where(
        Claim.id == claim.id, Claim.state == ClaimState.PENDING, nobody_decides()
    )
    return db.session.scalar(query) is not None


def count_to_decide(actor: Person) -> int:
    """How many claims wait for `actor`: the number in the navigation."""
    waiting = claims_to_decide(actor).with_only_columns(func.count(Claim.id))
    return db.session.scalar(waiting) or 0


def count_overdue(actor: Person) -> int:
    """How many of them are overdue."""
    waiting = claims_to_decide(actor).where(is_overdue())
    return db.session.scalar(waiting.with_only_columns(func.count(Claim.id))) or 0


def is_overdue() -> ColumnElement[bool]:
    """A condition: whoever has to decide has let the day pass. Twin of `Claim.is_overdue`."""
    return and_(Claim.state == ClaimState.PENDING, Claim.due_on < clock.today())


def claims_to_see(actor: Person) -> Select[Claim]:
    """Every claim of organizations that `actor` answers for, once it was submitted.

    One's own is not among them: it has pages of its own.
    """
    reach = organizations_with(actor, Permission.CLAIMS_CLAIM_READ)
    return _claims().where(
        Claim.organization_id.in_(reach), Claim.round > 0, Claim.person_id != actor.id
    )


def may_see(actor: Person, claim: Claim) -> bool:
    """Whether the claim is one of `claims_to_see`."""
    query = claims_to_see(actor).where(Claim.id == claim.id)
    return db.session.scalar(query.with_only_columns(Claim.id)) is not None


def get_claim_to_see(actor: Person, claim_id: int) -> Claim:
    """One of `claims_to_see`; raises NotFound for another."""
    query = claims_to_see(actor).where(Claim.id == claim_id)
    found = db.session.scalar(query.options(selectinload(Claim.evidence)))
    if found is None:
        raise NotFound()
    return found


def _claims() -> Select[Claim]:
    return select(Claim).options(
        joinedload(Claim.person), joinedload(Claim.organization), joinedload(Claim.desk)
    )
