"""Sessions: beginning them, finding the person of one, ending one or all."""

import hashlib
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from lms.accounts.models import Person, Post
from lms.accounts.session_models import SignInSession
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db


def begin_session(person: Person, address: str | None = None, agent: str = "") -> str:
    """Begin a session of `person` and return its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    session = SignInSession(
        token_hash=_hash(token), person_id=person.id, address=address, agent=agent[:200]
    )
    db.session.add(session)
    person.session_token = token
    return token


def load_session_person(token: str) -> Person | None:
    """The person of a session with their posts, or None if it was ended or the account closed."""
    query = (
        select(SignInSession)
        .join(SignInSession.person)
        .where(SignInSession.token_hash == _hash(token), SignInSession.ended_at.is_(None))
        .options(
            contains_eager(SignInSession.person)
            .selectinload(Person.posts)
            .joinedload(Post.organization)
        )
    )
    session = db.session.scalar(query)
    if session is None or not session.person.is_active:
        return None
    session.person.session_token = token
    return session.person


def find_session(token: str) -> SignInSession | None:
    """The open session of a token."""
    query = select(SignInSession).where(
        SignInSession.token_hash == _hash(token), SignInSession.ended_at.is_(None)
    )
    return db.session.scalar(query)


def end_session(person: Person) -> None:
    """End the session that `person` was loaded by."""
    session = find_session(person.session_token)
    if session is not None:
        session.ended_at = clock.now()
    record(AuditTag.ACCOUNTS_PERSON_SIGN_OUT, person.id, f"person:{person.id}")


def end_sessions(person: Person, actor_id: int | None, except_token: str = "") -> None:
    """End every session of `person`, but for the one of `except_token` if given."""
    is_open = SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    others = SignInSession.token_hash != _hash(except_token)
    db.session.execute(update(SignInSession).where(*is_open, others).values(ended_at=clock.now()))
    record(AuditTag.ACCOUNTS_SESSION_END, actor_id, f"person:{person.id}")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
