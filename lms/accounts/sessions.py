"""Sessions: beginning them, finding the person of one, keeping it alive, ending one or all.

A session ends when it was idle for too long: staff, who see others' records, after minutes
(GB/T 22239-2019, 8.1.4.1), learners after hours. None lives longer than `LONGEST`.
"""

import datetime as dt
import secrets

from flask import current_app
from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import contains_eager

from lms.accounts.models import Person, Post
from lms.accounts.posts import own_organization_id
from lms.accounts.session_models import SignInSession
from lms.config import Settings
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.codes import hash_of_token
from lms.core.db import db
from lms.core.errors import NotFound

LONGEST = dt.timedelta(days=7)
# Whoever clicks on is not written down with every click.
TOUCH_EVERY = dt.timedelta(minutes=5)
_KEPT_AFTER_END = dt.timedelta(hours=1)


def begin_session(
    person: Person,
    address: str | None = None,
    agent: str = "",
    second_factor_at: dt.datetime | None = None,
) -> str:
    """Begin a session of `person` and return its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    session = SignInSession(
        token_hash=hash_of_token(token),
        person_id=person.id,
        address=address,
        agent=agent[:200],
        second_factor_at=second_factor_at,
    )
    db.session.add(session)
    db.session.flush()
    session.token = token
    person.session = session
    return token


def load_session_person(token: str) -> Person | None:
    """The person of a session with their posts; None if it is over or the account closed."""
    query = (
        select(SignInSession)
        .join(SignInSession.person)
        .where(SignInSession.token_hash == hash_of_token(token), SignInSession.ended_at.is_(None))
        .options(
            contains_eager(SignInSession.person)
            .selectinload(Person.posts)
            .joinedload(Post.organization)
        )
    )
    session = db.session.scalar(query)
    if session is None or not session.person.is_active or _is_over(session):
        return None
    session.token = token
    session.person.session = session
    return session.person


def session_of(person: Person) -> SignInSession | None:
    """The session `person` was loaded by, or that was just begun for them; None once it is over.

    A request has read it before it knows who asks; it is read again where a transaction begins.
    """
    session = person.session
    return session if session is not None and session.ended_at is None else None


def is_touch_due(person: Person) -> bool:
    """Whether it is time to note again that the session `person` was loaded by is in use."""
    session = session_of(person)
    return session is not None and clock.now() - session.seen_at >= TOUCH_EVERY


def touch_session(person: Person) -> None:
    """Note that the session `person` was loaded by is in use."""
    session = session_of(person)
    if session is not None:
        session.seen_at = clock.now()


def idle_limit(person: Person) -> dt.timedelta:
    """How long a session of theirs may be idle."""
    settings: Settings = current_app.extensions["settings"]
    if person.is_staff:
        return dt.timedelta(minutes=settings.staff_idle_minutes)
    return dt.timedelta(hours=settings.session_hours)


def _is_over(session: SignInSession) -> bool:
    now = clock.now()
    is_idle = now - session.seen_at >= idle_limit(session.person)
    return is_idle or now - session.began_at >= LONGEST


def open_sessions(person: Person) -> list[SignInSession]:
    """The sessions in which `person` is signed in, the last used first."""
    query = select(SignInSession).where(
        SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    )
    query = query.order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    return [session for session in db.session.scalars(query) if not _is_over(session)]


def end_session(person: Person) -> None:
    """End the session that `person` was loaded by."""
    session = session_of(person)
    if session is not None:
        session.ended_at = clock.now()
    record(AuditTag.ACCOUNTS_PERSON_SIGN_OUT, person.id, f"person:{person.id}")


def end_sessions(person: Person, actor_id: int | None, but: SignInSession | None = None) -> None:
    """End every session of `person`, but for one if given."""
    end_all_sessions([person.id], but)
    subject = f"person:{person.id}"
    where = own_organization_id(person)
    record(AuditTag.ACCOUNTS_SESSION_END, actor_id, subject, organization_id=where)


def end_all_sessions(
    person_ids: list[int] | Select[tuple[int | None]], but: SignInSession | None = None
) -> None:
    """End every session of these people, as above; whoever calls records it."""
    is_open = SignInSession.person_id.in_(person_ids), SignInSession.ended_at.is_(None)
    change = update(SignInSession).where(*is_open)
    if but is not None:
        change = change.where(SignInSession.id != but.id)
    db.session.execute(change.values(ended_at=clock.now()))


def end_session_of(person: Person, session_id: int) -> None:
    """End one session of one's own; raises NotFound for another's, or one that is over."""
    session = db.session.get(SignInSession, session_id)
    if session is None or session.person_id != person.id or session.ended_at is not None:
        raise NotFound()
    session.ended_at = clock.now()
    record(AuditTag.ACCOUNTS_SESSION_END, person.id, f"person:{person.id}")


def sweep_sessions() -> None:
    """Delete sessions that are over; what was done in them stands in the audit trail."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    idle = now - dt.timedelta(hours=settings.session_hours)
    over = or_(
        # A request during which its own session is ended still asks what became of it.
        SignInSession.ended_at < now - _KEPT_AFTER_END,
        SignInSession.began_at < now - LONGEST,
        SignInSession.seen_at < min(idle, now - dt.timedelta(minutes=settings.staff_idle_minutes)),
    )
    db.session.execute(delete(SignInSession).where(over))
