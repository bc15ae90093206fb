"""Who has set up what, and whose session still lacks it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select

from lms.accounts.employments import unit_in_charge_id
from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, is_over_posts
from lms.accounts.session_models import SignInSession
from lms.accounts.sessions import session_of
from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.second_factor.models import Passkey, RecoveryCode, TotpDevice

_GRANT = Permission.ORGANIZATIONS_POST_GRANT
# How long somebody may take between the password and the second factor.
LONGEST_PAUSE = dt.timedelta(minutes=15)
# For so long after signing in, nobody is asked for the password again.
FRESH_FOR = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Factors:
    """What a person has set up. Recovery codes alone are no factor, they stand in for one."""

    totp: TotpDevice | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.totp is not None)


def is_required() -> bool:
    """Whether staff get no staff page without a second factor."""
    settings: Settings = current_app.extensions["settings"]
    return settings.second_factor == "required"


def totp_of(person_id: int) -> TotpDevice | None:
    """The authenticator app in use."""
    query = select(TotpDevice).where(
        TotpDevice.person_id == person_id, TotpDevice.confirmed_at.is_not(None)
    )
    return db.session.scalar(query)


def passkeys_of(person_id: int) -> list[Passkey]:
    """The passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return list(db.session.scalars(query))


def get_own_passkey(person: Person, passkey_id: int) -> Passkey:
    """A passkey of one's own; raises NotFound for anybody else's."""
    passkey = db.session.get(Passkey, passkey_id)
    if passkey is None or passkey.person_id != person.id:
        raise NotFound()
    return passkey


def factors_of(person_id: int) -> Factors:
    """Everything a person has set up."""
    unused = select(func.count()).select_from(RecoveryCode)
    unused = unused.where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return Factors(totp_of(person_id), passkeys_of(person_id), db.session.scalar(unused) or 0)


def has_factor(person_id: int) -> bool:
    """Whether the person has set up any factor."""
    return bool(db.session.scalar(select(is_armed(person_id))))


def is_armed(person_id: Any) -> ColumnElement[bool]:
    """The condition that a person has set up any factor, by their id or the column that has it."""
    totp = select(TotpDevice.id).where(
        TotpDevice.person_id == person_id, TotpDevice.confirmed_at.is_not(None)
    )
    passkey = select(Passkey.id).where(Passkey.person_id == person_id)
    return or_(totp.exists(), passkey.exists())


def may_remove(person: Person, factors: Factors) -> bool:
    """Whether one of the factors may go: of staff who need one, never the last."""
    return factors.count > 1 or not (is_required() and person.is_staff)


def has_shown_factor(person: Person) -> bool:
    """Whether a second factor was shown in the session `person` was loaded by."""
    session = session_of(person)
    return session is not None and session.second_factor_at is not None


def is_factor_due(person: Person) -> bool:
    """Whether the session `person` was loaded by is good for nothing yet but showing a factor."""
    return not has_shown_factor(person) and has_factor(person.id)


def has_paused_long(person: Person) -> bool:
    """Whether too much time has passed since the password for a factor to be shown besides."""
    session = session_of(person)
    return session is None or clock.now() - session.began_at >= LONGEST_PAUSE


def is_fresh(session: SignInSession) -> bool:
    """Whether its owner has proved in it just now who they are."""
    proved_at = max(session.began_at, session.second_factor_at or session.began_at)
    return clock.now() - proved_at < FRESH_FOR


def get_person_to_reset(actor: Person, person_id: int) -> Person:
    """Somebody whose lost second factor `actor` may reset; raises NotFound for anyone else.

    `actor` must grant posts in every organization where the person holds one, so that nobody gets
    hold of an account that has a say where they have none, nor of the auditor's beside them; and
    in the person's unit or the last one, unless the factor was set up for the posts: anybody may
    be given one unasked, and is not for that at the mercy of who gave it.
    """
    person = db.session.get(Person, person_id)
    if person is None or not _is_below(actor, person):
        raise NotFound()
    return person


def _is_below(actor: Person, person: Person) -> bool:
    is_over_unit = is_allowed(actor, _GRANT, unit_in_charge_id(person))
    if not person.is_staff:
        return is_over_unit
    is_own = is_over_unit or _has_only_factors_for_posts(person)
    return is_own and is_over_posts(actor, person, _GRANT)


def _has_only_factors_for_posts(person: Person) -> bool:
    """Whether every factor was set up on the day when their newest post began, or since."""
    factors = factors_of(person.id)
    made = [passkey.created_at for passkey in factors.passkeys]
    if factors.totp is not None:
        made.append(factors.totp.created_at)
    newest = max(post.starts_on for post in person.posts if post.is_in_force)
    began_at = clock.end_of_day(newest - dt.timedelta(days=1))
    return all(each >= began_at for each in made)
