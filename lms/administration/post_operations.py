"""Who may give, change, hand over and end which posts."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person, Post
from lms.accounts.posts import ROLES_OF, end_post, grant_post, hand_over_post
from lms.accounts.queries import is_allowed
from lms.administration.queries import (
    current_posts,
    get_organization,
    is_superior,
    posts_with,
)
from lms.core.db import db, hold
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.core.permissions import GRANTS, Permission, Role
from lms.organizations.models import Organization, OrganizationKind

_GRANT = Permission.ORGANIZATIONS_POST_GRANT


def grantable_roles(actor: Person, organization: Organization) -> list[Role]:
    """The roles that `actor` may give in an organization; none where they give no posts.

    Those of a bureau, an auditor who watches over its officers among them, are given by an officer
    of it or of a bureau above it alone. No other role reaches further than the organization it is
    held in and what is below, so that nobody gives more than they have.
    """
    if not is_allowed(actor, _GRANT, organization.id):
        return []
    is_bureau = organization.kind is OrganizationKind.BUREAU
    if is_bureau and Role.BUREAU_OFFICER not in {post.role for post in posts_with(actor, _GRANT)}:
        return []
    return list(ROLES_OF[organization.kind])


def grant(
    actor: Person,
    organization_id: int,
    person: Person,
    role: Role,
    ends_on: dt.date | None = None,
) -> Post:
    """Give `person` a post in an organization, or change its last day if they hold it already.

    Raises NotFound if `actor` may give no posts there, NotAllowed for a post of their own or a role
    that is not theirs to give, and what accounts.posts.grant_post raises.
    """
    organization = get_organization(actor, organization_id, _GRANT)
    if person.id == actor.id:
        raise NotAllowed(_l("不能给自己任命岗位。"))
    if role not in grantable_roles(actor, organization):
        raise NotAllowed(_l("您不能任命这个岗位。"))
    return grant_post(person, organization, role, actor.id, ends_on)


def change_last_day(actor: Person, post_id: int, ends_on: dt.date | None) -> Post:
    """Let a post end with `ends_on`, or without a last day; raises what `grant` raises.

    Raises Conflict for a post that is over.
    """
    post = _held_post(actor, post_id)
    return grant(actor, post.organization_id, post.person, post.role, ends_on)


def end(actor: Person, post_id: int) -> Post:
    """End a post at once, one's own too.

    The last who gives posts in an organization can be ended only from above it, so that none is
    left without anybody to act for it. Raises NotFound, NotAllowed, or Conflict for the last.
    """
    post = _held_post(actor, post_id)
    if post.person_id != actor.id and post.role not in grantable_roles(actor, post.organization):
        raise NotAllowed()
    if _is_last_manager(post) and not is_superior(actor, _GRANT, post.organization):
        raise Conflict(_l("这是最后一位管理人员，请先移交给他人，或由上级机构办理。"))
    end_post(post, actor.id)
    return post


def hand_over(actor: Person, post_id: int, successor: Person) -> Post:
    """Give a post, one's own or another's, to `successor` for the time it has left.

    Raises NotFound or NotAllowed if it is not theirs to give, and what
    accounts.posts.hand_over_post raises.
    """
    post = _held_post(actor, post_id)
    if post.role not in grantable_roles(actor, post.organization):
        raise NotAllowed(_l("您不能移交这个岗位，请联系上级机构。"))
    if successor.id == actor.id and post.person_id != actor.id:
        raise NotAllowed(_l("不能给自己任命岗位。"))
    return hand_over_post(post, successor, actor.id)


def get_post(actor: Person, post_id: int) -> Post:
    """A post in force in an organization where `actor` gives posts, or their own.

    Raises NotFound for any other, Conflict if it is over.
    """
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotFound()
    if post.person_id != actor.id:
        get_organization(actor, post.organization_id, _GRANT)
    if not post.is_in_force:
        raise Conflict(_l("这个岗位已经结束。"))
    return post


def gives_posts(post: Post) -> bool:
    """Whether its holder gives posts, and so may hand over this one."""
    return _GRANT in GRANTS[post.role] and post.is_in_force


def _held_post(actor: Person, post_id: int) -> Post:
    post = get_post(actor, post_id)
    # Two managers who end each other's posts at the same time must not leave nobody.
    hold(post.organization)
    hold(post)
    if not post.is_in_force:
        raise Conflict(_l("这个岗位已经结束。"))
    return post


def _is_last_manager(post: Post) -> bool:
    others = (each for each in current_posts(post.organization) if each.id != post.id)
    return gives_posts(post) and not any(gives_posts(each) for each in others)
