"""Registering platforms, and answering for a person's year."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.enums import IdentityKind
from lms.accounts.rules import normalize_identity_number
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.keys import public_pem, read_public_key
from lms.hourbank.booking import OWN_CODE
from lms.hourbank.models import Platform
from lms.hourbank.queries import find_person, sums_of
from lms.hourbank.receipts import sign_claims, statement_words


def register_platform(code: str, pem: str) -> Platform:
    """Let the platform `code` report hours signed with this public key; repeatable.

    Raises Conflict if the code is registered with another key, Invalid if `pem` is no Ed25519 key.
    """
    key = _normal_key(pem)
    if code == OWN_CODE:
        raise Conflict(_l("这个平台代码由学时银行自用。"))
    found = _platform(code)
    if found is None:
        found = Platform(code=code, public_key=key)
        db.session.add(found)
        db.session.flush()
        record(AuditTag.BANK_PLATFORM_REGISTER, None, f"platform:{found.id}", code=code)
    if found.public_key != key:
        raise Conflict(_l("该平台代码已用另一把密钥注册。"))
    return found


def change_key(code: str, pem: str, overlap: dt.timedelta) -> Platform:
    """Give a platform another public key; the one before stays good for `overlap`.

    Without overlap it is struck off at once, as a stolen key must be. Raises NotFound for an
    unknown code, Invalid if `pem` is no Ed25519 key.
    """
    key, platform = _normal_key(pem), _known_platform(code)
    if platform.public_key != key:
        platform.previous_key, platform.previous_until = platform.public_key, clock.now() + overlap
        platform.public_key = key
        record(AuditTag.BANK_PLATFORM_REKEY, None, f"platform:{platform.id}", code=code)
    return platform


def deactivate_platform(code: str) -> None:
    """Take nothing from a platform any more; what it reported stays. NotFound if unknown."""
    platform = _known_platform(code)
    if platform.is_active:
        platform.is_active = False
        record(AuditTag.BANK_PLATFORM_DEACTIVATE, None, f"platform:{platform.id}", code=code)


def _normal_key(pem: str) -> str:
    try:
        return public_pem(read_public_key(pem))
    except ValueError as error:
        raise Invalid(_l("这不是 Ed25519 公钥。")) from error


def _platform(code: str) -> Platform | None:
    return db.session.scalar(select(Platform).where(Platform.code == code))


def _known_platform(code: str) -> Platform:
    found = _platform(code)
    if found is None or code == OWN_CODE:
        raise NotFound(_l("没有登记这个平台。"))
    return found


def state_year(platform: Platform, key: str, body: dict[str, Any]) -> str:
    """A signed statement of a person's year; zeros for somebody the bank does not know."""
    kind = IdentityKind(body["person"]["identity_kind"])
    number = normalize_identity_number(body["person"]["identity_number"], kind)
    sums = sums_of(find_person(number, kind), body["year"])
    words = statement_words(
        body["year"], sums[HourCategory.PUBLIC], sums[HourCategory.PROFESSIONAL]
    )
    return sign_claims({"platform": platform.code, "idempotency_key": key, "statement": words})
