"""Renaming, removing and resetting what somebody has set up."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete

from lms.accounts.models import Person
from lms.accounts.posts import own_organization_id
from lms.accounts.sessions import end_sessions
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.second_factor.models import Factor, Passkey, RecoveryCode, TotpDevice
from lms.second_factor.notices import tell_after_commit
from lms.second_factor.passkeys import cleaned_name
from lms.second_factor.queries import (
    Factors,
    factors_of,
    get_own_passkey,
    get_person_to_reset,
    has_factor,
    may_remove,
)
from lms.second_factor.records import (
    forget_shown,
    hold_person,
    record_change,
)
from lms.second_factor.recovery import make_codes
from lms.second_factor.totp import confirm_totp


def set_up_totp(person: Person, text: str) -> list[str]:
    """Take an authenticator app into use; recovery codes to be shown once if there were none."""
    confirm_totp(person, text)
    return [] if factors_of(person.id).codes_left else make_codes(person)


def rename_passkey(person: Person, passkey_id: int, name: str) -> None:
    """Give a passkey of one's own another name. Raises Invalid(field="name") without one."""
    passkey = get_own_passkey(person, passkey_id)
    cleaned = cleaned_name(name)
    if not cleaned:
        raise Invalid(_l("请填写名称。"), field="name")
    passkey.name = cleaned
    record_change(AuditTag.ACCOUNTS_FACTOR_UPDATE, person, Factor.PASSKEY, passkey=passkey.id)


def remove_passkey(person: Person, passkey_id: int) -> None:
    """Remove a passkey of one's own. Raises Conflict for the last factor of staff who need one."""
    passkey = get_own_passkey(person, passkey_id)
    _removable_factors(person)
    db.session.delete(passkey)
    _note_removal(person, Factor.PASSKEY, passkey=passkey.id)


def remove_totp(person: Person) -> None:
    """Remove one's authenticator app. Raises as above, and NotFound without one."""
    device = _removable_factors(person).totp
    if device is None:
        raise NotFound()
    db.session.delete(device)
    _note_removal(person, Factor.TOTP)


def reset_second_factor(actor: Person, person_id: int) -> Person:
    """Take away everything that somebody below `actor` has set up, and end their sessions.

    Raises NotFound for anyone not below, NotAllowed for oneself, Conflict if nothing is set up.
    """
    if person_id == actor.id:
        raise NotAllowed(_l("不能重置自己的二次验证，请由上级或同事办理。"))
    found = db.session.get(Person, person_id)
    if found is not None:
        # Before it is asked who is above them, which a move or a new post under way may change.
        hold_person(found)
    person = get_person_to_reset(actor, person_id)
    reset_person(person, actor.id)
    return person


def reset_person(person: Person, actor_id: int | None) -> None:
    """Take away everything that a person has set up. Whether it is allowed is asked before."""
    hold_person(person)
    if not has_factor(person.id):
        raise Conflict(_l("该人员没有设置二次验证，不需要重置。"))
    delete_factors([person.id])
    end_sessions(person, actor_id)
    where, subject = own_organization_id(person), f"person:{person.id}"
    record(AuditTag.ACCOUNTS_FACTOR_RESET, actor_id, subject, organization_id=where)
    tell_after_commit(AuditTag.ACCOUNTS_FACTOR_RESET, person)


def delete_factors(person_ids: list[int] | Select[tuple[int | None]]) -> None:
    """Delete everything that these people have set up; whoever calls records it."""
    for table in (TotpDevice, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.person_id.in_(person_ids)))


def _removable_factors(person: Person) -> Factors:
    hold_person(person)
    factors = factors_of(person.id)
    if not may_remove(person, factors):
        raise Conflict(_l("管理岗位至少要保留一种二次验证方式。请先添加另一种，再移除这一种。"))
    return factors


def _note_removal(person: Person, factor: Factor, **detail: int) -> None:
    db.session.flush()
    record_change(AuditTag.ACCOUNTS_FACTOR_REMOVE, person, factor, **detail)
    if not has_factor(person.id):
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
        forget_shown(person.id)
