"""Taking in credits and reversals, exactly once each, and answering for a person's year."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.enums import IdentityKind
from lms.accounts.identity import identity_hash
from lms.accounts.rules import is_identity_number, normalize_identity_number
from lms.accounts.vault import vault
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.keys import public_pem, read_public_key
from lms.hourbank.booking import OWN_CODE, is_reversed
from lms.hourbank.ledger import Line, append, reversal_of
from lms.hourbank.models import (
    BankPerson,
    EntryKind,
    EntrySource,
    LedgerEntry,
    Platform,
    StoredAnswer,
)
from lms.hourbank.policies import requirement_for
from lms.hourbank.queries import credit_entry, find_person, stored_answer, sums_of
from lms.hourbank.receipts import sign_claims
from lms.hourbank.rules import shortfall


def register_platform(code: str, pem: str) -> Platform:
    """Let the platform `code` report hours signed with this public key; repeatable.

    Raises Conflict if the code is registered with another key, Invalid if `pem` is no Ed25519 key.
    """
    try:
        key = public_pem(read_public_key(pem))
    except ValueError as error:
        raise Invalid(_l("这不是 Ed25519 公钥。")) from error
    if code == OWN_CODE:
        raise Conflict(_l("这个平台代码由学时银行自用。"))
    found = db.session.scalar(select(Platform).where(Platform.code == code))
    if found is None:
        found = Platform(code=code, public_key=key)
        db.session.add(found)
        db.session.flush()
        record(AuditTag.BANK_PLATFORM_REGISTER, None, f"platform:{found.id}", code=code)
    if found.public_key != key:
        raise Conflict(_l("该平台代码已用另一把密钥注册。"))
    return found


def take_credit(platform: Platform, key: str, fingerprint: str, body: dict[str, Any]) -> str:
    """Enter a credit and return its receipt (a JWS); a repeat gets the stored one.

    Raises Conflict for another body under the same key, and for a credit that is entered already
    under another key; Invalid naming the field for an identity number that is none.
    """
    # In this order: whoever sees the entry of a rival also sees the answer written with it.
    entered = credit_entry(platform.id, body["reference"])
    repeated = _repeated(platform, key, fingerprint)
    if repeated is not None:
        return repeated
    if entered is not None:
        raise Conflict(_l("这条学时已经入账。"))
    line = Line(
        kind=EntryKind.CREDIT,
        year=body["year"],
        category=HourCategory(body["category"]),
        hours=body["hours"],
        source=EntrySource(body["source"]),
        reference=body["reference"],
        certificate_number=body["certificate_number"],
        title=body["title"],
        earned_at=body["earned_at"],
    )
    person = _person_for(body["person"])
    return _answer(platform, key, fingerprint, append(platform, person, line))


def take_reversal(platform: Platform, key: str, fingerprint: str, body: dict[str, Any]) -> str:
    """Take back a credit by a second entry and return its receipt; a repeat gets the stored one.

    Raises NotFound if this platform never reported the credit, Conflict if it is reversed already.
    """
    credit = credit_entry(platform.id, body["reference"])
    was_reversed = credit is not None and is_reversed(credit)
    repeated = _repeated(platform, key, fingerprint)
    if repeated is not None:
        return repeated
    if credit is None:
        raise NotFound(_l("本平台没有申报过这条学时。"))
    if was_reversed:
        raise Conflict(_l("这条学时已经冲销。"))
    person = _lock(credit.person_id)
    line = reversal_of(credit, body["reason"])
    return _answer(platform, key, fingerprint, append(platform, person, line))


def state_year(platform: Platform, key: str, body: dict[str, Any]) -> str:
    """A signed statement of a person's year; zeros for somebody the bank does not know."""
    kind, number = _identity_in(body["person"])
    person = find_person(number, kind)
    claims = {"platform": platform.code, "idempotency_key": key}
    return sign_claims({**claims, "statement": statement(person, body["year"])})


def statement(person: BankPerson | None, year: int) -> dict[str, Any]:
    """Sums, requirement and shortfall of a year, in tenths of an hour, and the moment they held."""
    sums, required = sums_of(person, year), requirement_for(year)
    public, professional = sums[HourCategory.PUBLIC], sums[HourCategory.PROFESSIONAL]
    short = shortfall(public, professional, required)
    return {
        "year": year,
        "as_of": clock.now().isoformat(),
        "public_tenths": public.tenths,
        "professional_tenths": professional.tenths,
        "required_public_tenths": required.public.tenths,
        "required_professional_tenths": required.professional.tenths,
        "required_total_tenths": required.total.tenths,
        "short_public_tenths": short.public.tenths,
        "short_professional_tenths": short.professional.tenths,
        "short_total_tenths": short.total.tenths,
    }


def _repeated(platform: Platform, key: str, fingerprint: str) -> str | None:
    stored = stored_answer(platform.id, key)
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise Conflict(_l("同一个幂等键对应了不同的内容。"))
    return stored.receipt


def _person_for(body: dict[str, Any]) -> BankPerson:
    kind, number = _identity_in(body)
    if not is_identity_number(number, kind):
        raise Invalid(_l("证件号码不正确，请按证件核对。"), field="person.identity_number")
    found = find_person(number, kind)
    return _open_account(number, kind, body) if found is None else _lock(found.id)


def _identity_in(body: dict[str, Any]) -> tuple[IdentityKind, str]:
    kind = IdentityKind(body["identity_kind"])
    return kind, normalize_identity_number(body["identity_number"], kind)


def _open_account(number: str, kind: IdentityKind, body: dict[str, Any]) -> BankPerson:
    record_key = secrets.token_hex(16)
    person = BankPerson(
        record_key=record_key,
        name=body["name"],
        identity_kind=kind.value,
        identity_cipher=vault().encrypt(number, f"bank-person:{record_key}"),
        identity_hash=identity_hash(number, kind),
    )
    db.session.add(person)
    db.session.flush()
    return person


def _lock(person_id: int) -> BankPerson:
    # One writer at a time for each person keeps balances and receipts in the order of entries.
    return db.session.get_one(BankPerson, person_id, with_for_update=True)


def _answer(platform: Platform, key: str, fingerprint: str, entry: LedgerEntry) -> str:
    receipt = sign_claims(
        {
            "platform": platform.code,
            "idempotency_key": key,
            "entry": entry.number,
            "kind": entry.kind.value,
            "source": entry.source.value,
            "reference": entry.source_reference,
            "year": entry.year,
            "category": entry.category.value,
            "hours_tenths": entry.hours.tenths,
            "entered_at": entry.entered_at.isoformat(),
            "leaf_hash": entry.leaf_hash,
            "statement": statement(entry.person, entry.year),
        }
    )
    stored = StoredAnswer(
        platform_id=platform.id,
        idempotency_key=key,
        fingerprint=fingerprint,
        entry_id=entry.id,
        receipt=receipt,
    )
    db.session.add(stored)
    db.session.flush()
    return receipt
