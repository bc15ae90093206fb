"""What happens at the demonstration cashier."""

import datetime as dt
import secrets

from sqlalchemy import CursorResult, update

from lms.core import clock
from lms.core.db import db
from lms.core.tasks import enqueue_after_commit
from lms.payments.mock.models import MockMethod, MockNotice, MockPayment, MockTiming
from lms.payments.mock.tasks import send_notice

# Seconds after the payment at which each copy of its notification is sent.
COPIES = {
    MockTiming.PROMPT: (0, 4),
    MockTiming.LATE: (60,),
    MockTiming.LOST: (),
}


def pay(payment: MockPayment, method: MockMethod, timing: MockTiming) -> bool:
    """Take the money once; False if it was taken before."""
    now = clock.now()
    taken = db.session.execute(
        update(MockPayment)
        .where(MockPayment.id == payment.id, MockPayment.paid_at.is_(None))
        .values(paid_at=now, method=method, transaction_id=f"T{secrets.token_hex(12)}")
        .execution_options(synchronize_session=False)
    )
    assert isinstance(taken, CursorResult)
    if taken.rowcount == 0:
        return False
    db.session.refresh(payment)
    for seconds in COPIES[timing]:
        _write_notice(payment, now + dt.timedelta(seconds=seconds))
    return True


def _write_notice(payment: MockPayment, at: dt.datetime) -> None:
    notice = MockNotice(payment=payment, next_try_at=at)
    db.session.add(notice)
    db.session.flush()
    if at <= clock.now():
        enqueue_after_commit(send_notice, notice.id)
