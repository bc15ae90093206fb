"""Orders, and a gateway whose notifications go over HTTP to the application."""

import json
import secrets
from typing import Any

import httpx
from flask import Flask

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.payments import operations
from lms.payments.mock.signing import merchant_key, signed_headers
from lms.payments.models import Order
from tests.factories import CourseFactory, PersonFactory


def professional_course(**facts: Any) -> Any:
    """A published professional course of 7.5 hours: 6.00 yuan."""
    return CourseFactory(**{"category": HourCategory.PROFESSIONAL, "hours": Hours(75), **facts})


def place(person: Any = None, course: Any = None) -> Order:
    """An order that waits to be paid."""
    person, course = person or PersonFactory(), course or professional_course()
    with transaction():
        order = operations.place_order(person, course)
    return order


def notice(order: Order, **changes: Any) -> dict[str, Any]:
    """What a genuine notification for this order says."""
    transaction_id = changes.get("transaction_id", f"T{secrets.token_hex(8)}")
    body = {
        "notice_id": f"N-{transaction_id}",
        "order_number": order.number,
        "transaction_id": transaction_id,
        "amount_fen": order.amount_fen,
        "method": "scan",
        "paid_at": clock.now().isoformat(),
    }
    return {**body, **changes}


class NotifyingGateway:
    """Sends notifications to the application over HTTP, as the gateway would."""

    def __init__(self, app: Flask) -> None:
        self.key = merchant_key(app.extensions["settings"].secret_key)
        self.transport = httpx.WSGITransport(app=app)
        self.is_away = False
        app.extensions["notify_client"] = self.client

    def client(self) -> httpx.Client:
        if self.is_away:
            return httpx.Client(transport=httpx.MockTransport(_refuse))
        return httpx.Client(transport=self.transport)

    def signed(self, body: dict[str, Any], key: bytes | None = None) -> httpx.Request:
        content = json.dumps(body, sort_keys=True).encode()
        headers = signed_headers(key or self.key, content, clock.now_ms() // 1000)
        url = "http://127.0.0.1:8000/api/v1/payments/notify"
        return httpx.Request("POST", url, content=content, headers=headers)

    def send(self, request: httpx.Request) -> httpx.Response:
        response = self.transport.handle_request(request)
        response.read()
        db.session.rollback()
        return response

    def notify(self, body: dict[str, Any]) -> httpx.Response:
        return self.send(self.signed(body))


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)
