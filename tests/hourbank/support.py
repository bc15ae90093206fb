"""Signed requests to the bank's API, as a platform makes them."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from flask import Flask
from joserfc import jws
from joserfc.jwk import OKPKey

from lms.config import Settings
from lms.hourbank.cli import set_up_local
from lms.hourbank.log.tasks import give_places
from lms.hourbank.log.verification import Found, doubts
from lms.hours.bank import API, sign
from tests.factories.accounts import identity_number


def credit_body(**changes: Any) -> dict[str, Any]:
    """A credit of 2.5 public hours in 2025."""
    body = {
        "reference": "credit-1",
        "person": person_body(),
        "year": 2025,
        "category": "public",
        "hours": "2.5",
        "title": "政策与实务",
        "certificate_number": "证000001",
        "earned_at": "2025-06-02T12:00:00+08:00",
    }
    return {**body, **changes}


def person_body(sequence: int = 1) -> dict[str, str]:
    number = identity_number(sequence)
    return {"identity_kind": "resident", "identity_number": number, "name": "王小明"}


class SigningPlatform:
    """The registered platform; sends what a test wants sent."""

    def __init__(self, app: Flask) -> None:
        set_up_local()
        self.settings: Settings = app.extensions["settings"]
        # Whose code and key the requests are signed with.
        self.signing = self.settings
        self.transport = httpx.WSGITransport(app=app)

    def signed(
        self, address: str, body: Any = None, key: str | None = None, method: str = "POST"
    ) -> httpx.Request:
        """A signed request that has not been sent yet."""
        content = b"" if body is None else json.dumps(body).encode()
        url = self.settings.bank_url + API + address
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key or secrets.token_hex(16),
        }
        request = httpx.Request(method, url, content=content, headers=headers)
        sign(request, content, self.signing)
        return request

    def send(self, request: httpx.Request) -> httpx.Response:
        response = self.transport.handle_request(request)
        response.read()
        return response

    def post(self, address: str, body: Any, key: str | None = None) -> httpx.Response:
        return self.send(self.signed(address, body, key))

    def claims(self, response: httpx.Response) -> dict[str, Any]:
        """What the receipt in an answer says."""
        return self.claims_of(response.json()["receipt"])

    def claims_of(self, token: str) -> dict[str, Any]:
        """What a receipt says, checked with the bank's published key."""
        pem = (self.settings.var_path / "keys" / "bank-ed25519.pub.pem").read_bytes()
        proved = jws.deserialize_compact(token, OKPKey.import_key(pem), algorithms=["Ed25519"])
        claims: dict[str, Any] = json.loads(proved.payload)
        return claims


def at_once(platform: SigningPlatform, requests: list[httpx.Request]) -> list[httpx.Response]:
    """The answers to requests that were all sent at the same moment."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(platform.send, requests))


def log_doubts(settings: Settings) -> list[str]:
    """What verifying the log finds after every entry got its place."""
    give_places.run()
    return list(doubts(settings, Found()))
