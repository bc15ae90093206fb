"""Telling the owner of an account by mail that a factor was added, removed or reset.

A courtesy and no record: what was done stands in the audit trail, and the pages show what is set
up. So a notice that a broken queue or mail server loses is not looked for again.
"""

import datetime as dt
import logging

from flask_babel import gettext as _

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.db import db
from lms.core.mail import SendingFailed, mailer
from lms.core.tasks import enqueue_after_commit, task
from lms.second_factor.models import Factor

log = logging.getLogger(__name__)
_TOLD = frozenset(
    {
        AuditTag.ACCOUNTS_FACTOR_ADD,
        AuditTag.ACCOUNTS_FACTOR_REMOVE,
        AuditTag.ACCOUNTS_FACTOR_RESET,
    }
)


def tell_after_commit(tag: AuditTag, person: Person, factor: Factor | None = None) -> None:
    """Send a notice of this deed once it is committed, if there is somewhere to send it."""
    if tag in _TOLD and person.email:
        what = factor.value if factor else ""
        enqueue_after_commit(tell_owner, person.id, tag.value, what, clock.now_ms())


@task
def tell_owner(person_id: int, tag: str, factor: str, happened_ms: int) -> None:
    """Send the notice."""
    person = db.session.get(Person, person_id)
    if person is None or not person.email:
        return
    deed = AuditTag(tag).label
    what = _("%(deed)s（%(factor)s）", deed=deed, factor=Factor(factor).label) if factor else deed
    try:
        mailer().send_mail(person.email, _("学时平台：二次验证有变动"), _text(what, happened_ms))
    except SendingFailed as problem:
        log.warning("notice to person %s not sent: %s", person_id, problem)


def _text(what: object, happened_ms: int) -> str:
    parts = (
        _("您好："),
        _("您的账号于 %(when)s 有一项变动：%(what)s。", when=_moment(happened_ms), what=what),
        _("如果不是您本人操作，请立即登录修改密码，在“账号安全”中退出其他设备，并联系单位管理员。"),
    )
    return "\n\n".join(str(part) for part in parts) + "\n"


def _moment(happened_ms: int) -> str:
    moment = dt.datetime.fromtimestamp(happened_ms / 1000, clock.SHANGHAI)
    return f"{moment:%Y-%m-%d %H:%M}"
