"""Telling claimants what became of their claims, and reviewers what waits for them, by mail.

A courtesy and no record: pages and navigation show both. What a broken mail server loses is not
looked for again.
"""

import logging

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import or_, select

from lms.accounts.enums import PersonState
from lms.accounts.models import Person, Post
from lms.claims.models import Claim, ClaimReminder, ClaimState
from lms.claims.queries import DECIDERS, count_overdue, count_to_decide, is_overdue
from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import SendingFailed, mailer
from lms.core.tasks import enqueue_after_commit, task

log = logging.getLogger(__name__)
# From this hour on (Shanghai) reviewers are reminded.
_FROM_HOUR = 8


@task
def tell_claimant(claim_id: int, turn: int) -> None:
    """Tell the claimant what was decided, unless something else has happened since."""
    claim = db.session.get(Claim, claim_id)
    if claim is None or claim.turn != turn:
        return
    text = _("您 %(year)s 年的学时申报“%(title)s”：%(state)s。", **_facts(claim))
    if claim.state is ClaimState.RETURNED:
        text += _("请按审核意见修改后重新提交。")
    _send(claim.person, _("学时银行：学时申报有了结果"), text, f"/hourbank/claims/{claim.id}")


def _facts(claim: Claim) -> dict[str, object]:
    return {"year": claim.year, "title": claim.title, "state": claim.state.label}


@task
def remind_reviewers() -> None:
    """Once a day, queue a reminder for everybody for whom overdue claims wait."""
    if clock.now().astimezone(clock.SHANGHAI).hour < _FROM_HOUR:
        return
    for person_id in _reviewers():
        with transaction():
            person = db.session.get_one(Person, person_id)
            if count_overdue(person):
                db.session.add(ClaimReminder(person_id=person_id, day=clock.today()))
                enqueue_after_commit(remind_reviewer, person_id)


def _reviewers() -> list[int]:
    """Who may have to decide on something overdue, and was not reminded of it today."""
    desks = select(Claim.desk_id).where(is_overdue())
    above = select(Claim.superior_id).where(is_overdue())
    reminded = select(ClaimReminder.person_id).where(ClaimReminder.day == clock.today())
    query = (
        select(Post.person_id)
        .join(Post.person)
        .where(
            or_(Post.organization_id.in_(desks), Post.organization_id.in_(above)),
            Post.role.in_(DECIDERS),
            Post.is_in_force,
            Post.person_id.not_in(reminded),
            Person.state == PersonState.ACTIVE,
            Person.email.is_not(None),
            Person.contact_confirmed_at.is_not(None),
        )
        .distinct()
    )
    return list(db.session.scalars(query.order_by(Post.person_id)))


@task
def remind_reviewer(person_id: int) -> None:
    """Remind one reviewer of what waits by now."""
    person = db.session.get(Person, person_id)
    if person is None or not (overdue := count_overdue(person)):
        return
    text = _(
        "有 %(count)d 份学时申报等待您审核，其中 %(overdue)d 份已经超期。",
        count=count_to_decide(person),
        overdue=overdue,
    )
    _send(person, _("学时银行：学时申报等待审核"), text, "/manage/claims")


def _send(person: Person, subject: str, text: str, path: str) -> None:
    if not person.email or person.contact_confirmed_at is None:
        return
    settings: Settings = current_app.extensions["settings"]
    body = f"{_('您好：')}\n\n{text}\n\n{settings.public_url.rstrip('/')}{path}\n"
    try:
        mailer().send_mail(person.email, subject, body)
    except SendingFailed as problem:
        log.warning("mail on claims to person %s not sent: %s", person.id, problem)
