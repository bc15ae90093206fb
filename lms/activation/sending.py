"""Sending a code: made in the task that sends it, so that no queue ever holds one."""

import datetime as dt
import logging
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select

from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.accounts.posts import own_organization_id
from lms.accounts.throttles import LONGEST_MEMORY, Pace
from lms.activation.codes import SENT_GOOD_FOR, hash_of_code, void_codes
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.config import Settings
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.codes import make_code, shown_code
from lms.core.db import db, transaction
from lms.core.mail import SendingFailed, TextMessage, mailer, outbox, text_sender

log = logging.getLogger(__name__)

REQUEST_PACE = Pace(
    free_tries=1,
    first_wait=dt.timedelta(minutes=1),
    longest_wait=dt.timedelta(minutes=15),
    forgotten_after=LONGEST_MEMORY,
)
_FIRST_RETRY = dt.timedelta(seconds=20)
_KEPT_AFTER_END = dt.timedelta(days=7)
_SENT = (CodeChannel.MAIL, CodeChannel.SMS)


@dataclass(frozen=True)
class _Letter:
    """A code on its way: to whom, by what, for what."""

    channel: CodeChannel
    to: str
    code: str
    purpose: CodePurpose


def send(code_id: int) -> None:
    """Make the code and send it. Done already, or nobody to send to: nothing happens.

    If it cannot be sent, it stays due, later each time, for half an hour.
    """
    with transaction():
        letter = _prepare(code_id)
    if letter is None:
        return
    try:
        _deliver(letter)
    except SendingFailed as problem:
        log.warning("code %s not sent by %s: %s", code_id, letter.channel.value, problem)
        return
    with transaction():
        _note_sent(code_id, letter)


def _prepare(code_id: int) -> _Letter | None:
    row = db.session.get(OneTimeCode, code_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if row is None or row.next_send_at is None or now < row.next_send_at:
        return None
    way = _way_to(row.person, row.channel)
    if row.person_id is None or way is None or now >= row.created_at + SENT_GOOD_FOR:
        row.next_send_at = None
        return None
    code = make_code()
    row.channel, to = way
    row.code_hash = hash_of_code(row.person_id, code)
    row.expires_at = now + SENT_GOOD_FOR
    row.next_send_at = now + _FIRST_RETRY * 2**row.send_tries
    row.send_tries += 1
    return _Letter(row.channel, to, code, row.purpose)


def _way_to(person: Person | None, wanted: CodeChannel) -> tuple[CodeChannel, str] | None:
    """By what and where to reach somebody: as wanted if possible, else by what is known."""
    if person is None or not person.is_active or person.lacks_confirmed_contact:
        return None
    phone, email = read_phone(person), person.email
    if phone and (wanted is CodeChannel.SMS or not email):
        return CodeChannel.SMS, phone
    return (CodeChannel.MAIL, email) if email else None


def _deliver(letter: _Letter) -> None:
    minutes = int(SENT_GOOD_FOR.total_seconds() // 60)
    values = {"code": shown_code(letter.code), "minutes": str(minutes)}
    told = {"what": _name_of(letter.purpose), **values}
    if letter.channel is CodeChannel.SMS:
        text = _("【学时】您的%(what)s是 %(code)s，%(minutes)s 分钟内有效。请勿告诉他人。", **told)
        text_sender().send_text(letter.to, TextMessage("code", values, text))
        return
    settings: Settings = current_app.extensions["settings"]
    path = "/activate" if letter.purpose is CodePurpose.ACTIVATE else "/reset/code"
    address = settings.public_url.rstrip("/") + path
    mailer().send_mail(letter.to, _subject(letter.purpose), _mail_text(told, address))


def _subject(purpose: CodePurpose) -> str:
    if purpose is CodePurpose.ACTIVATE:
        return str(_("学时平台：激活账号的激活码"))
    return str(_("学时平台：重设密码的验证码"))


def _name_of(purpose: CodePurpose) -> str:
    """What the page calls it on which it is typed."""
    return str(_("激活码") if purpose is CodePurpose.ACTIVATE else _("验证码"))


def _mail_text(values: dict[str, str], address: str) -> str:
    parts = (
        _("您好："),
        _("您的%(what)s是 %(code)s，%(minutes)s 分钟内有效，只能使用一次。", **values),
        _("请在这个页面填写：%(address)s", address=address),
        _(
            "如果不是您本人操作，请忽略这封邮件，您的密码不会改变。请勿把%(what)s告诉任何人。",
            **values,
        ),
    )
    return "\n\n".join(str(part) for part in parts) + "\n"


def _note_sent(code_id: int, letter: _Letter) -> None:
    row = db.session.get(OneTimeCode, code_id, with_for_update=True, populate_existing=True)
    if row is None or row.person is None:
        return
    row.next_send_at = None
    db.session.flush()
    void_codes([row.person.id], but=row.id, channels=_SENT)
    record(
        AuditTag.ACCOUNTS_CODE_ISSUE,
        None,
        f"person:{row.person.id}",
        organization_id=own_organization_id(row.person),
        purpose=row.purpose.value,
        channel=letter.channel.value,
    )


def due_code_ids() -> list[int]:
    """The codes that wait to be sent, whether or not a queue knows of them."""
    due = select(OneTimeCode.id).where(OneTimeCode.next_send_at <= clock.now())
    return list(db.session.scalars(due.order_by(OneTimeCode.id).limit(500)))


def sweep_codes() -> None:
    """Delete codes that ended a week ago, and messages that lie in files."""
    limit = clock.now() - _KEPT_AFTER_END
    db.session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < limit))
    outbox().sweep()
