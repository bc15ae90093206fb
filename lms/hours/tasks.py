"""Delivery of hours to the bank, in the background, until each is acknowledged or refused."""

import datetime as dt
import secrets

from flask import current_app

from lms.accounts.models import Person
from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.hours import deliveries
from lms.hours.bank import ask, receipt_of
from lms.hours.messages import person_body
from lms.hours.models import Delivery
from lms.hours.proofs import checked_proof
from lms.hours.receipts import BankProblem
from lms.hours.sending import send


@task
def deliver(delivery_id: int) -> None:
    """Send one delivery, if its time has come and nobody else is at it."""
    with transaction():
        claimed = deliveries.claim([delivery_id])
    if claimed:
        send(claimed)


@task
def deliver_due() -> None:
    """The sweep: send whatever is due, whether or not a queue ever knew of it.

    Many go in one request. It stops at the first sign that the bank is away, and in time for the
    next sweep, which begins with other deliveries.
    """
    settings: Settings = current_app.extensions["settings"]
    ends_at = clock.now() + dt.timedelta(seconds=settings.delivery_every)
    while clock.now() <= ends_at:
        with transaction():
            claimed = deliveries.claim_due(settings.delivery_batch)
        if not claimed or not send(claimed):
            return


@task
def fetch_statement(person_id: int, year: int) -> None:
    """Ask the bank for a person's year and remember the answer, if there is one."""
    with transaction():
        person = db.session.get_one(Person, person_id)
        body = {"person": person_body(person), "year": year}
    try:
        answer = ask("/statements", body, secrets.token_hex(16))
    except BankProblem:
        return
    with transaction():
        deliveries.keep_statement(person_id, answer.claims["statement"])


@task
def fetch_proof(delivery_id: int) -> None:
    """Ask the bank to prove that the entry of a delivery is in its log, and keep the proof.

    There is none before the bank has signed its next head; whoever looks later asks again.
    """
    with transaction():
        delivery = db.session.get_one(Delivery, delivery_id)
        key, needs_none = delivery.idempotency_key, delivery.proof is not None
    if needs_none:
        return
    try:
        inclusion = receipt_of(key).beside.get("inclusion")
    except BankProblem:
        return
    if inclusion is not None:
        _keep_proof(delivery_id, inclusion)


def _keep_proof(delivery_id: int, inclusion: object) -> None:
    with transaction():
        (delivery,) = deliveries.held([delivery_id])
        try:
            delivery.proof = checked_proof(delivery, inclusion)
        except BankProblem as problem:
            # Not the learner's affair: somebody must ask the bank what it means by this.
            current_app.logger.error("log proof of delivery %s: %s", delivery_id, problem.detail)
