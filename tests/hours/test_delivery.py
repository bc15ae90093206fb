import datetime as dt

import httpx
import pytest
from sqlalchemy import func, select

from lms.accounts.identity import IdentityPurpose, read_identity_number
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import IllegalMove, NotAllowed
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hourbank.models import LedgerEntry
from lms.hours import operations, rules
from lms.hours.messages import delivery_body
from lms.hours.models import (
    BankStatement,
    Credit,
    Delivery,
    DeliveryKind,
    DeliveryProblem,
    DeliveryState,
)
from lms.hours.tasks import deliver, deliver_due, fetch_statement
from tests.factories import CycleFactory, PersonFactory, PostFactory
from tests.hours.support import answer, earn, lose


def only_delivery() -> Delivery:
    return db.session.scalars(select(Delivery)).one()


def entries() -> int:
    return db.session.scalar(select(func.count(LedgerEntry.id))) or 0


def test_credit_is_delivered_and_its_receipt_and_statement_are_kept(bank, tasks):
    credit = earn(hours=Hours(25), category=HourCategory.PUBLIC)
    tasks.run_all()
    delivery = only_delivery()
    entry = db.session.scalars(select(LedgerEntry)).one()
    assert delivery.state is DeliveryState.ACKNOWLEDGED
    assert delivery.receipt["entry"] == entry.number
    assert delivery.receipt["leaf_hash"] == entry.leaf_hash
    assert (entry.hours, entry.certificate_number) == (Hours(25), credit.certificate_number)
    statement = db.session.scalars(select(BankStatement)).one()
    assert (statement.public, statement.short_public) == (Hours(25), Hours(275))


def test_second_credit_of_a_cycle_is_the_first(app, bank):
    credit = earn()
    with transaction():
        again = operations.write_credit(credit.cycle, "another number")
    assert again.id == credit.id
    assert db.session.scalar(select(func.count(Delivery.id))) == 1


def test_rolled_back_completion_leaves_neither_credit_nor_delivery(app, bank, tasks):
    cycle = CycleFactory()

    def complete_and_fail() -> None:
        with transaction():
            operations.write_credit(cycle, "number")
            raise RuntimeError("the certificate could not be issued")

    with pytest.raises(RuntimeError):
        complete_and_fail()
    assert tasks.names() == []
    assert db.session.scalar(select(func.count(Credit.id))) == 0


def test_identity_number_is_in_the_signed_body_and_nowhere_else(bank, tasks, caplog):
    caplog.set_level("DEBUG")
    credit = earn()
    number = read_identity_number(credit.person, IdentityPurpose.BANK, None)
    tasks.run_all()
    (request,) = bank.requests
    assert number in request.content.decode()
    assert number not in str(request.url) + str(request.headers) + caplog.text
    row = db.session.execute(select(Delivery.__table__)).one()
    assert number not in str(row)
    assert credit.person.name not in str(row)


@pytest.mark.parametrize(
    ("misdeed", "problem"),
    [
        (lose, DeliveryProblem.NO_ANSWER),
        (answer(500, "oops"), DeliveryProblem.OVERLOADED),
        (answer(503, "later"), DeliveryProblem.OVERLOADED),
        (answer(429, "slowly"), DeliveryProblem.OVERLOADED),
        (answer(401, "who?"), DeliveryProblem.NOT_ADMITTED),
        (answer(404, "<h1>no such page</h1>"), DeliveryProblem.WRONG_ANSWER),
        (answer(200, "<h1>Welcome</h1>"), DeliveryProblem.WRONG_ANSWER),
        (answer(200, "[]", "application/json"), DeliveryProblem.WRONG_ANSWER),
        (answer(201, '{"receipt": "a.b.c"}', "application/json"), DeliveryProblem.WRONG_ANSWER),
        (answer(201, '{"receipt": 7}', "application/json"), DeliveryProblem.WRONG_ANSWER),
    ],
)
def test_anything_but_a_receipt_is_tried_again_until_there_is_one(
    bank, tasks, clock, misdeed, problem
):
    bank.misdeeds = [misdeed]
    earn()
    tasks.run_all()
    delivery = only_delivery()
    assert (delivery.state, delivery.problem) == (DeliveryState.PENDING, problem)
    assert delivery.next_try_at > clock.present
    clock.advance(60)
    sweep()
    assert only_delivery().state is DeliveryState.ACKNOWLEDGED
    assert entries() == 1


def sweep() -> None:
    deliver_due.run()


def test_receipt_of_another_delivery_is_not_believed(bank, tasks, clock):
    kept: list[str] = []

    def keep(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        kept.append(response.text)
        return response

    def give_old(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return httpx.Response(201, text=kept[0], headers={"content-type": "application/json"})

    bank.misdeeds = [keep, give_old]
    earn()
    second = earn()
    tasks.run_all()
    assert second.deliveries[0].problem is DeliveryProblem.WRONG_ANSWER


def test_receipt_signed_by_another_key_is_not_believed(bank, tasks, settings):
    path = settings.var_path / "keys" / "bank-ed25519.pub.pem"
    right = path.read_text()
    path.write_text((settings.var_path / "keys" / "platform-ed25519.pem").read_text())
    try:
        earn()
        tasks.run_all()
        assert only_delivery().problem is DeliveryProblem.WRONG_ANSWER
    finally:
        path.write_text(right)


def test_refusal_is_visible_with_its_reason_and_can_be_sent_again(bank, tasks, clock):
    body = '{"detail": "年度已关闭"}'
    bank.misdeeds = [answer(422, body, "application/problem+json")]
    credit = earn()
    tasks.run_all()
    delivery = only_delivery()
    assert (delivery.state, delivery.last_error) == (DeliveryState.REFUSED, "年度已关闭")
    clock.advance(days=2)
    sweep()
    assert only_delivery().state is DeliveryState.REFUSED
    manager = PostFactory(organization=credit.cycle.course.base, role=Role.BASE_MANAGER).person
    with transaction():
        operations.retry_deliveries(manager, [delivery])
    tasks.run_all()
    assert only_delivery().state is DeliveryState.ACKNOWLEDGED
    assert entries() == 1


def test_only_staff_of_the_base_may_send_again_and_never_what_is_acknowledged(bank, tasks):
    credit = earn()
    with pytest.raises(NotAllowed), transaction():
        operations.retry_deliveries(PersonFactory(), [only_delivery()])
    tasks.run_all()
    manager = PostFactory(organization=credit.cycle.course.base, role=Role.BASE_MANAGER).person
    with pytest.raises(IllegalMove), transaction():
        operations.retry_deliveries(manager, [only_delivery()])


def test_delivery_that_is_not_due_or_taken_is_left_alone(bank, tasks, clock):
    earn()
    delivery_id = only_delivery().id
    bank.is_away = True
    tasks.run_all()
    deliver_one(delivery_id)
    assert len(bank.requests) == 1
    assert only_delivery().attempts == 1


def deliver_one(delivery_id: int) -> None:
    deliver.run(delivery_id)


def test_waits_double_up_to_an_hour_and_are_spread():
    assert [rules.wait_seconds(n, 1.0) for n in (1, 2, 3)] == [5, 10, 20]
    assert rules.wait_seconds(40, 1.0) == 3600
    assert rules.wait_seconds(3, 0.0) == 10


def test_sweep_stops_at_the_first_sign_that_the_bank_is_away(bank, clock, tasks):
    for _number in range(3):
        earn()
    tasks.queued.clear()
    bank.is_away = True
    sweep()
    assert len(bank.requests) == 1
    bank.is_away = False
    clock.advance(dt.timedelta(minutes=1).total_seconds())
    sweep()
    assert entries() == 3


def test_revoked_certificate_takes_the_hours_back_after_they_were_entered(bank, tasks, clock):
    bank.is_away = True
    credit = earn(hours=Hours(20))
    with transaction():
        operations.reverse_credit(credit.cycle_id, "抽查不合格")
    tasks.run_all()
    bank.is_away = False
    clock.advance(60)
    sweep()
    tasks.run_all()
    rows = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert [row.hours for row in rows] == [Hours(20), Hours(-20)]
    assert rows[1].reason == "抽查不合格"
    assert credit.delivery(DeliveryKind.REVERSAL).state is DeliveryState.ACKNOWLEDGED
    assert db.session.scalars(select(BankStatement)).one().public == Hours(0)


def test_reversal_waits_while_its_credit_is_not_in_the_bank(bank, tasks, clock):
    bank.is_away = True
    credit = earn()
    with transaction():
        reversal = operations.reverse_credit(credit.cycle_id, "抽查不合格")
    tasks.queued.clear()
    bank.is_away = False
    deliver_one(reversal.id)
    assert reversal.state is DeliveryState.PENDING
    assert bank.requests == []


def test_statement_that_answers_another_question_is_not_kept(bank, tasks):
    kept: list[str] = []

    def keep(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        kept.append(response.text)
        return response

    bank.misdeeds = [keep]
    credit = earn()
    tasks.run_all()
    bank.misdeeds = [answer(200, kept[0], "application/json")]
    stranger = PersonFactory()
    fetch_statement.run(stranger.id, credit.year)
    owners = db.session.scalars(select(BankStatement.person_id)).all()
    assert owners == [credit.person_id]


def test_renamed_course_is_told_to_the_bank_by_its_first_name(app):
    delivery = earn().delivery(DeliveryKind.CREDIT)
    before = delivery_body(delivery)
    delivery.credit.cycle.course.title = "改了名字的课程"
    db.session.commit()
    assert delivery_body(delivery) == before
