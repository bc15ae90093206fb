"""Where an import may put people, as its uploader's posts allow."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with, permissions_of
from lms.core.db import db
from lms.core.errors import NotAllowed
from lms.core.permissions import GRANTS, Permission
from lms.organizations.models import Organization, OrganizationKind, OrganizationState
from lms.organizations.queries import EMPLOYERS
from lms.organizations.rules import normalize_credit_code
from lms.roster.enums import Problem

_NARROW = str.maketrans("（）", "()")
_WIDE = str.maketrans("()", "（）")

Found = tuple[int | None, Problem | None]


class Scope:
    """The units an actor may import into, looked up by name or code and remembered.

    It holds plain values, so that it outlives the transactions of a long check.
    """

    def __init__(self, actor: Person, own_unit_id: int | None) -> None:
        self.own_unit_id = own_unit_id
        self._import = organizations_with(actor, Permission.PEOPLE_ROSTER_IMPORT)
        self._edit = organizations_with(actor, Permission.PEOPLE_PERSON_EDIT)
        self._found: dict[str, Found] = {}
        self._importable: dict[int, bool] = {}
        self._editable: dict[int, bool] = {}

    def look_up(self, texts: Iterable[str]) -> None:
        """Find the units of these names or codes, those not yet known in one query."""
        wanted = {text: _spellings(text) for text in texts if text and text not in self._found}
        if not wanted:
            return
        spellings = {each for group in wanted.values() for each in group}
        query = select(
            Organization.id,
            Organization.name,
            Organization.credit_code,
            Organization.kind,
            Organization.state,
            Organization.id.in_(self._import),
        ).where(Organization.name.in_(spellings) | Organization.credit_code.in_(spellings))
        found: dict[str, Found] = {}
        for unit_id, name, code, kind, state, is_mine in db.session.execute(query):
            answer = unit_id, _problem(kind, state, is_mine)
            found.update({key: answer for key in (name, code) if key})
        for text, group in wanted.items():
            known = (found[each] for each in group if each in found)
            self._found[text] = next(known, (None, Problem.UNIT_UNKNOWN))

    def unit(self, text: str) -> Found:
        """The unit of a text that was looked up, and why people cannot be put there."""
        return self._found[text]

    def learn(self, unit_ids: Iterable[int | None]) -> None:
        """Find out over which of these units the actor has a say, in one query each."""
        for known, scope in ((self._importable, self._import), (self._editable, self._edit)):
            missing = {each for each in unit_ids if each is not None} - known.keys()
            if missing:
                query = select(Organization.id).where(
                    Organization.id.in_(missing), Organization.id.in_(scope)
                )
                mine = set(db.session.scalars(query))
                known.update({each: each in mine for each in missing})

    def may_import(self, unit_id: int) -> bool:
        """Whether people may be imported into a unit that `learn` was told."""
        return self._importable[unit_id]

    def may_move(self, from_id: int | None, to_id: int) -> bool:
        """Whether the actor edits the people of both units, so that a move needs nobody else."""
        return from_id is not None and self._editable[from_id] and self._editable[to_id]


def _spellings(text: str) -> list[str]:
    plain = "".join(text.split())
    names = (text, plain, plain.translate(_NARROW), plain.translate(_WIDE))
    return list(dict.fromkeys([*names, normalize_credit_code(text)]))


def _problem(kind: OrganizationKind, state: OrganizationState, is_mine: bool) -> Problem | None:
    if not is_mine:
        return Problem.UNIT_OUTSIDE
    if kind not in EMPLOYERS:
        return Problem.UNIT_KIND
    return None if state is OrganizationState.APPROVED else Problem.UNIT_CLOSED


def home_of(actor: Person) -> Organization:
    """The organization whose affair the actor's imports are. Raises NotAllowed without a post."""
    homes = _homes(actor)
    if not homes or Permission.PEOPLE_ROSTER_IMPORT not in permissions_of(actor):
        raise NotAllowed(_l("您没有批量导入人员的权限。"))
    return homes[0]


def own_unit_of(actor: Person) -> Organization | None:
    """The unit of rows that name none: the actor's, if it is one and the only one."""
    homes = _homes(actor)
    is_one = len(homes) == 1 and homes[0].kind in EMPLOYERS and homes[0].is_approved
    return homes[0] if is_one else None


def _homes(actor: Person) -> list[Organization]:
    found = {
        post.organization_id: post.organization
        for post in actor.posts
        if post.is_in_force and Permission.PEOPLE_ROSTER_IMPORT in GRANTS[post.role]
    }
    return list(found.values())
