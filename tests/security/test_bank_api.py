"""Nobody but a registered platform puts hours into the bank."""

import json

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from lms.core.db import db
from lms.hourbank.models import LedgerEntry
from lms.hours import bank
from lms.web.auth import TOKEN, access_of
from tests.hourbank.support import SigningPlatform, credit_body
from tests.security.support import address_of, routes


@pytest.fixture
def platform(app, clock) -> SigningPlatform:
    return SigningPlatform(app)


def _entries() -> int:
    return db.session.scalar(select(func.count(LedgerEntry.id))) or 0


def test_every_address_of_the_bank_refuses_the_unsigned(app, client, platform):
    asked = [rule for rule in routes(app) if rule.rule.startswith("/hourbank/api/")]
    # The log names nobody, and is there for everybody.
    asked = [rule for rule in asked if not rule.endpoint.startswith("hourbank_log.")]
    assert asked
    assert all(access_of(app, rule.endpoint) == TOKEN for rule in asked)
    for rule in asked:
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(address_of(rule), method=method, json=credit_body())
            assert (rule.rule, answer.status_code) == (rule.rule, 401)
    assert _entries() == 0


def test_a_session_does_not_open_the_bank(client, platform):
    answer = client.post("/hourbank/api/v1/credits", json=credit_body())
    assert answer.status_code == 401
    assert _entries() == 0


def test_a_key_of_ones_own_does_not_help(platform, monkeypatch):
    forged = Ed25519PrivateKey.generate()
    monkeypatch.setattr(bank, "_platform_key", lambda path: forged)
    answer = platform.send(platform.signed("/credits", credit_body()))
    assert answer.status_code == 401
    assert _entries() == 0


def test_more_hours_under_a_genuine_signature_are_refused(platform):
    request = platform.signed("/credits", credit_body())
    more = json.dumps(credit_body(hours="90")).encode()
    headers = {k: v for k, v in request.headers.items() if k.lower() != "content-length"}
    forged = httpx.Request("POST", request.url, headers=headers, content=more)
    assert platform.send(forged).status_code == 401
    assert _entries() == 0


def test_a_request_sent_again_enters_nothing_again(platform):
    request = platform.signed("/credits", credit_body())
    assert platform.send(request).status_code == 201
    assert platform.send(request).status_code == 401
    assert _entries() == 1


def test_the_same_hours_under_a_new_key_are_refused(platform):
    assert platform.post("/credits", credit_body()).status_code == 201
    assert platform.post("/credits", credit_body()).status_code == 409
    assert _entries() == 1


def test_another_content_under_a_used_key_is_refused(platform):
    key = "0123456789abcdef0123456789abcdef"
    assert platform.post("/credits", credit_body(), key).status_code == 201
    assert platform.post("/credits", credit_body(hours="90"), key).status_code == 409
    assert _entries() == 1
