"""What somebody may see of organizations, registrations and posts, and over what they stand."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, Post
from lms.accounts.queries import is_allowed, organizations_with
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import GRANTS, Permission
from lms.organizations.models import Organization, OrganizationKind, OrganizationState
from lms.organizations.queries import is_in_charge
from lms.organizations.rules import division_prefix


@dataclass(frozen=True)
class Filter:
    """What a list of organizations is narrowed to; None and "" narrow nothing."""

    text: str = ""
    kind: OrganizationKind | None = None
    state: OrganizationState | None = None
    division_code: str | None = None
    parent_id: int | None = None


def organizations_to_see(actor: Person, wanted: Filter | None = None) -> Select[Organization]:
    """The organizations that `actor` may see, narrowed to what is wanted."""
    wanted = wanted or Filter()
    readable = organizations_with(actor, Permission.ORGANIZATIONS_ORGANIZATION_READ)
    query = select(Organization).where(Organization.id.in_(readable))
    if wanted.text:
        query = query.where(Organization.name.startswith(wanted.text, autoescape=True))
    if wanted.division_code:
        prefix = division_prefix(wanted.division_code)
        query = query.where(Organization.division_code.startswith(prefix))
    for column, value in (
        (Organization.kind, wanted.kind),
        (Organization.state, wanted.state),
        (Organization.parent_id, wanted.parent_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query.options(joinedload(Organization.division), joinedload(Organization.parent))


def get_organization(
    actor: Person,
    organization_id: int,
    permission: Permission = Permission.ORGANIZATIONS_ORGANIZATION_READ,
) -> Organization:
    """An organization over which `actor` has the permission; raises NotFound otherwise."""
    organization = db.session.get(Organization, organization_id)
    if organization is None or not is_allowed(actor, permission, organization_id):
        raise NotFound()
    return organization


def is_superior(actor: Person, permission: Permission, organization: Organization) -> bool:
    """Whether `actor` has `permission` over it through a post elsewhere, above it."""
    superiors = [
        post.organization
        for post in posts_with(actor, permission)
        if post.organization_id != organization.id
    ]
    query = select(Organization.id).where(
        Organization.id == organization.id, is_in_charge(superiors)
    )
    return db.session.scalar(query) is not None


def posts_with(actor: Person, permission: Permission) -> list[Post]:
    """The posts in force that give `actor` the permission."""
    return [post for post in actor.posts if post.is_in_force and permission in GRANTS[post.role]]


def requests_to_see(actor: Person, state: OrganizationState) -> Select[Organization]:
    """Registrations of units in this state that `actor` decides on, or decided."""
    mine = organizations_with(actor, Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
    query = select(Organization).where(
        Organization.id.in_(mine),
        Organization.state == state,
        Organization.registered_by_id.is_not(None),
    )
    return query.options(joinedload(Organization.division), joinedload(Organization.parent))


def get_request(actor: Person, organization_id: int) -> Organization:
    """A registration that `actor` may decide on, or that was decided.

    Raises NotFound for any other organization.
    """
    permission = Permission.ORGANIZATIONS_ORGANIZATION_APPROVE
    organization = get_organization(actor, organization_id, permission)
    if organization.registered_by_id is None:
        raise NotFound()
    return organization


def count_requests(actor: Person) -> int:
    """How many registrations wait for `actor`."""
    mine = organizations_with(actor, Permission.ORGANIZATIONS_ORGANIZATION_APPROVE)
    waiting = select(Organization.id).where(
        Organization.id.in_(mine),
        Organization.state == OrganizationState.PENDING,
        Organization.registered_by_id.is_not(None),
    )
    return _count(waiting)


def registration_of(person: Person) -> Organization | None:
    """The newest unit that a person registered and that is not yet approved."""
    query = select(Organization).where(
        Organization.registered_by_id == person.id,
        Organization.state.in_((OrganizationState.PENDING, OrganizationState.REFUSED)),
    )
    return db.session.scalar(query.order_by(Organization.id.desc()).limit(1))


def registrant_of(organization: Organization) -> Person | None:
    """Whoever registered it, under the account they have now."""
    person = _person(organization.registered_by_id)
    while person is not None and person.merged_into_id is not None:
        person = _person(person.merged_into_id)
    return person


def _person(person_id: int | None) -> Person | None:
    return None if person_id is None else db.session.get(Person, person_id)


def current_posts(organization: Organization) -> list[Post]:
    """The posts in force in an organization, the oldest first."""
    return [post for post in reversed(_posts(organization, ended=False)) if post.is_in_force]


def past_posts(organization: Organization, limit: int = 50) -> list[Post]:
    """Posts that are over, the newest first."""
    lapsed = [post for post in _posts(organization, ended=False) if not post.is_in_force]
    ended = _posts(organization, ended=True, limit=limit)
    return sorted(lapsed + ended, key=lambda post: post.id, reverse=True)[:limit]


def _posts(organization: Organization, *, ended: bool, limit: int = 500) -> list[Post]:
    over = Post.ended_at.is_not(None) if ended else Post.ended_at.is_(None)
    query = select(Post).where(Post.organization_id == organization.id, over)
    query = query.options(joinedload(Post.person), joinedload(Post.organization))
    return list(db.session.scalars(query.order_by(Post.id.desc()).limit(limit)))


def count_people(organization: Organization) -> int:
    """How many people are employed there, or looked after by it."""
    return _count(select(Person.id).where(Person.unit_id == organization.id))


def count_below(organization: Organization) -> int:
    """How many organizations it is right above and that are not closed."""
    return _count(
        select(Organization.id).where(
            Organization.parent_id == organization.id,
            Organization.state != OrganizationState.CLOSED,
        )
    )


def has_bureau(division_code: str) -> bool:
    """Whether a division has a bureau that works."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Organization.kind == OrganizationKind.BUREAU,
                    Organization.division_code == division_code,
                    Organization.state != OrganizationState.CLOSED,
                )
            )
        )
    )


def _count(ids: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
