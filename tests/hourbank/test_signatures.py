import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.keys import public_pem
from lms.hourbank import operations, signatures
from lms.hourbank.models import LedgerEntry, Platform, SeenNonce
from lms.hourbank.tasks import forget_nonces
from lms.hours import bank
from tests.hourbank.support import credit_body


def refused(platform, request: httpx.Request) -> bool:
    response = platform.send(request)
    count = db.session.scalar(select(func.count(LedgerEntry.id)))
    return response.status_code == 401 and count == 0


def test_unsigned_request_is_refused(platform):
    request = platform.signed("/credits", credit_body())
    del request.headers["Signature"]
    assert refused(platform, request)


def test_changed_body_is_refused(platform):
    request = platform.signed("/credits", credit_body())
    forged = httpx.Request(
        "POST",
        request.url,
        headers={**request.headers},
        content=request.content.replace(b'"2.5"', b'"9.5"'),
    )
    assert refused(platform, forged)


def test_body_with_a_fresh_digest_under_an_old_signature_is_refused(platform):
    request = platform.signed("/credits", credit_body())
    other = platform.signed("/credits", credit_body(hours="9.5"))
    forged = httpx.Request(
        "POST",
        request.url,
        content=other.content,
        headers={**request.headers, "Content-Digest": other.headers["Content-Digest"]},
    )
    assert refused(platform, forged)


@pytest.mark.parametrize(
    ("header", "value"),
    [("Idempotency-Key", "another key of some length"), ("Host", "elsewhere.example")],
)
def test_changed_signed_header_is_refused(platform, header, value):
    request = platform.signed("/credits", credit_body())
    request.headers[header] = value
    assert refused(platform, request)


def test_signature_for_another_address_is_refused(platform):
    request = platform.signed("/statements", credit_body())
    request.url = request.url.copy_with(path="/hourbank/api/v1/credits")
    assert refused(platform, request)


def test_unknown_platform_is_refused(platform):
    with transaction():
        db.session.scalars(select(Platform)).one().is_active = False
    assert refused(platform, platform.signed("/credits", credit_body()))


def test_signature_by_another_key_is_refused(platform):
    with transaction():
        row = db.session.scalars(select(Platform)).one()
        row.public_key = public_pem(Ed25519PrivateKey.generate())
    assert refused(platform, platform.signed("/credits", credit_body()))


def test_signature_without_coverage_of_the_body_is_refused(platform, monkeypatch):
    request = platform.signed("/credits", credit_body())
    request.headers["Signature-Input"] = request.headers["Signature-Input"].replace(
        ' "content-digest"', ""
    )
    assert refused(platform, request)


def test_signature_that_leaves_out_the_key_header_is_refused(platform, monkeypatch):
    covered = ("@method", "@authority", "@path", "content-type")
    monkeypatch.setattr(bank.sign, "__defaults__", (covered,))
    assert refused(platform, platform.signed("/credits", credit_body()))


@pytest.mark.parametrize("seconds", [301, 3600, -10])
def test_signature_too_old_or_from_the_future_is_refused(platform, clock, seconds):
    request = platform.signed("/credits", credit_body())
    clock.advance(seconds)
    assert refused(platform, request)


def test_the_same_signed_request_is_taken_once(platform):
    request = platform.signed("/credits", credit_body())
    assert platform.send(request).status_code == 201
    assert platform.send(request).status_code == 401


def test_guests_get_a_problem_and_not_a_page(client):
    response = client.post("/hourbank/api/v1/credits", json={})
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"


def test_nonces_are_forgotten_only_when_they_can_no_longer_be_replayed(platform, clock):
    platform.post("/credits", credit_body())
    clock.advance(signatures.LONGEST_AGE.total_seconds())
    forget_nonces.run()
    assert db.session.scalar(select(func.count(SeenNonce.id))) == 1
    clock.advance(signatures.LONGEST_AGE.total_seconds() + 1)
    forget_nonces.run()
    assert db.session.scalar(select(func.count(SeenNonce.id))) == 0


def test_platform_code_keeps_its_key(app, platform):
    other = public_pem(Ed25519PrivateKey.generate())
    with pytest.raises(Conflict), transaction():
        operations.register_platform("local", other)
    with pytest.raises(Invalid), transaction():
        operations.register_platform("new", "no key")
    with transaction():
        operations.register_platform("new", other)
    assert signatures.find_platform("new") is not None
