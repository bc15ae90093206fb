"""Challenges for passkeys: each belongs to one session and one purpose, and is good once.

It is taken before an answer is looked at, in a transaction of its own, so that a wrong answer uses
it up as well.
"""

import datetime as dt
import secrets

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from lms.accounts.models import Person
from lms.accounts.sessions import session_of
from lms.core import clock
from lms.core.db import db, hold
from lms.core.errors import Conflict
from lms.second_factor.models import ChallengePurpose, PasskeyChallenge

CHALLENGE_FOR = dt.timedelta(minutes=5)
# Four times what WebAuthn asks for at least.
_BYTES = 64


def put_challenge(person: Person, purpose: ChallengePurpose) -> bytes:
    """A new challenge for the session `person` was loaded by; any before it is void."""
    session = session_of(person)
    if session is None:
        raise Conflict()
    hold(session)
    same = PasskeyChallenge.session_id == session.id, PasskeyChallenge.purpose == purpose
    db.session.execute(delete(PasskeyChallenge).where(*same))
    challenge = secrets.token_bytes(_BYTES)
    expires_at = clock.now() + CHALLENGE_FOR
    db.session.add(
        PasskeyChallenge(
            session_id=session.id, purpose=purpose, challenge=challenge, expires_at=expires_at
        )
    )
    db.session.flush()
    return challenge


def take_challenge(person: Person, purpose: ChallengePurpose) -> bytes:
    """The challenge of the session `person` was loaded by, which is thereby used up.

    Raises Conflict if there is none, or it is too old.
    """
    session = session_of(person)
    taken = (
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.session_id == (session.id if session else None),
            PasskeyChallenge.purpose == purpose,
        )
        .returning(PasskeyChallenge.challenge, PasskeyChallenge.expires_at)
    )
    row = db.session.execute(taken.execution_options(synchronize_session=False)).one_or_none()
    if row is None or clock.now() >= row.expires_at:
        raise Conflict(_l("等待的时间太久，请再试一次。"))
    challenge: bytes = row.challenge
    return challenge
