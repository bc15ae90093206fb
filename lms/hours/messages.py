"""What is said to the bank. Name and identity number go into the signed body and nowhere else."""

from typing import Any

from lms.accounts.identity import IdentityPurpose, read_identity_number
from lms.accounts.models import Person
from lms.core.clock import SHANGHAI
from lms.hours.models import Credit, Delivery, DeliveryKind

ADDRESSES = {DeliveryKind.CREDIT: "/credits", DeliveryKind.REVERSAL: "/reversals"}


def delivery_body(delivery: Delivery) -> dict[str, Any]:
    """The body of a delivery, with the person read now."""
    if delivery.kind is DeliveryKind.REVERSAL:
        return {"reference": delivery.credit.reference, "reason": delivery.reason}
    return _credit_body(delivery.credit)


def _credit_body(credit: Credit) -> dict[str, Any]:
    return {
        "reference": credit.reference,
        "person": person_body(credit.person),
        "year": credit.year,
        "category": credit.category.value,
        "hours": str(credit.hours),
        "title": credit.title,
        "certificate_number": credit.certificate_number,
        "earned_at": credit.earned_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
    }


def person_body(person: Person) -> dict[str, Any]:
    """Who it is about, as the bank identifies people."""
    return {
        "identity_kind": person.identity_kind.value,
        "identity_number": read_identity_number(person, IdentityPurpose.BANK, None),
        "name": person.name,
    }
