"""The table of permissions as it is in force, and what one's own posts allow, in words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.accounts.models import Person, Post
from lms.administration.queries import count_below
from lms.core.permissions import GRANTS, Permission, Role
from lms.organizations.models import Organization, OrganizationKind

# What the first part of a permission is called.
SCOPES: dict[str, Any] = {
    "audit": _l("审计"),
    "bank": _l("学时银行"),
    "catalog": _l("课程"),
    "certificates": _l("证书"),
    "exams": _l("考试"),
    "hours": _l("学时"),
    "organizations": _l("机构与岗位"),
    "payments": _l("订单"),
    "people": _l("人员"),
    "permissions": _l("权限"),
    "questions": _l("题库"),
    "videos": _l("视频"),
}


@dataclass(frozen=True)
class Row:
    """One permission, and for each role whether it has it."""

    permission: Permission
    held_by: tuple[tuple[Role, bool], ...]


@dataclass(frozen=True)
class Group:
    """The permissions of one scope."""

    label: Any
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class OwnPost:
    """A post of one's own: what it reaches, in words, and what it allows, by scope."""

    post: Post
    reach: Any
    allowed: tuple[tuple[Any, tuple[Permission, ...]], ...]


def permission_groups() -> list[Group]:
    """The whole table, by scope, in the order of the enum."""
    return [
        Group(label, tuple(_row(permission) for permission in permissions))
        for label, permissions in _by_scope(Permission)
    ]


def own_posts(person: Person) -> list[OwnPost]:
    """The posts in force of a person."""
    return [
        OwnPost(post, reach_of(post.organization), tuple(_by_scope(GRANTS[post.role])))
        for post in person.posts
        if post.is_in_force
    ]


def reach_of(organization: Organization) -> Any:
    """What a post in an organization reaches, in words."""
    if organization.kind is OrganizationKind.BUREAU:
        place = organization.division.name
        return _("%(place)s及以下各级地区的所有机构和人员", place=place)
    below = count_below(organization)
    if below:
        return ngettext(
            "%(name)s及其下属的 %(num)s 个机构",
            "%(name)s及其下属的 %(num)s 个机构",
            below,
            name=organization.name,
        )
    return _("仅限%(name)s", name=organization.name)


def _row(permission: Permission) -> Row:
    return Row(permission, tuple((role, permission in GRANTS[role]) for role in Role))


def _by_scope(permissions: Any) -> list[tuple[Any, tuple[Permission, ...]]]:
    groups: dict[str, list[Permission]] = {}
    held = set(permissions)
    for permission in Permission:
        if permission in held:
            groups.setdefault(permission.value.split(":")[0], []).append(permission)
    return [(SCOPES.get(scope, scope), tuple(members)) for scope, members in groups.items()]
