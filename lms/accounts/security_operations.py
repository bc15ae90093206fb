"""Changing one's own password and user name."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.confirmation import hold_confirmed, outdated_confirmation
from lms.accounts.models import Person
from lms.accounts.passwords import (
    DraftPassword,
    check_password,
    hash_password,
    is_password_right,
    keep_password,
)
from lms.accounts.posts import own_organization_id
from lms.accounts.rules import is_username, normalize_username
from lms.accounts.sessions import end_sessions
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid


def draft_password(person: Person, password: str) -> DraftPassword:
    """Judge and hash a new password of one's own, before the transaction that keeps it.

    Raises Invalid(field="password") if it is not good enough or no other than the present one.
    """
    check_password(person, password)
    if is_password_right(person, password):
        raise Invalid(_l("新密码不能与现在的密码相同。"), field="password")
    return hash_password(password, person.is_staff)


def change_password(person: Person, confirmed: str, draft: DraftPassword) -> None:
    """Keep a new password of one's own and end every other session of the person.

    `confirmed` is what `confirm_password` returned. Raises Conflict(field="present") if the
    password is another one since, or the person has got a post, for which more is asked of it.
    """
    hold_confirmed(person, confirmed)
    if not keep_password(person, draft):
        raise outdated_confirmation()
    end_sessions(person, person.id, but=person.session)
    _record(AuditTag.ACCOUNTS_PASSWORD_CHANGE, person)


def change_username(person: Person, confirmed: str, text: str) -> None:
    """Choose another user name to sign in with.

    `confirmed` is what `confirm_password` returned; raises what `hold_confirmed` raises. Raises
    Invalid or Conflict, field "username", for one that is not well formed or is taken.
    """
    hold_confirmed(person, confirmed)
    username = normalize_username(text)
    if not is_username(username):
        wrong = _l(
            "用户名须以字母开头，由 3 至 64 个小写字母、数字、“.”、“_”、“-”组成，不能像证件号码。"
        )
        raise Invalid(wrong, field="username")
    taken = Conflict(_l("这个用户名已有人使用，请换一个。"), field="username")
    same = select(Person.id).where(Person.username == username, Person.id != person.id)
    if db.session.scalar(same) is not None:
        raise taken
    person.username = username
    try:
        db.session.flush()
    except IntegrityError:
        raise taken from None
    _record(AuditTag.ACCOUNTS_PERSON_UPDATE, person, fields=["username"])


def _record(tag: AuditTag, person: Person, **detail: object) -> None:
    where = own_organization_id(person)
    record(tag, person.id, f"person:{person.id}", organization_id=where, **detail)
