"""Setting up factors through the operations, and signing in through the pages."""

import pyotp
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.accounts.sessions import begin_session
from lms.core import clock
from lms.core.db import db, transaction
from lms.second_factor.challenges import take_challenge
from lms.second_factor.models import ChallengePurpose, TotpDevice
from lms.second_factor.operations import set_up_totp
from lms.second_factor.passkeys import add_passkey, options_to_add
from lms.second_factor.totp import secret_of, start_totp
from tests.factories.accounts import PASSWORD
from tests.second_factor.authenticator import Authenticator

SECOND = "/sign-in/second"
OWN = "/me/security/second-factor"
STEP_SECONDS = 30


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=steps)


def give_totp(person: Person) -> tuple[str, list[str]]:
    """Set up an authenticator app: its secret, and the recovery codes. Its code of now is used."""
    with transaction():
        begin_session(person)
        secret = secret_of(start_totp(person))
        codes = set_up_totp(person, code_of(secret))
    return secret, codes


def give_passkey(person: Person, **traits) -> Authenticator:
    """Set up a passkey: the authenticator that holds it."""
    made = Authenticator(**traits)
    with transaction():
        begin_session(person)
        options = options_to_add(person)
        challenge = take_challenge(person, ChallengePurpose.ADD)
        add_passkey(person, challenge, made.make(options), "")
    return made


def enter_password(client: FlaskClient, person: Person, target: str = "/me"):
    """Sign in by password alone, through the page."""
    form = {"login": person.username, "password": PASSWORD}
    return client.post("/sign-in", query_string={"next": target}, data=form)


def devices_of(person: Person) -> list[TotpDevice]:
    return list(db.session.query(TotpDevice).filter_by(person_id=person.id))
