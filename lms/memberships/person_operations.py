"""What a unit does with the records of its people: mend, leave, retire, suspend, restore."""

from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.confirmation import hold_confirmed
from lms.accounts.employments import leave_unit, unit_in_charge_id
from lms.accounts.enums import EmploymentEnd, PersonState, ProfessionSeries, TitleLevel
from lms.accounts.identity import (
    IdentityPurpose,
    phone_hash,
    read_identity_number,
    seal_phone,
)
from lms.accounts.models import Person
from lms.accounts.operations import checked_email, checked_name, checked_phone
from lms.accounts.posts import end_posts_of
from lms.accounts.queries import is_over_posts
from lms.accounts.sessions import end_sessions
from lms.accounts.states import PERSON
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, NotAllowed
from lms.core.permissions import Permission
from lms.core.states import move
from lms.memberships.operations import cancel_open_request
from lms.memberships.queries import check_over_posts, find_visible_person

_EDIT = Permission.PEOPLE_PERSON_EDIT


def edit_person(
    actor: Person,
    person_id: int,
    *,
    name: str,
    phone: str | None,
    email: str,
    profession: ProfessionSeries | None,
    title_level: TitleLevel | None,
) -> Person:
    """Change the facts of a person; `phone` None keeps the one there is, "" removes it.

    The audit trail names the fields that changed, not what stood in them. Raises NotFound for a
    person out of reach, Invalid naming the field, NotAllowed for the phone or e-mail of somebody
    whose posts `actor` is not in charge of: the password is reset through them.
    """
    person = _visible_and_held(actor, person_id)
    contact = {"email": checked_email(email), **_phone_columns(person, phone)}
    if _changed(person, contact):
        check_over_posts(actor, person, _EDIT)
        person.contact_confirmed_at = None
    facts = {"name": checked_name(name), "profession": profession, "title_level": title_level}
    _note_changes(person, actor.id, {**facts, **contact})
    return person


def change_own_contact(person: Person, confirmed: str, phone: str | None, email: str) -> None:
    """Change or confirm one's own phone (None keeps it) and e-mail.

    `confirmed` is what `confirm_password` returned; raises what `hold_confirmed` raises,
    or Invalid naming the field.
    """
    hold_confirmed(person, confirmed)
    columns = {"email": checked_email(email), **_phone_columns(person, phone)}
    person.contact_confirmed_at = clock.now()
    _note_changes(person, person.id, columns)


def _phone_columns(person: Person, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    phone = checked_phone(text)
    if phone and phone_hash(phone) == person.phone_hash:
        return {}
    return seal_phone(phone, person.record_key)


def _note_changes(person: Person, actor_id: int, columns: dict[str, Any]) -> None:
    changed = _changed(person, columns)
    for name in changed:
        setattr(person, name, columns[name])
    if changed:
        fields = sorted({name.removesuffix("_cipher") for name in changed if _is_named(name)})
        record(
            AuditTag.ACCOUNTS_PERSON_UPDATE,
            actor_id,
            f"person:{person.id}",
            organization_id=person.unit_id,
            fields=fields,
        )
    db.session.flush()


def _changed(person: Person, columns: dict[str, Any]) -> set[str]:
    return {name for name, value in columns.items() if getattr(person, name) != value}


def _is_named(column: str) -> bool:
    return not column.endswith(("_hash", "_tail"))


def read_whole_number(actor: Person, person_id: int, purpose: IdentityPurpose) -> str:
    """The whole identity number, for a purpose that stands in the audit trail with the reader.

    Raises NotFound unless `actor` may see whole numbers of the person's unit.
    """
    person = find_visible_person(actor, person_id, Permission.PEOPLE_IDENTITY_READ)
    return read_identity_number(person, purpose, actor.id)


def record_leaving(actor: Person, person_id: int) -> Person:
    """The person leaves the unit; the account stays, and with it what they have earned.

    Their posts in the unit end with it, those elsewhere go on. Raises Conflict for whoever belongs
    to none.
    """
    person = _visible_and_held(actor, person_id)
    unit_id = _leave(person, actor, EmploymentEnd.LEFT)
    _record_state(person, actor, unit_id, "left")
    return person


def retire_person(actor: Person, person_id: int) -> Person:
    """The person retires: they still look up and print, and begin nothing new.

    Of whoever has a say where `actor` has none, only what is the unit's own ends: the employment,
    and the posts in it. Raises Conflict if there is nothing of that, either.
    """
    person = _visible_and_held(actor, person_id)
    _leave_for_good(person, actor, PersonState.RETIRED, EmploymentEnd.RETIRED)
    return person


def record_death(actor: Person, person_id: int) -> Person:
    """The person has died: nobody signs in any more, and what was earned stays.

    Of whoever has a say elsewhere only the employment ends, and what it raises, as above.
    """
    person = _visible_and_held(actor, person_id)
    _leave_for_good(person, actor, PersonState.DECEASED, EmploymentEnd.DECEASED)
    if not person.is_active:
        end_sessions(person, actor.id)
    return person


def _leave_for_good(
    person: Person, actor: Person, state: PersonState, reason: EmploymentEnd
) -> None:
    # Anybody may be given a post unasked: it takes no employee out of their unit's hands, nor does
    # the unit get at the account of an officer above it.
    if not is_over_posts(actor, person, _EDIT):
        _leave(person, actor, reason)
        return
    unit_id = unit_in_charge_id(person)
    move(person, state, PERSON)
    cancel_open_request(person, actor.id)
    leave_unit(person, reason, actor.id)
    end_posts_of(person, actor.id)
    _record_state(person, actor, unit_id, state.value)


def _leave(person: Person, actor: Person, reason: EmploymentEnd) -> int:
    """End the employment and the posts in the unit, whose id is returned."""
    unit_id = person.unit_id
    if unit_id is None:
        raise Conflict(_l("该人员现在不属于任何单位。"))
    cancel_open_request(person, actor.id)
    leave_unit(person, reason, actor.id)
    end_posts_of(person, actor.id, unit_id)
    return unit_id


def suspend_person(actor: Person, person_id: int) -> Person:
    """Shut the account at once; the person stays in the unit and can be restored."""
    person = _held(actor, person_id)
    move(person, PersonState.SUSPENDED, PERSON)
    end_posts_of(person, actor.id)
    end_sessions(person, actor.id)
    _record_state(person, actor, person.unit_id, "suspended")
    return person


def restore_person(actor: Person, person_id: int) -> Person:
    """Open an account again that was suspended, or retired or recorded as dead by mistake.

    Posts do not come back by themselves, nor does a unit that was left.
    """
    person = _held(actor, person_id)
    move(person, PersonState.ACTIVE, PERSON)
    _record_state(person, actor, unit_in_charge_id(person), "active")
    return person


def _held(actor: Person, person_id: int) -> Person:
    """Somebody whose account `actor` may close and open, with all the posts that go with it."""
    person = _visible_and_held(actor, person_id)
    check_over_posts(actor, person, _EDIT)
    return person


def _visible_and_held(actor: Person, person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is not None:
        # Before it is asked whose affair it is, which a move under way may change.
        hold(found)
    person = find_visible_person(actor, person_id, _EDIT)
    if person.id == actor.id:
        raise NotAllowed(_l("不能办理自己的人员信息，请由上级或同事办理。"))
    if person.state is PersonState.MERGED:
        raise Conflict(_l("该人员已合并，请在保留的人员中办理。"))
    return person


def _record_state(person: Person, actor: Person, unit_id: int | None, state: str) -> None:
    db.session.flush()
    record(
        AuditTag.ACCOUNTS_PERSON_UPDATE,
        actor.id,
        f"person:{person.id}",
        organization_id=unit_id,
        state=state,
    )
