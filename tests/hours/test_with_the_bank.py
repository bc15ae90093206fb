"""Against the real bank: its statements of a day, page by page, and its proofs."""

import datetime as dt
import json

from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.types import Hours
from lms.hourbank import daily
from lms.hourbank.log import tasks as log_tasks
from lms.hours import operations
from lms.hours.models import Delivery, DeliveryState
from lms.hours.reconciliation.models import Reconciliation
from lms.hours.reconciliation.queries import count_open
from lms.hours.reconciliation.running import reconcile
from lms.hours.tasks import deliver_due, fetch_proof
from tests.hours.support import earn, lose

TODAY = dt.date(2025, 6, 2)


def test_batch_and_statement_over_several_pages_agree(bank, tasks, monkeypatch):
    monkeypatch.setattr(daily, "PAGE", 2)
    credits = [earn(hours=Hours(n + 1)) for n in range(4)]
    with transaction():
        operations.reverse_credit(credits[0].cycle_id, "抽查不合格")
    tasks.queued.clear()
    deliver_due.run()
    assert set(db.session.scalars(select(Delivery.state))) == {DeliveryState.ACKNOWLEDGED}
    sizes = [len(json.loads(r.content)["items"]) for r in bank.requests if "batches" in str(r.url)]
    assert sizes == [4]
    bank.requests.clear()
    assert reconcile(TODAY)
    row = db.session.scalars(select(Reconciliation)).one()
    assert (row.own_count, row.bank_count) == (5, 5)
    assert (row.own_hours, row.bank_hours) == (Hours(9), Hours(9))
    assert count_open() == 0
    assert len(bank.requests) == 3


def test_person_renamed_after_the_answer_got_lost_is_credited(bank, tasks, clock):
    bank.misdeeds = [lose]
    delivery = earn().deliveries[0]
    tasks.run_all()
    with transaction():
        delivery.credit.person.name = "王晓明"
    clock.advance(60)
    deliver_due.run()
    assert delivery.state is DeliveryState.ACKNOWLEDGED
    reconcile(TODAY)
    assert count_open() == 0


def test_proof_of_the_banks_log_is_believed_and_kept(bank, tasks):
    delivery = [earn() for _number in range(5)][2].deliveries[0]
    tasks.run_all()
    fetch_proof.run(delivery.id)
    assert delivery.proof is None
    assert log_tasks.give_places.run()
    assert log_tasks.sign_new_head.run()
    fetch_proof.run(delivery.id)
    assert delivery.proof["size"] == 5
    assert delivery.proved_at is not None
