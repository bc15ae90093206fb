"""Handing out codes on paper."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select
from sqlalchemy.orm import selectinload

from lms.accounts.enums import MAY_SIGN_IN
from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, is_over_posts, organizations_with
from lms.activation.codes import hash_of_code, purpose_for, void_codes
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.config import Settings
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.codes import make_code
from lms.core.db import db
from lms.core.errors import Invalid, NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.organizations.models import Organization

MOST_ON_A_SHEET = 500
_ISSUE = Permission.PEOPLE_CODE_ISSUE


@dataclass(frozen=True)
class IssuedCode:
    """A code as it is shown this once, whose it is, and until when it is good."""

    person: Person
    code: str
    purpose: CodePurpose
    expires_at: dt.datetime


def issue_codes(actor: Person, people: Sequence[Person]) -> list[IssuedCode]:
    """Make each of these people a code, to be handed out; their older codes become worthless.

    Raises NotFound if one is not a person of the actor's units, NotAllowed for oneself and for
    people whose posts the actor is not in charge of, Invalid for more than a sheet holds, for
    nobody, and for accounts that are closed.
    """
    _hold_all(people)
    _check(actor, people)
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    expires_at = now + dt.timedelta(days=settings.code_days)
    void_codes([person.id for person in people])
    issued = [IssuedCode(each, make_code(), purpose_for(each), expires_at) for each in people]
    rows = [
        {
            "person_id": each.person.id,
            "purpose": each.purpose,
            "channel": CodeChannel.SHEET,
            "code_hash": hash_of_code(each.person.id, each.code),
            "issued_by_id": actor.id,
            "expires_at": expires_at,
        }
        for each in issued
    ]
    db.session.execute(insert(OneTimeCode), rows)
    for each in issued:
        record(
            AuditTag.ACCOUNTS_CODE_ISSUE,
            actor.id,
            f"person:{each.person.id}",
            organization_id=each.person.unit_id,
            purpose=each.purpose.value,
            channel=CodeChannel.SHEET.value,
        )
    return issued


def _hold_all(people: Sequence[Person]) -> None:
    """Hold these people until the transaction ends, and read them and their posts anew.

    Who gives one of them a post or another unit meanwhile is waited for, or waits and then voids
    the code. People come before their codes, here as where a password is chosen by a code.
    """
    query = select(Person).where(Person.id.in_([person.id for person in people]))
    query = query.order_by(Person.id).with_for_update(key_share=True)
    query = query.options(selectinload(Person.posts))
    db.session.scalars(query, execution_options={"populate_existing": True}).all()


def _check(actor: Person, people: Sequence[Person]) -> None:
    if not people:
        raise Invalid(_l("请先选择要发放激活码的人员。"))
    if len(people) > MOST_ON_A_SHEET:
        raise Invalid(_l("一次最多发放 %(count)s 人，请分批发放。", count=MOST_ON_A_SHEET))
    units = {person.unit_id for person in people}
    allowed = organizations_with(actor, _ISSUE).where(Organization.id.in_(units))
    if not units <= set(db.session.scalars(allowed)):
        raise NotFound()
    for person in people:
        _check_one(actor, person)


def _check_one(actor: Person, person: Person) -> None:
    if not person.is_active:
        raise Invalid(_l("%(name)s的账号已停用，不能发放激活码。", name=person.name))
    if person.id == actor.id:
        raise NotAllowed(_l("自己的密码请在“账号安全”中修改。"))
    if not is_over_posts(actor, person, _ISSUE):
        raise NotAllowed(_l("%(name)s担任其他机构的岗位，请由该机构发放。", name=person.name))


def waiting_people(actor: Person, unit_id: int) -> list[Person]:
    """Who of a unit has no password yet, those without an open code first; a sheet of them.

    Raises NotFound for a unit that the actor issues no codes for.
    """
    if not is_allowed(actor, _ISSUE, unit_id):
        raise NotFound()
    has_code = (
        select(OneTimeCode.id)
        .where(
            OneTimeCode.person_id == Person.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.voided_at.is_(None),
            OneTimeCode.expires_at > clock.now(),
        )
        .exists()
    )
    query = select(Person).where(Person.unit_id == unit_id, Person.password_hash.is_(None))
    query = query.where(Person.state.in_(MAY_SIGN_IN)).options(selectinload(Person.posts))
    query = query.order_by(has_code, Person.id).limit(MOST_ON_A_SHEET)
    return [each for each in db.session.scalars(query) if is_over_posts(actor, each, _ISSUE)]


def chosen_people(actor: Person, ids: Sequence[int]) -> list[Person]:
    """These people, in the order of their ids; raises NotFound if the actor may not see one."""
    wanted = set(ids)
    query = select(Person).where(
        Person.id.in_(wanted),
        Person.unit_id.in_(organizations_with(actor, _ISSUE)),
    )
    query = query.options(selectinload(Person.posts)).order_by(Person.id)
    people = list(db.session.scalars(query))
    if len(people) != len(wanted):
        raise NotFound()
    return people
