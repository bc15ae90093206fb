"""For the title system: years of a person, signed by the bank. No address holds personal data.

Asked and signed like the intake, by a platform that may read people (`flask bank let-read`).
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from lms.accounts.enums import IdentityKind
from lms.accounts.identity import identity_hash
from lms.accounts.models import Person
from lms.accounts.rules import is_identity_number, normalize_identity_number
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotAllowed
from lms.hourbank import api_examples as examples
from lms.hourbank import policies
from lms.hourbank.models import Platform
from lms.hourbank.parsing import ApiBlueprint
from lms.hourbank.queries import person_by_hash
from lms.hourbank.receipts import sign_claims
from lms.hourbank.signatures import asker, signed_by_platform
from lms.hourbank.statements.years import YearStatement, division_of, state_year
from lms.web.auth import token_checked

MOST_YEARS = 10
_EXAMPLE = {
    "person": {"identity_kind": "resident", "identity_number": "110101199003077774"},
    "years": [2021, 2022, 2023, 2024, 2025],
}
_YEAR_EXAMPLE = {
    "year": 2025,
    "policy": "370600-2023",
    "public_tenths": 285,
    "professional_tenths": 700,
    "required_public_tenths": 300,
    "required_professional_tenths": 600,
    "required_total_tenths": 900,
    "short_public_tenths": 15,
    "short_professional_tenths": 0,
    "short_total_tenths": 0,
    "is_met": False,
}
_TELLS = f"""Years of a person: sums, what is required, what is short, and whether they are met.

For platforms that may read people. Hours are tenths. The answer is a JWS by the bank's key over
`platform`, `as_of`, `is_known` (whether the bank has an account) and `years`, each such as
{_YEAR_EXAMPLE}. Somebody without an account has zeros.
"""


blueprint = ApiBlueprint(
    "statements_api",
    __name__,
    url_prefix="/hourbank/api/v1",
    description="Statements of the hour bank, for the title system.",
)


class AskedPersonSchema(Schema):
    identity_kind = fields.String(
        required=True, validate=validate.OneOf([kind.value for kind in IdentityKind])
    )
    identity_number = fields.String(required=True, validate=validate.Length(1, 32))


class PersonYearsSchema(Schema):
    person = fields.Nested(AskedPersonSchema, required=True)
    years = fields.List(
        fields.Integer(strict=True, validate=validate.Range(2000, 2100)),
        required=True,
        validate=validate.Length(1, MOST_YEARS),
    )


class SignedYearsSchema(Schema):
    receipt = fields.String(
        required=True, metadata={"description": "JWS by the bank's key over the years asked for"}
    )


@blueprint.post("/person-years")
@token_checked
@signed_by_platform
@blueprint.arguments(PersonYearsSchema, example=_EXAMPLE)
@blueprint.response(200, SignedYearsSchema, example=examples.RECEIPT)
@blueprint.alt_response(403, description="the platform may not read people")
@blueprint.doc(summary="State a person's years", description=_TELLS, parameters=examples.SIGNED)
def person_years(body: dict[str, Any]) -> dict[str, str]:
    """State a person's years to a platform that may read people."""
    with transaction():
        return {"receipt": state_years(asker(), body)}


def state_years(platform: Platform, body: dict[str, Any]) -> str:
    """A signed statement of a person's years; the audit trail tells who asked.

    Raises NotAllowed unless the platform may read people, Invalid for a number that is none.
    """
    if not platform.may_read_people:
        raise NotAllowed()
    digest = _hash_of(body["person"])
    account, person = person_by_hash(digest), _person_of(digest)
    division = division_of(person) if person is not None else policies.PROVINCE
    years = sorted(set(body["years"]))
    claims = {
        "platform": platform.code,
        "as_of": clock.now().isoformat(),
        "is_known": account is not None,
        "years": [_claims_of(state_year(account, division, year)) for year in years],
    }
    record(
        AuditTag.BANK_STATEMENTS_READ,
        None,
        f"platform:{platform.id}",
        person=person.id if person is not None else None,
        years=years,
    )
    return sign_claims(claims)


def _hash_of(asked: dict[str, str]) -> str:
    kind = IdentityKind(asked["identity_kind"])
    number = normalize_identity_number(asked["identity_number"], kind)
    if not is_identity_number(number, kind):
        raise Invalid(_l("证件号码不正确，请按证件核对。"), field="person.identity_number")
    return identity_hash(number, kind)


def _person_of(digest: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.identity_hash == digest))


def _claims_of(statement: YearStatement) -> dict[str, Any]:
    short, required = statement.short, statement.required
    return {
        "year": statement.year,
        "policy": statement.policy.code,
        "public_tenths": statement.public.tenths,
        "professional_tenths": statement.professional.tenths,
        "required_public_tenths": required.public.tenths,
        "required_professional_tenths": required.professional.tenths,
        "required_total_tenths": required.total.tenths,
        "short_public_tenths": short.public.tenths,
        "short_professional_tenths": short.professional.tenths,
        "short_total_tenths": short.total.tenths,
        "is_met": statement.is_met,
    }
