"""What every change of a factor does besides: it waits its turn, and it is recorded."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from lms.accounts.models import Person
from lms.accounts.posts import own_organization_id
from lms.accounts.session_models import SignInSession
from lms.accounts.sessions import session_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict
from lms.second_factor.models import Factor
from lms.second_factor.notices import tell_after_commit


def hold_person(person: Person) -> None:
    """Change the factors of one person one after the other, also from several tabs."""
    hold(db.session.get_one(Person, person.id))


def record_change(tag: AuditTag, person: Person, factor: Factor, **detail: Any) -> None:
    """Record what somebody did with a factor of their own."""
    # Said here, for between password and factor nobody is signed in whose affair it could be.
    where, subject = own_organization_id(person), f"person:{person.id}"
    record(tag, person.id, subject, organization_id=where, factor=factor.value, **detail)
    tell_after_commit(tag, person, factor)


def count_as_shown(person: Person) -> None:
    """Whoever sets up a factor has shown it in their session.

    Raises Conflict if that is over: whoever ended it may have given the account to somebody else,
    whom the factor would not be of.
    """
    if person.session is not None:
        # It may have been read before the person was held, and ended while that was waited for.
        hold(person.session)
    session = session_of(person)
    if session is None:
        raise Conflict(_l("您的登录已结束，请重新登录。"))
    session.second_factor_at = clock.now()


def forget_shown(person_id: int) -> None:
    """Without any factor left, no session of theirs is one in which a factor was shown."""
    open_ones = SignInSession.person_id == person_id, SignInSession.ended_at.is_(None)
    db.session.execute(update(SignInSession).where(*open_ones).values(second_factor_at=None))
