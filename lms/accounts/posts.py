"""Posts: who acts for which organization. Granted, limited in time, handed over, ended."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select, tuple_

from lms.accounts.models import Person, Post
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.events import standing_changed
from lms.core.permissions import APART, Role
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.operations import keep_open

_KIND = OrganizationKind
ROLES_OF: dict[OrganizationKind, tuple[Role, ...]] = {
    _KIND.BASE: (Role.BASE_MANAGER, Role.TRAINER),
    _KIND.BUREAU: (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR),
    _KIND.DEPARTMENT: (Role.DEPARTMENT_OFFICER,),
    _KIND.STAND_IN: (Role.STAND_IN_OFFICER,),
    _KIND.UNIT: (Role.UNIT_MANAGER,),
}


def grant_post(
    person: Person,
    organization: Organization,
    role: Role,
    actor_id: int | None = None,
    ends_on: dt.date | None = None,
) -> Post:
    """Give `person` a role in `organization` from today on, until the end of `ends_on` if given.

    A post of the same role that is still in force is prolonged or shortened instead. Days are
    Shanghai's. Raises Invalid for a role that such an organization has not, or a last day in the
    past; Conflict if the person may not act for anybody, the organization is not approved, or an
    auditor would also be something else.
    """
    if role not in ROLES_OF[organization.kind]:
        raise Invalid(_l("这类机构没有这个岗位。"), field="role")
    if ends_on is not None and ends_on < clock.today():
        raise Invalid(_l("截止日期不能早于今天。"), field="ends_on")
    keep_open([organization.id])
    # Two grants to one person at once must each see the other, or an auditor were also an officer.
    hold(person)
    if not organization.is_approved:
        raise Conflict(_l("机构尚未通过审核或已停用。"))
    if not person.may_study:
        raise Conflict(_l("该人员当前不能担任岗位。"))
    _check_apart(person, role)
    post = _post_to_prolong(person, organization, role)
    if post is None:
        post = Post(person=person, organization=organization, role=role, granted_by_id=actor_id)
        post.starts_on = clock.today()
        db.session.add(post)
        standing_changed.send(person)
    post.ends_on = ends_on
    db.session.flush()
    _record(AuditTag.ACCOUNTS_POST_GRANT, post, actor_id)
    return post


def end_post(post: Post, actor_id: int | None, **detail: Any) -> None:
    """End a post at once; nothing happens if it was ended before.

    `detail` goes into the audit trail.
    """
    if post.ended_at is None:
        post.ended_at = clock.now()
        db.session.flush()
        _record(AuditTag.ACCOUNTS_POST_END, post, actor_id, **detail)


def end_posts_of(person: Person, actor_id: int | None, organization_id: int | None = None) -> None:
    """End every post of a person who leaves for good, or those in one organization they leave."""
    for post in person.posts:
        if organization_id in (None, post.organization_id):
            end_post(post, actor_id)


def end_posts_left(
    left: Select[tuple[int | None, int | None]], actor_id: int, **detail: Any
) -> None:
    """End the posts that many people have in what each of them leaves.

    `left` selects who and what, as pairs of ids; `detail` is as above.
    """
    held = tuple_(Post.person_id, Post.organization_id).in_(left)
    query = select(Post).where(held, Post.ended_at.is_(None)).order_by(Post.id)
    for post in db.session.scalars(query):
        end_post(post, actor_id, **detail)


def end_posts_in(organization: Organization, actor_id: int | None) -> None:
    """End every post of an organization that is closed."""
    query = select(Post).where(Post.organization_id == organization.id, Post.ended_at.is_(None))
    for post in db.session.scalars(query):
        end_post(post, actor_id)


def hand_over_post(post: Post, successor: Person, actor_id: int | None) -> Post:
    """End a post and give it to `successor` for the time it had left.

    Raises Invalid if the successor is the one who holds it, Conflict if it is over already or the
    successor holds the same post, whose own time would be changed.
    """
    if successor.id == post.person_id:
        raise Invalid(_l("不能移交给本人。"), field="person")
    if not post.is_in_force:
        raise Conflict(_l("这个岗位已经结束。"))
    held = find_open_post(successor, post.organization, post.role)
    if held is not None and held.is_in_force:
        raise Conflict(_l("对方已经担任这个岗位。"))
    end_post(post, actor_id)
    new = grant_post(successor, post.organization, post.role, actor_id, post.ends_on)
    _record(AuditTag.ACCOUNTS_POST_HAND_OVER, new, actor_id)
    return new


def find_open_post(person: Person, organization: Organization, role: Role) -> Post | None:
    """The post that nobody has ended; its last day may have passed all the same."""
    query = select(Post).where(
        Post.person_id == person.id,
        Post.organization_id == organization.id,
        Post.role == role,
        Post.ended_at.is_(None),
    )
    return db.session.scalar(query)


def staff_among(person_ids: Sequence[int]) -> set[int]:
    """Those of the people who hold a post today."""
    query = select(Post.person_id).where(Post.person_id.in_(person_ids), Post.is_in_force)
    return set(db.session.scalars(query))


def own_organization_id(person: Person) -> int | None:
    """Whose affair they are: of the organization where they hold a post, else of their unit."""
    held = [post.organization_id for post in person.posts if post.is_in_force]
    return held[0] if held else person.unit_id


def _post_to_prolong(person: Person, organization: Organization, role: Role) -> Post | None:
    post = find_open_post(person, organization, role)
    if post is None or post.ends_on is None or post.ends_on >= clock.today():
        return post
    # It ran out; the time in between is not to look as if the person had held it.
    post.ended_at = clock.end_of_day(post.ends_on)
    db.session.flush()
    return None


def _check_apart(person: Person, role: Role) -> None:
    held = {post.role for post in person.posts if post.is_in_force}
    if (role in APART and held - APART) or (role not in APART and held & APART):
        raise Conflict(_l("审计员不能同时担任其他管理岗位。"))


def _record(tag: AuditTag, post: Post, actor_id: int | None, **detail: Any) -> None:
    record(
        tag,
        actor_id,
        f"person:{post.person_id}",
        organization_id=post.organization_id,
        role=post.role.value,
        until=post.ends_on.isoformat() if post.ends_on else None,
        **detail,
    )
