"""The accounts of those whose hours are entered: found by a keyed hash, locked, opened."""

import secrets
from collections.abc import Iterable

from lms.accounts.vault import vault
from lms.core import clock
from lms.hourbank.intake.items import Somebody
from lms.hourbank.ledger import Account
from lms.hourbank.sql import Row, Sql, Statement

# In one order for everybody, so that two batches never wait for each other.
_LOCK = Statement(
    "SELECT p.identity_hash, p.id, p.record_key FROM {rows} "
    "JOIN bank_people p ON p.identity_hash = r.identity_hash ORDER BY p.id FOR UPDATE OF p",
    identity_hash="text",
)
_INSERT = Statement(
    "INSERT INTO bank_people (record_key, name, identity_kind, identity_cipher, identity_hash, "
    "created_at) VALUES (:record_key, :name, :identity_kind, :identity_cipher, :identity_hash, "
    ":created_at) ON CONFLICT (identity_hash) DO NOTHING"
)


def lock_accounts(sql: Sql, hashes: Iterable[str]) -> dict[str, Account]:
    """The accounts under these hashes, locked until the transaction ends; those that there are."""
    rows: list[Row] = [{"identity_hash": each} for each in sorted(set(hashes))]
    found = sql.run(_LOCK, rows) if rows else []
    return {each: Account(account_id, record_key) for each, account_id, record_key in found}


def open_accounts(sql: Sql, people: Iterable[Somebody]) -> dict[str, Account]:
    """Open an account for each of these people who has none yet; the accounts, locked."""
    new = {person.identity_hash: person for person in people}
    for each in sorted(new):
        _open(sql, new[each])
    return lock_accounts(sql, new)


def _open(sql: Sql, person: Somebody) -> None:
    record_key = secrets.token_hex(16)
    cipher = vault().encrypt(person.identity_number, f"bank-person:{record_key}")
    sql.run(
        _INSERT,
        record_key=record_key,
        name=person.name,
        identity_kind=person.identity_kind.value,
        identity_cipher=cipher,
        identity_hash=person.identity_hash,
        created_at=sql.instant(clock.now()),
    )
