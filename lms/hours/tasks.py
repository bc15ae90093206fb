"""Delivery of hours to the bank, in the background, until each is acknowledged or refused."""

import secrets

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.hours import deliveries
from lms.hours.bank import Answer, BankProblem, ask
from lms.hours.messages import ADDRESSES, delivery_body, person_body
from lms.hours.models import Delivery, DeliveryProblem

_RETRIED = frozenset(DeliveryProblem) - {DeliveryProblem.REFUSED}


@task
def deliver(delivery_id: int) -> None:
    """Send one delivery, if its time has come and nobody else is at it."""
    attempt(delivery_id)


def attempt(delivery_id: int) -> bool:
    """Make one attempt; False if the bank could not be reached or understood."""
    with transaction():
        if not deliveries.claim(delivery_id):
            return True
    delivery = db.session.get_one(Delivery, delivery_id)
    if deliveries.waits_for_credit(delivery):
        with transaction():
            deliveries.put_off(delivery)
        return True
    try:
        answer = _send(delivery)
    except BankProblem as problem:
        return _note_problem(delivery, problem)
    _note_receipt(delivery, answer)
    return True


def _send(delivery: Delivery) -> Answer:
    address, key = ADDRESSES[delivery.kind], delivery.idempotency_key
    # Reading the identity number is recorded, and the wait for the bank holds no transaction open.
    with transaction():
        body = delivery_body(delivery)
    answer = ask(address, body, key)
    if not deliveries.is_receipt_for(delivery, answer):
        raise BankProblem(DeliveryProblem.WRONG_ANSWER, "the receipt is about other hours")
    return answer


def _note_problem(delivery: Delivery, problem: BankProblem) -> bool:
    with transaction():
        if problem.problem in _RETRIED:
            deliveries.put_off(delivery, problem)
            return False
        deliveries.refuse(delivery, problem)
    return True


def _note_receipt(delivery: Delivery, answer: Answer) -> None:
    with transaction():
        deliveries.acknowledge(delivery, answer)
        reversal = deliveries.reversal_of(delivery.credit)
        if reversal is not None and reversal.id != delivery.id:
            reversal.next_try_at = delivery.acknowledged_at or reversal.next_try_at
            enqueue_after_commit(deliver, reversal.id)


@task
def deliver_due() -> None:
    """The sweep: send whatever is due, whether or not a queue ever knew of it.

    It stops at the first sign that the bank is away; the next sweep begins with another delivery.
    """
    for delivery_id in deliveries.due_ids():
        if not attempt(delivery_id):
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
