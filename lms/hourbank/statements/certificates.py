"""Annual certificates (继续教育证书): issued once for a year that is met, ended when it is not.

Hours are taken back by entries of the ledger, whoever writes them and however. So whether a
certificate holds is asked of the balances each time somebody looks (`present_state`), and a sweep
writes down what has ended.
"""

import secrets
from dataclasses import dataclass

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, func, or_, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, NotFound
from lms.documents.rules import SERIAL_DIGITS, format_number, is_code, normalize_number
from lms.hourbank import booking, queries
from lms.hourbank.models import Balance, BankPerson
from lms.hourbank.rules import Requirement
from lms.hourbank.statements import rules
from lms.hourbank.statements.models import AnnualCertificate, AnnualState
from lms.hourbank.statements.years import YearStatement, account_of, division_of, state_year

CODE_BYTES = 16
_TRIES = 5


@dataclass(frozen=True)
class Standing:
    """A certificate, and what it is at this moment."""

    certificate: AnnualCertificate
    state: AnnualState

    @property
    def is_valid(self) -> bool:
        return self.state is AnnualState.VALID


def present_state(certificate: AnnualCertificate) -> AnnualState:
    """What the certificate is now: as stored, unless hours were taken back since.

    One whose year is still met without those hours is only superseded: what it prints is no longer
    so, and another may be issued.
    """
    if certificate.state is not AnnualState.VALID:
        return certificate.state
    sums = queries.sums_of(certificate.person, certificate.year)
    public, professional = sums[HourCategory.PUBLIC], sums[HourCategory.PROFESSIONAL]
    if rules.holds(certificate.public, certificate.professional, public, professional):
        return AnnualState.VALID
    required = Requirement(
        certificate.required_public, certificate.required_professional, certificate.required_total
    )
    is_met = rules.is_met(public, professional, required)
    return AnnualState.SUPERSEDED if is_met else AnnualState.REVOKED


def issue_annual_certificate(person: Person, year: int) -> AnnualCertificate:
    """The certificate of the person's year, issued at the first call.

    Raises Conflict if the year is not met. One that no longer holds is ended, and another issued.
    """
    account = booking.lock_account(person)
    statement = state_year(account, division_of(person), year)
    if not statement.is_met:
        raise Conflict(_l("本年度学时尚未达标，不能颁发证书。"))
    current = _valid(account, year)
    if current is not None:
        state = present_state(current)
        if state is AnnualState.VALID:
            return current
        end_certificate(current, state)
    return _save(person, account, statement)


def end_certificate(certificate: AnnualCertificate, state: AnnualState) -> None:
    """Write down that a certificate ended, as `state`; nothing if it has already."""
    hold(certificate)
    if certificate.state is not AnnualState.VALID:
        return
    certificate.state = state
    certificate.ended_at = clock.now()
    db.session.flush()
    subject = f"annual-certificate:{certificate.id}"
    record(AuditTag.BANK_CERTIFICATE_END, None, subject, state=state.value)


def end_unheld(limit: int) -> int:
    """End what hours were taken back from, `limit` at most; how many."""
    public, professional = aliased(Balance), aliased(Balance)
    query = select(AnnualCertificate).where(AnnualCertificate.state == AnnualState.VALID)
    for balance, category in (
        (public, HourCategory.PUBLIC),
        (professional, HourCategory.PROFESSIONAL),
    ):
        query = query.outerjoin(
            balance,
            (balance.person_id == AnnualCertificate.person_id)
            & (balance.year == AnnualCertificate.year)
            & (balance.category == category),
        )
    query = query.where(
        or_(
            func.coalesce(type_coerce(public.hours, Integer), 0)
            < type_coerce(AnnualCertificate.public, Integer),
            func.coalesce(type_coerce(professional.hours, Integer), 0)
            < type_coerce(AnnualCertificate.professional, Integer),
        )
    )
    found = list(db.session.scalars(query.limit(limit)))
    for certificate in found:
        end_certificate(certificate, present_state(certificate))
    return len(found)


def newest_certificate(person: Person, year: int) -> Standing | None:
    """The newest certificate of a person's year, and what it is now."""
    account = account_of(person)
    if account is None:
        return None
    query = select(AnnualCertificate).where(
        AnnualCertificate.person_id == account.id, AnnualCertificate.year == year
    )
    found = db.session.scalar(query.order_by(AnnualCertificate.id.desc()).limit(1))
    return None if found is None else Standing(found, present_state(found))


def own_certificate(person: Person, certificate_id: int) -> AnnualCertificate:
    """One of the person's own; raises NotFound for anybody else's."""
    account = account_of(person)
    found = db.session.get(AnnualCertificate, certificate_id)
    if account is None or found is None or found.person_id != account.id:
        raise NotFound()
    return found


def find_by_code(code: str) -> Standing | None:
    """The certificate with this verification code, whatever it is now."""
    if not is_code(code):
        return None
    found = db.session.scalar(select(AnnualCertificate).where(AnnualCertificate.code == code))
    return None if found is None else Standing(found, present_state(found))


def find_by_number(number: str) -> Standing | None:
    """The certificate with this number, however it was typed."""
    wanted = normalize_number(number)
    found = db.session.scalar(select(AnnualCertificate).where(AnnualCertificate.number == wanted))
    return None if found is None else Standing(found, present_state(found))


def _valid(account: BankPerson, year: int) -> AnnualCertificate | None:
    return db.session.scalar(
        select(AnnualCertificate).where(
            AnnualCertificate.person_id == account.id,
            AnnualCertificate.year == year,
            AnnualCertificate.state == AnnualState.VALID,
        )
    )


def _save(person: Person, account: BankPerson, statement: YearStatement) -> AnnualCertificate:
    for _ in range(_TRIES):
        certificate = _printed(person, account, statement)
        try:
            with db.session.begin_nested():
                db.session.add(certificate)
        except IntegrityError:
            # A number that exists already was drawn: draw another.
            continue
        record(
            AuditTag.BANK_CERTIFICATE_ISSUE,
            person.id,
            f"annual-certificate:{certificate.id}",
            organization_id=person.unit_id,
            year=statement.year,
        )
        return certificate
    raise Conflict()


def _printed(person: Person, account: BankPerson, statement: YearStatement) -> AnnualCertificate:
    serial = secrets.randbelow(10**SERIAL_DIGITS)
    required = statement.required
    return AnnualCertificate(
        number=format_number(statement.year, division_of(person), serial, rules.NUMBER_PREFIX),
        code=secrets.token_urlsafe(CODE_BYTES),
        person_id=account.id,
        year=statement.year,
        person_name=person.name,
        identity_tail=person.identity_tail,
        unit_name=person.unit.name if person.unit is not None else "",
        issuer_name=current_app.extensions["settings"].issuer_name,
        policy=statement.policy.code,
        public=statement.public,
        professional=statement.professional,
        required_public=required.public,
        required_professional=required.professional,
        required_total=required.total,
    )
