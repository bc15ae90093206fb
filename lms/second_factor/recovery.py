"""Recovery codes: ten on paper, each good once in place of a lost factor."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, update

from lms.accounts.models import Person
from lms.accounts.vault import vault
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.codes import is_code, make_code, shown_code
from lms.core.db import db
from lms.core.errors import Conflict
from lms.second_factor.models import Factor, RecoveryCode
from lms.second_factor.queries import has_factor
from lms.second_factor.records import hold_person, record_change
from lms.second_factor.rules import RECOVERY_CODES


def make_codes(person: Person) -> list[str]:
    """New codes in place of any before; only their hashes are kept, so this is the one look.

    Raises Conflict for whoever has no factor that the codes could stand in for.
    """
    hold_person(person)
    if not has_factor(person.id):
        raise Conflict(_l("请先设置验证器应用或通行密钥，再生成恢复码。"))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = {make_code() for _ in range(RECOVERY_CODES)}
    while len(codes) < RECOVERY_CODES:
        codes.add(make_code())
    for code in codes:
        db.session.add(RecoveryCode(person_id=person.id, code_hash=_hash(person.id, code)))
    record_change(AuditTag.ACCOUNTS_FACTOR_ADD, person, Factor.RECOVERY_CODE)
    return [shown_code(code) for code in codes]


def use_recovery_code(person_id: int, code: str) -> bool:
    """Whether this normalized code is an unused one of the person's; it is never so again."""
    if not is_code(code):
        return False
    use = update(RecoveryCode).where(
        RecoveryCode.person_id == person_id,
        RecoveryCode.code_hash == _hash(person_id, code),
        RecoveryCode.used_at.is_(None),
    )
    use = use.values(used_at=clock.now()).execution_options(synchronize_session=False)
    return bool(db.session.execute(use).rowcount == 1)  # type: ignore[attr-defined]


def _hash(person_id: int, code: str) -> str:
    return vault().lookup_hash(f"recovery:{person_id}:{code}")
