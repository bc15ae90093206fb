"""The lane of single credits: quick where all is plain, and no other answer than the route's."""

import base64

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.keys import public_pem, read_public_key
from lms.hourbank import profile, signatures
from lms.hourbank.intake import lane
from lms.hourbank.models import LedgerEntry, Platform
from tests.hourbank.support import credit_body, log_doubts


@pytest.fixture
def taken(monkeypatch) -> list[bool]:
    """Whether each request was answered in the lane."""
    answered: list[bool] = []
    answer = lane.CreditLane.answer

    def noted(self, request):
        receipt = answer(self, request)
        answered.append(receipt is not None)
        return receipt

    monkeypatch.setattr(lane.CreditLane, "answer", noted)
    return answered


def entries() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(LedgerEntry.id)).all())


def test_new_credits_are_taken_in_the_lane_and_their_receipts_are_the_routes(
    platform, taken, monkeypatch, settings
):
    first = platform.post("/credits", credit_body())
    second = platform.post("/credits", credit_body(reference="credit-2"))
    assert taken == [True, True]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Content-Type"] == "application/json"
    with monkeypatch.context() as closed:
        closed.setattr(lane, "_respond", lambda *request: None)
        third = platform.post("/credits", credit_body(reference="credit-3"))
    in_lane, by_route = (platform.claims(answer) for answer in (second, third))
    assert in_lane.keys() == by_route.keys()
    assert in_lane["statement"].keys() == by_route["statement"].keys()
    sums = [platform.claims(each)["statement"]["public_tenths"] for each in (first, second, third)]
    assert sums == [25, 50, 75]
    assert log_doubts(settings) == []


@pytest.mark.parametrize("change", [{"hours": "2.55"}, {"surplus": 1}, {"year": "x"}])
def test_what_is_wrong_is_told_by_the_route(platform, taken, change):
    response = platform.post("/credits", credit_body(**change))
    assert (taken, response.status_code) == ([False], 422)
    assert response.json()["field"] == next(iter(change))


def test_repeats_and_conflicts_are_left_to_the_route(platform, taken):
    key = "0123456789abcdef"
    first = platform.post("/credits", credit_body(), key)
    assert platform.post("/credits", credit_body(), key).json() == first.json()
    assert platform.post("/credits", credit_body(hours="9"), key).status_code == 409
    assert platform.post("/credits", credit_body(), key + "x").status_code == 409
    assert taken[0]
    assert entries() == 1


def test_used_signature_is_refused_and_enters_nothing(platform, taken):
    request = platform.signed("/credits", credit_body())
    assert platform.send(request).status_code == 201
    assert platform.send(request).status_code == 401
    assert taken == [True, False]


@pytest.mark.parametrize("is_struck_off", [True, False])
def test_platform_is_looked_at_again_for_each_credit(platform, taken, is_struck_off):
    """Whether it was struck off or has another key since it was known."""
    assert platform.post("/credits", credit_body()).status_code == 201
    with transaction():
        row = db.session.scalars(select(Platform)).one()
        if is_struck_off:
            row.is_active = False
        else:
            row.public_key = public_pem(Ed25519PrivateKey.generate())
    request = platform.signed("/credits", credit_body(reference="credit-2"))
    assert platform.send(request).status_code == 401
    assert taken == [True, False]
    assert entries() == 1


def request_of(request: httpx.Request) -> profile.Request:
    headers = request.headers
    return profile.Request(
        method=request.method,
        authority=headers["host"],
        path=request.url.path,
        content_type=headers["content-type"],
        idempotency_key=headers["idempotency-key"],
        content_digest=headers["content-digest"],
        signature_input=headers["signature-input"],
        signature=headers["signature"],
        body=request.content,
    )


def is_believed(platform, request: profile.Request) -> bool:
    """By our own verifier."""
    signed = profile.read(request)
    pem = db.session.scalars(select(Platform.public_key)).first()
    return signed is not None and profile.is_signed(signed, read_public_key(pem))


def library_believes(app, request: profile.Request) -> bool:
    headers = {
        "Host": request.authority,
        "Content-Type": request.content_type,
        "Idempotency-Key": request.idempotency_key,
        "Content-Digest": request.content_digest,
        "Signature-Input": request.signature_input,
        "Signature": request.signature,
    }
    with app.test_request_context(
        request.path, method=request.method, headers=headers, data=request.body
    ):
        try:
            signatures._verify(signatures.request)
        except signatures.NotSigned:
            return False
        return True


def test_own_verifier_believes_what_the_library_believes(app, platform):
    for number in range(20):
        request = request_of(platform.signed("/credits", credit_body(reference=f"c-{number}")))
        assert is_believed(platform, request)
        assert library_believes(app, request)


def mutations(request: profile.Request) -> list[profile.Request]:
    """The request with one thing about it changed: letters of each field, and whole parts."""
    changed = []
    for name in request._fields:
        value = getattr(request, name)
        places = range(0, len(value), max(1, len(value) // 24))
        for place in places:
            other = _other(value[place : place + 1])
            changed.append(request._replace(**{name: value[:place] + other + value[place + 1 :]}))
        changed.append(request._replace(**{name: value[:-1]}))
        changed.append(request._replace(**{name: value + value[:1]}))
    words = request.signature_input
    for old, new in (
        ('"@method" ', ""),
        (' "content-digest"', ""),
        ('"@path" "content-type"', '"content-type" "@path"'),
        (';tag="xueshi-bank"', ""),
        (';tag="xueshi-bank"', ';tag="other"'),
        (";created=", ";expires=1;created="),
        (";created=", ";created=9"),
        ('keyid="local"', 'keyid="nobody"'),
        ('alg="ed25519"', 'alg="hmac-sha256"'),
        ("pyhms=", "other="),
    ):
        assert old in words
        changed.append(request._replace(signature_input=words.replace(old, new)))
    return changed


def _other(letter):
    if isinstance(letter, bytes):
        return bytes([letter[0] ^ 1])
    return "b" if letter == "a" else "a"


def test_own_verifier_believes_nothing_that_the_library_does_not(app, platform):
    request = request_of(platform.signed("/credits", credit_body()))
    changed = [each for each in mutations(request) if each != request]
    assert len(changed) > 150
    for each in changed:
        if is_believed(platform, each):
            assert library_believes(app, each), each
    # And nearly nothing is believed at all: what is signed is signed.
    assert not any(is_believed(platform, each) for each in changed)


def test_signature_with_loose_ends_of_base64_is_left_to_the_library(platform):
    request = request_of(platform.signed("/credits", credit_body()))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = request.signature.index("==:") - 1
    letter = request.signature[place]
    loose = alphabet[alphabet.index(letter) + 1]
    signature = request.signature[:place] + loose + request.signature[place + 1 :]
    value = signature.partition(":")[2].rstrip(":")
    assert base64.b64decode(value) == base64.b64decode(request.signature.partition(":")[2][:-1])
    assert profile.read(request._replace(signature=signature)) is None


@pytest.mark.parametrize("seconds", [301, -6])
def test_own_verifier_knows_the_time(platform, clock, seconds):
    request = request_of(platform.signed("/credits", credit_body()))
    assert is_believed(platform, request)
    clock.advance(seconds)
    assert not is_believed(platform, request)
