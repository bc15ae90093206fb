"""The check over one organization and the filter of a list agree, whatever the tree."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from lms.accounts.models import Person, Post
from lms.accounts.posts import ROLES_OF
from lms.accounts.queries import is_allowed, organizations_with
from lms.administration.queries import get_organization, is_superior, organizations_to_see
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import GRANTS, Permission
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.rules import division_prefix
from tests.factories import PersonFactory
from tests.factories import organizations as make

CODES = [
    *("370000", "370100", "371000", "371100", "370102", "371102", "371103"),
    *("371102001", "371102002", "371103001"),
]
KINDS = list(OrganizationKind)

# A node is its kind, its division, which earlier node is above it, and the role held there, if any.
nodes = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(CODES),
    st.integers(min_value=-3, max_value=11),
    st.one_of(st.none(), st.none(), st.integers(min_value=0, max_value=1)),
)


def plant(tree) -> tuple[Person, list[Organization]]:
    """A fresh tree, and one person with the posts in it."""
    db.session.rollback()
    db.session.execute(delete(Post))
    db.session.execute(update(Organization).values(parent_id=None))
    db.session.execute(delete(Organization))
    person = db.session.scalar(select(Person)) or PersonFactory()
    made: list[Organization] = []
    for number, (kind, code, above, role) in enumerate(tree):
        parent = made[above] if 0 <= above < len(made) else None
        organization = Organization(
            kind=kind, name=f"机构{number}", division_code=code, parent=parent
        )
        db.session.add(organization)
        made.append(organization)
        if role is not None:
            roles = ROLES_OF[kind]
            post = Post(person=person, organization=organization, role=roles[role % len(roles)])
            post.starts_on = clock.today()
            db.session.add(post)
    db.session.commit()
    db.session.expire_all()
    return person, made


def reached(person: Person, permission: Permission, made: list[Organization]) -> set[int]:
    """What the words of the rule say, by walking the tree one step at a time."""
    found = set()
    for organization in made:
        for post in person.posts:
            if permission not in GRANTS[post.role]:
                continue
            superior = post.organization
            if superior.kind is OrganizationKind.BUREAU:
                prefix = division_prefix(superior.division_code)
                if organization.division_code.startswith(prefix):
                    found.add(organization.id)
            else:
                above = organization
                while above is not None:
                    if above.id == superior.id:
                        found.add(organization.id)
                    above = above.parent
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tree=st.lists(nodes, min_size=1, max_size=12), permission=st.sampled_from(list(Permission)))
def test_check_filter_and_rule_agree_over_any_tree(app, tree, permission):
    for code in CODES:
        if db.session.get(Division, code) is None:
            make.division(code)
    person, made = plant(tree)
    listed = set(db.session.scalars(organizations_with(person, permission)))
    checked = {each.id for each in made if is_allowed(person, permission, each.id)}
    assert checked == listed == reached(person, permission, made)
    read = Permission.ORGANIZATIONS_ORGANIZATION_READ
    shown = {each.id for each in db.session.scalars(organizations_to_see(person))}
    assert shown == reached(person, read, made)
    assert shown == {each.id for each in made if _is_found(person, each)}
    # A superior is somebody with the permission; the own organization alone is not enough.
    superior = {each.id for each in made if is_superior(person, permission, each)}
    assert superior <= checked


def _is_found(person: Person, organization: Organization) -> bool:
    try:
        get_organization(person, organization.id)
    except NotFound:
        return False
    return True
