"""Sending a message: claimed before it is composed, and by whoever claims it alone.

A worker may die at any point. Until the claim the message stays due; from the claim on nobody can
know whether it went out, and it is not sent again: twice is worse than the page alone, where the
notice stands in any case.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import CursorResult, select, update

from lms.accounts.identity import read_phone
from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import OutcomeUnknown, SendingFailed, TextMessage, mailer, text_sender
from lms.core.states import move
from lms.notices import queries, rules
from lms.notices.closing import is_still_due
from lms.notices.models import DeliveryState, Notice, NoticeChannel, NoticeDelivery, NoticeKind
from lms.notices.states import DELIVERY_MOVES
from lms.notices.wording import path_of, values_of, words_of
from lms.web.languages import in_language

log = logging.getLogger(__name__)

# Longer than any sender waits: whoever still has the message after this has died.
_CLAIMED_FOR = dt.timedelta(minutes=10)
# Longer than the queue should take; then it is given to the queue again.
_QUEUED_FOR = dt.timedelta(minutes=10)
_SETTINGS_PAGE = "/me/notices/settings"


@dataclass(frozen=True)
class _Letter:
    """A message ready to go."""

    channel: NoticeChannel
    to: str
    subject: str
    message: TextMessage


def send(delivery_id: int) -> None:
    """Send one message, if it is due and nobody else is at it."""
    with transaction():
        if not _claim(delivery_id):
            return
    _settle(delivery_id, _outcome(delivery_id))


def _outcome(delivery_id: int) -> DeliveryState:
    try:
        # Nothing is open while a server takes its time.
        with transaction():
            letter = _letter(db.session.get_one(NoticeDelivery, delivery_id))
    except Exception as error:
        # Without the traceback, whose lines might show what was to be sent.
        log.error("notice %s cannot be composed: %s", delivery_id, type(error).__name__)
        return DeliveryState.PENDING
    return DeliveryState.SKIPPED if letter is None else _hand_over(letter, delivery_id)


def _claim(delivery_id: int) -> bool:
    now = clock.now()
    claimed = db.session.execute(
        update(NoticeDelivery)
        .where(
            NoticeDelivery.id == delivery_id,
            NoticeDelivery.state == DeliveryState.PENDING,
            NoticeDelivery.next_try_at <= now,
        )
        .values(
            state=DeliveryState.SENDING,
            attempts=NoticeDelivery.attempts + 1,
            next_try_at=now + _CLAIMED_FOR,
        )
        .execution_options(synchronize_session=False)
    )
    assert isinstance(claimed, CursorResult)
    return claimed.rowcount == 1


def _letter(delivery: NoticeDelivery) -> _Letter | None:
    """The message in words, or None if by now it is not wanted, not true or has no address."""
    notice, channel = delivery.notice, delivery.channel
    person = notice.person
    is_wanted = queries.preferences_of(person)[notice.kind, channel]
    if not is_wanted or not queries.is_reachable(person, channel):
        return None
    if notice.kind is NoticeKind.CLOSING and not is_still_due(notice):
        return None
    to = person.email if channel is NoticeChannel.MAIL else read_phone(person)
    if not to:
        return None
    with in_language(queries.language_of(person.id)):
        return _composed(notice, channel, to)


def _composed(notice: Notice, channel: NoticeChannel, to: str) -> _Letter:
    words = words_of(notice)
    if channel is NoticeChannel.SMS:
        text = _("【学时】%(title)s。%(text)s", title=words.title, text=words.text)
    else:
        text = _mail_text(words.title, words.text, _address(path_of(notice)))
    subject = _("学时平台：%(title)s", title=words.title)
    message = TextMessage(f"notice_{notice.kind.value}", values_of(notice), text)
    return _Letter(channel, to, subject, message)


def _mail_text(title: str, text: str, address: str) -> str:
    parts = (
        _("您好："),
        _("%(title)s。%(text)s", title=title, text=text),
        _("查看：%(address)s", address=address),
        _("不想再收到这类邮件，可以在这里关闭：%(address)s", address=_address(_SETTINGS_PAGE)),
    )
    return "\n\n".join(parts) + "\n"


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.public_url.rstrip("/") + path


def _hand_over(letter: _Letter, delivery_id: int) -> DeliveryState:
    """What became of it: sent, put off, lost sight of, or not to be sent in any way.

    The log names the fault and never what a library says of it, in which the address might stand.
    """
    way = letter.channel.value
    try:
        if letter.channel is NoticeChannel.SMS:
            text_sender().send_text(letter.to, letter.message)
        else:
            mailer().send_mail(letter.to, letter.subject, letter.message.text)
    except OutcomeUnknown as problem:
        log.warning("notice %s perhaps sent by %s: %s", delivery_id, way, problem)
        return DeliveryState.UNKNOWN
    except SendingFailed as problem:
        log.warning("notice %s not sent by %s: %s", delivery_id, way, problem)
        return DeliveryState.PENDING
    except Exception as error:
        log.error("notice %s cannot be sent by %s: %s", delivery_id, way, type(error).__name__)
        return DeliveryState.FAILED
    return DeliveryState.SENT


def _settle(delivery_id: int, state: DeliveryState) -> None:
    with transaction():
        delivery = db.session.get_one(
            NoticeDelivery, delivery_id, with_for_update=True, populate_existing=True
        )
        now = clock.now()
        if state is DeliveryState.PENDING:
            delivery.queued_at = None
            delivery.next_try_at = now + rules.wait_after(delivery.attempts)
            if delivery.next_try_at >= delivery.created_at + rules.GIVEN_UP_AFTER:
                state = DeliveryState.FAILED
        # A sweep may have given it up as lost while a slow server took its time.
        if delivery.state is DeliveryState.SENDING:
            move(delivery, state, DELIVERY_MOVES)
            delivery.settled_at = None if state is DeliveryState.PENDING else now


def give_up_lost() -> None:
    """What a worker died with in hand may have gone out: it is settled, and not sent again."""
    lost = update(NoticeDelivery).where(
        NoticeDelivery.state == DeliveryState.SENDING, NoticeDelivery.next_try_at < clock.now()
    )
    db.session.execute(
        lost.values(state=DeliveryState.UNKNOWN, settled_at=clock.now()).execution_options(
            synchronize_session=False
        )
    )


def take_due(limit: int) -> list[int]:
    """Messages that are due and in no queue, or have been in one for too long; noted as queued."""
    now = clock.now()
    due = (
        select(NoticeDelivery.id)
        .where(NoticeDelivery.state == DeliveryState.PENDING, NoticeDelivery.next_try_at <= now)
        .where(NoticeDelivery.queued_at.is_(None) | (NoticeDelivery.queued_at <= now - _QUEUED_FOR))
        .order_by(NoticeDelivery.next_try_at)
        .limit(limit)
    )
    ids = list(db.session.scalars(due))
    db.session.execute(
        update(NoticeDelivery)
        .where(NoticeDelivery.id.in_(ids))
        .values(queued_at=now)
        .execution_options(synchronize_session=False)
    )
    return ids
