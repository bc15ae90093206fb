"""The present password, asked again before something that an open browser must not suffice for."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.passwords import is_hash_of
from lms.accounts.throttles import PASSWORD_PACE, give_back, take_try
from lms.accounts.wording import refused_try
from lms.core.audit import AuditTag, record
from lms.core.db import hold, transaction
from lms.core.errors import Conflict, Invalid


def confirm_password(person: Person, password: str) -> str:
    """Raise Invalid(field="present") unless it is the person's password; its hash if it is.

    Wrong ones are counted like those at sign-in, for whoever found the browser open; so it must
    not be called inside a transaction that its refusal would roll back.
    """
    with transaction():
        tried = take_try([f"confirm:{person.id}"], PASSWORD_PACE)
        stored = person.password_hash
    if not tried.is_admitted:
        raise Invalid(refused_try("", tried.wait_seconds, was_checked=False), field="present")
    is_right = is_hash_of(stored, password)
    with transaction():
        if is_right and stored is not None:
            give_back(tried)
            return stored
        record(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL, person.id, f"person:{person.id}")
    wrong = _("现在的密码不正确。")
    raise Invalid(refused_try(wrong, tried.wait_seconds, was_checked=True), field="present")


def hold_confirmed(person: Person, confirmed: str) -> None:
    """Hold the person, in the transaction that does what their password was asked for.

    `confirmed` is what `confirm_password` returned. Raises Conflict(field="present") if it is the
    password no more: the record may have been given to somebody else since.
    """
    hold(person)
    if person.password_hash != confirmed:
        raise outdated_confirmation()


def outdated_confirmation() -> Conflict:
    """What tells to give the password again."""
    return Conflict(_l("验证已过期或已经用过，请重新填写。"), field="present")
