"""Showing a code, and choosing a password by the grant it gives."""

import hmac
import secrets
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.identity import seal_phone
from lms.accounts.models import Person
from lms.accounts.operations import checked_email, checked_phone
from lms.accounts.passwords import (
    DraftPassword,
    check_password,
    hash_password,
    keep_password,
    own_words,
)
from lms.accounts.posts import own_organization_id
from lms.accounts.queries import find_person_to_sign_in, login_keys
from lms.accounts.rules import PRIVACY_NOTICE, is_phone, normalize_phone
from lms.accounts.sessions import end_sessions
from lms.accounts.throttles import PASSWORD_PACE, Try, give_back, take_try
from lms.activation.codes import (
    GRANT_GOOD_FOR,
    SENT_GOOD_FOR,
    hash_of_code,
    open_codes,
    purpose_for,
    void_codes,
)
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.activation.sending import REQUEST_PACE
from lms.activation.tasks import send_code
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.codes import hash_of_token, is_code, normalize_code
from lms.core.db import db, hold
from lms.core.errors import Conflict
from lms.core.tasks import enqueue_after_commit


@dataclass(frozen=True)
class Proof:
    """What showing a code led to: the token of a grant, or none and how long to wait."""

    token: str | None
    purpose: CodePurpose | None
    tried: Try


def request_code(login: str) -> Try:
    """Have a code sent to the mail address or phone of whoever `login` finds.

    What it returns and costs is the same whether or not there is anybody, or any address.
    """
    person = find_person_to_sign_in(login)
    tried = take_try(_keys("request", login, person), REQUEST_PACE)
    if not tried.is_admitted:
        return tried
    holder = person if person is not None and person.is_active else None
    by_phone = is_phone(normalize_phone(login))
    code = OneTimeCode(
        person_id=holder.id if holder else None,
        purpose=purpose_for(holder),
        channel=CodeChannel.SMS if by_phone else CodeChannel.MAIL,
        expires_at=clock.now() + SENT_GOOD_FOR,
        next_send_at=clock.now(),
    )
    db.session.add(code)
    db.session.flush()
    enqueue_after_commit(send_code, code.id)
    return tried


def prove_code(login: str, text: str) -> Proof:
    """Show a code. The right one gives a grant; a wrong one counts against every open code.

    Unknown people, wrong, used, dead and expired codes are refused alike.
    """
    person = find_person_to_sign_in(login)
    tried = take_try(_keys("code", login, person), PASSWORD_PACE)
    if not tried.is_admitted:
        return Proof(None, None, tried)
    code = _matching(person, normalize_code(text)) if person and person.is_active else None
    if code is None:
        _note_failure(person)
        return Proof(None, None, tried)
    give_back(tried)
    token = secrets.token_urlsafe(32)
    code.grant_hash = hash_of_token(token)
    code.granted_at = clock.now()
    return Proof(token, code.purpose, tried)


def _matching(person: Person, code: str) -> OneTimeCode | None:
    wanted = hash_of_code(person.id, code if is_code(code) else "")
    candidates = open_codes(person)
    found = None
    for each in candidates:
        if hmac.compare_digest(each.code_hash or "", wanted):
            found = each
    if found is None:
        for each in candidates:
            each.failures += 1
    return found


def _note_failure(person: Person | None) -> None:
    """Record a wrong code; of a login that is nobody's only from where it came."""
    subject = f"person:{person.id}" if person else "login:unknown"
    where = own_organization_id(person) if person else None
    record(AuditTag.ACCOUNTS_CODE_FAIL, None, subject, organization_id=where)


def _keys(what: str, login: str, person: Person | None) -> list[str]:
    own = [f"person:{person.id}"] if person else []
    return [f"{what}:{key}" for key in (*login_keys(login), *own)]


def find_grant(token: str | None, purpose: CodePurpose) -> OneTimeCode:
    """The code of a grant that is still good.

    Raises Conflict if it was used meanwhile, is too old, or there is none.
    """
    query = select(OneTimeCode).where(
        OneTimeCode.grant_hash == hash_of_token(token or ""), OneTimeCode.purpose == purpose
    )
    code = db.session.scalar(query)
    if code is None or not _is_good(code):
        raise _no_grant()
    return code


def find_holder(token: str | None, purpose: CodePurpose) -> Person:
    """Whose password is to be chosen by a grant; raises Conflict as `find_grant`."""
    return db.session.get_one(Person, find_grant(token, purpose).person_id)


def _take_grant(token: str, purpose: CodePurpose) -> tuple[OneTimeCode, Person]:
    """The code of a grant that is still good, and whose it is; both held."""
    code = find_grant(token, purpose)
    person = db.session.get_one(Person, code.person_id)
    # The person first, as whoever gives them a post holds them before their codes are voided.
    hold(person)
    hold(code)
    if not _is_good(code):
        raise _no_grant()
    return code, person


def _no_grant() -> Conflict:
    return Conflict(_l("验证已过期或已经用过，请重新填写。"))


def _is_good(code: OneTimeCode) -> bool:
    is_fresh = code.granted_at is not None and clock.now() < code.granted_at + GRANT_GOOD_FOR
    is_unused = code.used_at is None and code.voided_at is None and not code.is_overtaken
    may_enter = code.person is not None and code.person.is_active
    return is_fresh and is_unused and may_enter


def draft_password(
    token: str, purpose: CodePurpose, password: str, phone: str | None = None
) -> DraftPassword:
    """Judge and hash the password of whose the grant is, before the transaction that keeps it.

    `phone` is one given with it, which it must not be built from either. Raises Conflict if the
    grant is not good, Invalid(field="password") for a password that is not good enough.
    """
    person = find_holder(token, purpose)
    check_password(person, password, own_words(phone=normalize_phone(phone or "")))
    return hash_password(password, person.is_staff)


def activate(
    token: str, draft: DraftPassword, phone: str | None = None, email: str | None = None
) -> Person:
    """Choose the first password, and add a phone and an address that are missing.

    Raises Conflict if the grant is no longer good, Invalid for a phone or address that is none;
    each names its field.
    """
    code, person = _take_grant(token, CodePurpose.ACTIVATE)
    if not person.phone_tail and not person.email:
        person.contact_confirmed_at = clock.now()
    checked = checked_phone(phone)
    if checked and not person.phone_tail:
        for column, value in seal_phone(checked, person.record_key).items():
            setattr(person, column, value)
    if not person.email:
        person.email = checked_email(email)
    _keep_password(code, person, draft)
    _record(AuditTag.ACCOUNTS_CODE_USE, person, code, privacy_notice=PRIVACY_NOTICE)
    return person


def reset_password(token: str, draft: DraftPassword) -> Person:
    """Choose another password and end every session of the person.

    Raises Conflict if the grant is no longer good.
    """
    code, person = _take_grant(token, CodePurpose.RESET)
    _keep_password(code, person, draft)
    end_sessions(person, person.id)
    _record(AuditTag.ACCOUNTS_PASSWORD_RESET, person, code)
    return person


def _keep_password(code: OneTimeCode, person: Person, draft: DraftPassword) -> None:
    if not keep_password(person, draft):
        raise _no_grant()
    code.used_at = clock.now()
    db.session.flush()
    void_codes([person.id])


def _record(tag: AuditTag, person: Person, code: OneTimeCode, **detail: object) -> None:
    record(
        tag,
        person.id,
        f"person:{person.id}",
        organization_id=own_organization_id(person),
        channel=code.channel.value,
        **detail,
    )
