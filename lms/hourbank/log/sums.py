"""Balances against the entries they are the sums of, and accounts against their own numbers."""

from collections.abc import Iterator

from sqlalchemy import select, text

from lms.accounts.enums import IdentityKind
from lms.accounts.identity import is_sealed_number_of
from lms.core.db import db
from lms.hourbank.models import BankPerson

# One statement, so that an entry that is being written is in both or in neither.
_DIFFERENCES = text("""
WITH sums AS (
  SELECT person_id, year, category, SUM(hours) AS hours FROM bank_ledger_entries
  GROUP BY person_id, year, category
), kept AS (
  SELECT person_id, year, category, CAST(hours AS BIGINT) AS hours FROM bank_balances
), differing AS (
  SELECT * FROM (SELECT * FROM sums EXCEPT SELECT * FROM kept) AS more
  UNION
  SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM sums) AS less
)
SELECT DISTINCT person_id, year, category FROM differing ORDER BY person_id, year, category
""")
_AT_ONCE = 5000


def balance_doubts() -> Iterator[str]:
    """Which balances are not the sum of their entries."""
    for person_id, year, category in db.session.execute(_DIFFERENCES):
        yield f"person {person_id}, {year}, {category}: the balance is not the sum of the entries"


def account_doubts() -> Iterator[str]:
    """Which accounts are found under another identity number than they hold.

    The number is sealed with the account's random key, which the leaves of its entries name: so
    hours cannot be moved to somebody else by changing the account.
    """
    columns = (
        BankPerson.id,
        BankPerson.record_key,
        BankPerson.identity_kind,
        BankPerson.identity_cipher,
        BankPerson.identity_hash,
    )
    found = db.session.execute(
        select(*columns).order_by(BankPerson.id), execution_options={"yield_per": _AT_ONCE}
    )
    for person_id, record_key, kind, cipher, kept_hash in found:
        if not _is_own_number(record_key, kind, cipher, kept_hash):
            yield f"person {person_id}: the identity number is not the account's own"


def _is_own_number(record_key: str, kind: str, cipher: bytes, kept_hash: str) -> bool:
    known = IdentityKind.find(kind)
    record = f"bank-person:{record_key}"
    return known is not None and is_sealed_number_of(cipher, record, known, kept_hash)
