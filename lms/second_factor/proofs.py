"""Showing a second factor after the password: a right one opens the account, wrong ones count.

Each step commits for itself: a try is counted before it is judged, and a failure is recorded even
though the page says no. So nothing here may be called inside a transaction.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.sessions import begin_session, session_of
from lms.accounts.throttles import PASSWORD_PACE, give_back, take_try
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.codes import is_code, normalize_code
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.second_factor.challenges import take_challenge
from lms.second_factor.models import ChallengePurpose, Factor
from lms.second_factor.passkeys import use_passkey
from lms.second_factor.records import hold_person, record_change
from lms.second_factor.recovery import use_recovery_code
from lms.second_factor.rules import is_totp_code
from lms.second_factor.totp import use_totp


@dataclass(frozen=True)
class Shown:
    """How it ended: the factor that was right, or None.

    `wait_seconds` is how long the next try must wait; without `was_checked` this one came during
    such a wait and was not looked at.
    """

    factor: Factor | None
    wait_seconds: int = 0
    was_checked: bool = True


def show_code(person: Person, text: str) -> Shown:
    """Show an authenticator's code or a recovery code in the session `person` was loaded by.

    A right one begins a new session, whose token `person` then has. What cannot be a code is not
    counted as a try; it raises Invalid(field="code").
    """
    code = normalize_code(text)
    if not is_totp_code(code) and not is_code(code):
        raise Invalid(_l("请输入 6 位数字的验证码，或 10 个字符的恢复码。"), field="code")
    with transaction():
        # Sharing no key with the password: whoever guesses at one leaves the other's owner alone.
        tried = take_try([f"factor:{person.id}"], PASSWORD_PACE)
    if not tried.is_admitted:
        return Shown(None, tried.wait_seconds, was_checked=False)
    with transaction():
        hold_person(person)
        factor = _use_code(person.id, code)
        if factor is None:
            record_change(AuditTag.ACCOUNTS_FACTOR_FAIL, person, _looked_like(code))
            return Shown(None, tried.wait_seconds)
        give_back(tried)
        _let_in(person, factor)
    return Shown(factor)


def show_passkey(person: Person, answer: Any) -> Shown:
    """Show a passkey in the session `person` was loaded by; as above.

    It is never made to wait: nobody guesses a signature, and its owner must get in while somebody
    else guesses at codes. Raises Conflict if the session has no challenge to answer.
    """
    with transaction():
        challenge = take_challenge(person, ChallengePurpose.SHOW)
    with transaction():
        hold_person(person)
        if use_passkey(person.id, challenge, answer) is None:
            record_change(AuditTag.ACCOUNTS_FACTOR_FAIL, person, Factor.PASSKEY)
            return Shown(None)
        _let_in(person, Factor.PASSKEY)
    return Shown(Factor.PASSKEY)


def _use_code(person_id: int, code: str) -> Factor | None:
    if use_totp(person_id, code):
        return Factor.TOTP
    return Factor.RECOVERY_CODE if use_recovery_code(person_id, code) else None


def _looked_like(code: str) -> Factor:
    return Factor.TOTP if is_totp_code(code) else Factor.RECOVERY_CODE


def _let_in(person: Person, factor: Factor) -> None:
    """Begin a session in which a factor was shown, in place of the one that waited for it.

    To be called with the person held: who ends all their sessions meanwhile, as whoever resets
    the password, ends the waiting one before it is looked for, or the new one after.
    """
    waiting = session_of(person)
    if waiting is None:
        raise Conflict(_l("登录已失效，请重新登录。"))
    shown_at = waiting.ended_at = clock.now()
    begin_session(person, waiting.address, waiting.agent, second_factor_at=shown_at)
    record_change(AuditTag.ACCOUNTS_FACTOR_SHOW, person, factor)
