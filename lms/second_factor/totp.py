"""Authenticator apps: codes that change every 30 seconds (RFC 6238)."""

import datetime as dt
import secrets

import pyotp
from flask import current_app
from flask_babel import lazy_gettext as _l
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, or_, select, update

from lms.accounts.models import Person
from lms.accounts.vault import vault
from lms.config import Settings
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.codes import normalize_code
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.second_factor.models import Factor, TotpDevice
from lms.second_factor.queries import totp_of
from lms.second_factor.records import count_as_shown, hold_person, record_change
from lms.second_factor.rules import is_totp_code

# A set-up that is not finished within this time begins anew with another secret.
SETUP_FOR = dt.timedelta(minutes=20)
# Codes of the step before and after are good too: clocks differ, and typing takes time.
WINDOW_STEPS = 1


def start_totp(person: Person) -> TotpDevice:
    """Begin to set up an authenticator app, with a new secret; the one in use stays in use."""
    hold_person(person)
    db.session.execute(
        delete(TotpDevice).where(
            TotpDevice.person_id == person.id, TotpDevice.confirmed_at.is_(None)
        )
    )
    key = secrets.token_hex(16)
    cipher = vault().encrypt(pyotp.random_base32(), _bound_to(person.id, key))
    device = TotpDevice(person_id=person.id, record_key=key, secret_cipher=cipher)
    db.session.add(device)
    db.session.flush()
    return device


def totp_in_setup(person: Person) -> TotpDevice | None:
    """The authenticator app that the person is setting up."""
    query = select(TotpDevice).where(
        TotpDevice.person_id == person.id,
        TotpDevice.confirmed_at.is_(None),
        TotpDevice.created_at > clock.now() - SETUP_FOR,
    )
    return db.session.scalar(query)


def confirm_totp(person: Person, text: str) -> None:
    """Take the app being set up into use, in place of the one before, if `text` is its code.

    The session counts as one in which a factor was shown. Raises Conflict if the set-up took too
    long or the session is over, Invalid(field="code") for a wrong code.
    """
    hold_person(person)
    device = totp_in_setup(person)
    if device is None:
        raise Conflict(_l("设置已超时，请重新开始。"))
    step = _step_of(device, normalize_code(text))
    if step is None:
        raise Invalid(_l("验证码不正确，请等应用显示下一个验证码后再试。"), field="code")
    before = totp_of(person.id)
    if before is not None:
        db.session.delete(before)
        db.session.flush()
    device.confirmed_at = clock.now()
    device.last_step = step
    db.session.flush()
    count_as_shown(person)
    record_change(AuditTag.ACCOUNTS_FACTOR_ADD, person, Factor.TOTP, replaced=before is not None)


def use_totp(person_id: int, code: str) -> bool:
    """Whether this normalized code is a new one of the person's app; it is never so again."""
    device = totp_of(person_id)
    step = _step_of(device, code) if device else None
    if device is None or step is None:
        return False
    # One conditional statement: of two requests with the same code, one finds the step taken.
    is_newer = or_(TotpDevice.last_step.is_(None), TotpDevice.last_step < step)
    claim = update(TotpDevice).where(TotpDevice.id == device.id, is_newer)
    claim = claim.values(last_step=step, last_used_at=clock.now())
    claimed = db.session.execute(claim.execution_options(synchronize_session=False))
    db.session.expire(device)
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def secret_of(device: TotpDevice) -> str:
    """The secret in base 32, to be typed into an app."""
    return vault().decrypt(device.secret_cipher, _bound_to(device.person_id, device.record_key))


def provisioning_uri(person: Person, device: TotpDevice) -> str:
    """What the QR code holds. It is never a page's address: it would stand in logs."""
    settings: Settings = current_app.extensions["settings"]
    name = person.username or person.masked_identity
    totp = pyotp.TOTP(secret_of(device))
    return totp.provisioning_uri(name=name, issuer_name=settings.issuer_name)


def _step_of(device: TotpDevice, code: str) -> int | None:
    """The time step of this code, if it is one of now."""
    if not is_totp_code(code):
        return None
    try:
        return pyotp.TOTP(secret_of(device)).verify_and_get_timecode(
            code, for_time=clock.now(), valid_window=WINDOW_STEPS
        )
    except OTPVerificationError:
        return None


def _bound_to(person_id: int, record_key: str) -> str:
    return f"totp:{person_id}:{record_key}"
