"""Codes: what of them is kept, which are open, and making them worthless."""

import datetime as dt

from sqlalchemy import Select, select, update

from lms.accounts.models import Person
from lms.accounts.vault import vault
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.core import clock
from lms.core.db import db

# How long a code is good that was sent, and how long a grant is.
SENT_GOOD_FOR = dt.timedelta(minutes=30)
GRANT_GOOD_FOR = dt.timedelta(minutes=30)


def hash_of_code(person_id: int, code: str) -> str:
    """What is kept of a code: a keyed hash, bound to its holder."""
    return vault().lookup_hash(f"code:{person_id}:{code}")


def purpose_for(person: Person | None) -> CodePurpose:
    """What a code is for: a first password for whoever has none."""
    if person is not None and not person.is_activated:
        return CodePurpose.ACTIVATE
    return CodePurpose.RESET


def open_codes(person: Person) -> list[OneTimeCode]:
    """The codes that `person` can still show, held until the transaction ends."""
    query = (
        select(OneTimeCode)
        .where(
            OneTimeCode.person_id == person.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.voided_at.is_(None),
            OneTimeCode.code_hash.is_not(None),
        )
        .order_by(OneTimeCode.id)
        .with_for_update()
    )
    codes = db.session.scalars(query, execution_options={"populate_existing": True})
    return [code for code in codes if code.is_open]


def void_codes_of(person: Person) -> None:
    """Make worthless what was made for somebody who has since got a post or another unit.

    Whoever handed the code out was in charge of the account as it was, and may be no longer.
    """
    void_codes([person.id])


def void_codes(
    person_ids: list[int] | Select[tuple[int | None]],
    but: int | None = None,
    channels: tuple[CodeChannel, ...] | None = None,
) -> None:
    """Make the unused codes and grants of these people worthless, but for that of the id `but`."""
    change = update(OneTimeCode).where(
        OneTimeCode.person_id.in_(person_ids),
        OneTimeCode.used_at.is_(None),
        OneTimeCode.voided_at.is_(None),
    )
    if but is not None:
        change = change.where(OneTimeCode.id != but)
    if channels is not None:
        change = change.where(OneTimeCode.channel.in_(channels))
    db.session.execute(change.values(voided_at=clock.now(), next_send_at=None))
