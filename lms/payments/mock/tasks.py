"""Sending notifications over HTTP, again and again until the merchant takes them."""

import datetime as dt
import json
from collections.abc import Callable

import httpx
from flask import current_app
from sqlalchemy import CursorResult, select, update

from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.payments.mock.gateway import notice_body
from lms.payments.mock.models import MockNotice
from lms.payments.mock.signing import merchant_key, signed_headers

NOTIFY = "/api/v1/payments/notify"
MOST_ATTEMPTS = 10
TIMEOUT_SECONDS = 10

ClientFactory = Callable[[], httpx.Client]


def new_client() -> httpx.Client:
    """A client for the merchant; tests put another factory in app.extensions["notify_client"]."""
    return httpx.Client(timeout=TIMEOUT_SECONDS)


@task
def send_notice(notice_id: int) -> None:
    """Send one notification, if its time has come and nobody else is at it."""
    with transaction():
        if not _claim(notice_id):
            return
    notice = db.session.get_one(MockNotice, notice_id)
    is_taken = _send(notice_body(notice.payment))
    with transaction():
        if is_taken or notice.attempts >= MOST_ATTEMPTS:
            notice.settled_at = clock.now()


def _claim(notice_id: int) -> bool:
    now = clock.now()
    claimed = db.session.execute(
        update(MockNotice)
        .where(
            MockNotice.id == notice_id,
            MockNotice.settled_at.is_(None),
            MockNotice.next_try_at <= now,
        )
        .values(
            attempts=MockNotice.attempts + 1,
            next_try_at=now + dt.timedelta(seconds=2 * TIMEOUT_SECONDS),
        )
        .execution_options(synchronize_session=False)
    )
    assert isinstance(claimed, CursorResult)
    return claimed.rowcount == 1


def _send(body: dict[str, str | int]) -> bool:
    # The wait for the merchant must hold no transaction open.
    db.session.rollback()
    settings: Settings = current_app.extensions["settings"]
    content = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    headers = signed_headers(merchant_key(settings.secret_key), content, clock.now_ms() // 1000)
    factory: ClientFactory = current_app.extensions["notify_client"]
    try:
        with factory() as client:
            url = settings.public_url.rstrip("/") + NOTIFY
            return client.post(url, content=content, headers=headers).status_code == 200
    except httpx.HTTPError:
        return False


@task
def send_due_notices() -> None:
    """The sweep: late copies, and those that were not taken."""
    query = select(MockNotice.id).where(
        MockNotice.settled_at.is_(None), MockNotice.next_try_at <= clock.now()
    )
    for notice_id in list(db.session.scalars(query.order_by(MockNotice.next_try_at).limit(50))):
        send_notice.run(notice_id)
