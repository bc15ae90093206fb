"""One person who is there twice becomes one: the duplicate is merged into the survivor."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.employments import join_unit, leave_unit, unit_in_charge_id
from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.identity import read_phone, seal_phone
from lms.accounts.models import Person
from lms.accounts.posts import end_posts_of
from lms.accounts.queries import is_allowed
from lms.accounts.sessions import end_sessions
from lms.accounts.states import PERSON
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.enums import LabelledEnum
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.events import person_merged
from lms.core.permissions import Permission
from lms.core.states import move
from lms.memberships.models import RequestSide
from lms.memberships.operations import cancel_open_request
from lms.memberships.queries import check_over_posts
from lms.memberships.request_queries import open_request
from lms.organizations.models import Organization


class MergeCause(LabelledEnum):
    """Why somebody is there twice: it stands in the audit trail, so it is chosen, not written."""

    DOUBLE_ENTRY = "double_entry", _l("同一人被重复登记")
    OTHER_DOCUMENT = "other_document", _l("用不同的证件登记过")
    WRONG_NUMBER = "wrong_number", _l("登记时证件号码有误")


_MERGE = Permission.PEOPLE_PERSON_MERGE
_MAY_STAY = frozenset({PersonState.ACTIVE, PersonState.SUSPENDED, PersonState.RETIRED})


@dataclass(frozen=True)
class Pair:
    """Two records of one person: the one that stays and the one that is merged into it."""

    survivor: Person
    duplicate: Person

    @property
    def has_other_name(self) -> bool:
        """Whether the names differ, which calls for a second look."""
        return self.survivor.name != self.duplicate.name

    @property
    def new_unit(self) -> Organization | None:
        """The unit that the survivor takes over, having none."""
        return self.duplicate.unit if self.survivor.unit_id is None else None


def pair_to_merge(actor: Person, survivor_id: int, duplicate_id: int) -> Pair:
    """Two people whom `actor` may merge.

    Raises NotFound for one out of reach, Invalid for one and the same, Conflict if one was merged
    already or the survivor's account is none that could go on, NotAllowed if one has posts that
    `actor` is not in charge of: a merger ends those of the one, and gives the other a phone.
    """
    survivor, duplicate = (person_to_merge(actor, each) for each in (survivor_id, duplicate_id))
    if survivor.id == duplicate.id:
        raise Invalid(_l("请选择另一个人员。"), field="identity_number")
    if PersonState.MERGED in (survivor.state, duplicate.state):
        raise Conflict(_l("其中一个人员已经合并过。"))
    if survivor.state not in _MAY_STAY:
        raise Conflict(_l("保留的人员必须是已通过审核的人员。"))
    if actor.id in (survivor.id, duplicate.id):
        raise Conflict(_l("不能合并自己的账号，请由同事办理。"))
    for person in (survivor, duplicate):
        check_over_posts(actor, person, _MERGE)
    return Pair(survivor, duplicate)


def person_to_merge(actor: Person, person_id: int) -> Person:
    """A person whom `actor` may merge: of a unit in reach, now or before, or who asks for one.

    Raises NotFound for any other.
    """
    person = db.session.get(Person, person_id)
    if person is None or not is_allowed(actor, _MERGE, _unit_in_charge_id(person)):
        raise NotFound()
    return person


def _unit_in_charge_id(person: Person) -> int | None:
    unit_id = unit_in_charge_id(person)
    if unit_id is not None:
        return unit_id
    # Whoever registered a second time belongs to no unit yet; the one that they ask is in charge.
    # One that asks for them is not: it could ask for anybody.
    asked = open_request(person)
    return asked.to_id if asked is not None and asked.side is RequestSide.PERSON else None


def merge_people(actor: Person, survivor_id: int, duplicate_id: int, cause: MergeCause) -> Person:
    """Merge the duplicate into the survivor, with everything that hangs on it, or nothing at all.

    The duplicate keeps its number (so that it is not registered a third time), and can no longer
    sign in; its sessions, posts, requests and employment end. Studies, certificates, hours and
    orders follow by events.person_merged. Raises what `pair_to_merge` raises.
    """
    _hold_both(survivor_id, duplicate_id)
    pair = pair_to_merge(actor, survivor_id, duplicate_id)
    survivor, duplicate = pair.survivor, pair.duplicate
    unit = pair.new_unit
    told = {person.id: _unit_in_charge_id(person) for person in (survivor, duplicate)}
    for person in (survivor, duplicate):
        cancel_open_request(person, actor.id)
    leave_unit(duplicate, EmploymentEnd.MERGED, actor.id)
    end_posts_of(duplicate, actor.id)
    end_sessions(duplicate, actor.id)
    if unit is not None and survivor.state is PersonState.ACTIVE:
        join_unit(survivor, unit, actor.id)
    _fill_gaps(survivor, duplicate)
    move(duplicate, PersonState.MERGED, PERSON)
    duplicate.merged_into_id = survivor.id
    db.session.flush()
    _redirect_earlier(duplicate, survivor)
    person_merged.send(survivor, duplicate=duplicate, actor=actor)
    _record(actor, pair, cause, told)
    return survivor


def _hold_both(*person_ids: int) -> None:
    for person_id in sorted(person_ids):
        person = db.session.get(Person, person_id)
        if person is not None:
            hold(person)


def _fill_gaps(survivor: Person, duplicate: Person) -> None:
    """Take over what only the duplicate had told."""
    if survivor.phone_hash is None and duplicate.phone_hash is not None:
        sealed = seal_phone(read_phone(duplicate), survivor.record_key)
        for column, value in sealed.items():
            setattr(survivor, column, value)
        survivor.contact_confirmed_at = None
    if survivor.email is None and duplicate.email is not None:
        survivor.contact_confirmed_at = None
    for column in ("email", "profession", "title_level"):
        if getattr(survivor, column) is None:
            setattr(survivor, column, getattr(duplicate, column))


def _redirect_earlier(duplicate: Person, survivor: Person) -> None:
    """Whoever was merged into the duplicate before leads straight to the survivor."""
    for earlier in duplicates_of(duplicate):
        earlier.merged_into_id = survivor.id
    db.session.flush()


def duplicates_of(person: Person) -> list[Person]:
    """Who was merged into this person."""
    query = select(Person).where(Person.merged_into_id == person.id).order_by(Person.id)
    return list(db.session.scalars(query))


def _record(actor: Person, pair: Pair, cause: MergeCause, unit_ids: dict[int, int | None]) -> None:
    # Under both, so that either record tells of it, and to the unit that was in charge before.
    for person, role in ((pair.survivor, "survivor"), (pair.duplicate, "duplicate")):
        record(
            AuditTag.ACCOUNTS_PERSON_MERGE,
            actor.id,
            f"person:{person.id}",
            organization_id=unit_ids[person.id],
            role=role,
            survivor=pair.survivor.id,
            duplicate=pair.duplicate.id,
            cause=cause.value,
        )
