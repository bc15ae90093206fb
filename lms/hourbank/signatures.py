"""Who is asking: HTTP message signatures of registered platforms (RFC 9421, Ed25519)."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Request, g, request
from flask_babel import lazy_gettext as _l
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
    algorithms,
)
from sqlalchemy import delete, select

from lms.core import clock
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.keys import read_public_key
from lms.hourbank.models import Platform, SeenNonce

TAG = "xueshi-bank"
LONGEST_AGE = dt.timedelta(minutes=5)
COVERED = ("@method", "@authority", "@path", "content-type", "idempotency-key")
COVERED_READING = ("@method", "@authority", "@path")

CLOCK_SKEW = HTTPMessageVerifier.max_clock_skew

View = TypeVar("View", bound=Callable[..., Any])


class NotSigned(DomainError):
    """The request is not signed by a registered platform, too old, or a replay."""

    status = 401
    code = "signature"
    default_message = _l("请求签名无效、已过期或已使用过。")


class _RegisteredKeys(HTTPSignatureKeyResolver):
    """The present keys of active platforms, or those that are still good after a change."""

    def __init__(self, is_previous: bool) -> None:
        self._is_previous = is_previous

    def resolve_public_key(self, key_id: str) -> Any:
        """The key of an active platform; None turns the signature down."""
        platform = find_platform(key_id)
        if platform is None:
            return None
        pem = _previous_key(platform) if self._is_previous else platform.public_key
        return read_public_key(pem) if pem else None


def _previous_key(platform: Platform) -> str | None:
    until = platform.previous_until
    return platform.previous_key if until is not None and clock.now() < until else None


class _Verifier(HTTPMessageVerifier):
    """The package's verifier, told the time by our clock."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        created = sig_input.params.get("created")
        if type(created) is not int:
            raise InvalidSignature("no time of creation")
        age = clock.now() - dt.datetime.fromtimestamp(created, dt.UTC)
        if age > LONGEST_AGE or age < -self.max_clock_skew:
            raise InvalidSignature(f"signature of {age} ago")


class _Message:
    """A Flask request as the verifier reads it."""

    def __init__(self, source: Request) -> None:
        self.method = source.method
        self.url = source.url
        self.headers = dict(source.headers.items())


def find_platform(code: str) -> Platform | None:
    """The active platform of this code."""
    return db.session.scalar(
        select(Platform).where(Platform.code == code, Platform.is_active.is_(True))
    )


def signed_by_platform(view: View) -> View:
    """Let in only what a registered platform signed; the view finds it in `asker()`."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        result = _verify(request)
        g.bank_nonce = result.nonce
        g.bank_platform_code = str(result.parameters["keyid"])
        return view(*args, **kwargs)

    return checked  # type: ignore[return-value]


def _verify(source: Request) -> VerifyResult:
    try:
        return _verify_by(_RegisteredKeys(is_previous=False), source)
    except NotSigned:
        return _verify_by(_RegisteredKeys(is_previous=True), source)


def _verify_by(keys: _RegisteredKeys, source: Request) -> VerifyResult:
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    covered = COVERED_READING if source.method == "GET" else COVERED
    try:
        (result,) = verifier.verify(
            _Message(source),
            expect_tag=TAG,
            require_components=covered,
            body=source.get_data(cache=True),
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise NotSigned() from error
    if not result.nonce or len(result.nonce) > 64:
        raise NotSigned()
    return result


def asker() -> Platform:
    """The platform that signed this request. Uses up its nonce, inside the transaction.

    Raises NotSigned if the nonce was used before or the platform was struck off meanwhile; of two
    that race, the database turns down the second (IntegrityError).
    """
    platform = find_platform(g.bank_platform_code)
    if platform is None:
        raise NotSigned()
    used = select(SeenNonce.id).where(
        SeenNonce.platform_id == platform.id, SeenNonce.nonce == g.bank_nonce
    )
    if db.session.scalar(used) is not None:
        raise NotSigned()
    db.session.add(SeenNonce(platform_id=platform.id, nonce=g.bank_nonce))
    db.session.flush()
    return platform


def forget_old_nonces() -> None:
    """Drop nonces of signatures that are too old to be replayed anyway."""
    oldest = clock.now() - 2 * LONGEST_AGE
    db.session.execute(delete(SeenNonce).where(SeenNonce.seen_at < oldest))
