"""What the intake API reads and answers. An unknown field is refused, with its name."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from lms.accounts.enums import IdentityKind
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.log.schemas import InclusionSchema
from lms.hourbank.models import EntrySource


class HoursField(fields.Field[Hours]):
    """Hours as text, "2.5", exact to a tenth and more than none."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Hours:
        try:
            hours = Hours.parse(value)
        except (ValueError, AttributeError) as error:
            raise ValidationError("not a number of hours in tenths") from error
        if hours.tenths <= 0:
            raise ValidationError("must be more than 0")
        return hours


_A_KIND = validate.OneOf([kind.value for kind in IdentityKind])


class PersonSchema(Schema):
    identity_kind = fields.String(required=True, validate=_A_KIND)
    identity_number = fields.String(required=True, validate=validate.Length(1, 32))
    name = fields.String(required=True, validate=validate.Length(1, 64))


# What platforms report; claims and transfers are decided by the bank itself.
PLATFORM_SOURCES = (EntrySource.COURSE, EntrySource.LECTURE, EntrySource.TRAINING)
_YEAR = validate.Range(2000, 2100)
_SHORT = validate.Length(1, 64)


class CreditSchema(Schema):
    reference = fields.String(required=True, validate=_SHORT)
    person = fields.Nested(PersonSchema, required=True)
    year = fields.Integer(required=True, strict=True, validate=_YEAR)
    category = fields.String(
        required=True, validate=validate.OneOf([member.value for member in HourCategory])
    )
    hours = HoursField(required=True)
    source = fields.String(
        load_default=EntrySource.COURSE.value,
        validate=validate.OneOf([source.value for source in PLATFORM_SOURCES]),
    )
    title = fields.String(required=True, validate=validate.Length(1, 255))
    certificate_number = fields.String(required=True, validate=_SHORT)
    earned_at = fields.AwareDateTime(required=True, format="iso")


class ReversalSchema(Schema):
    reference = fields.String(required=True, validate=_SHORT)
    reason = fields.String(required=True, validate=validate.Length(0, 500))


class StatementSchema(Schema):
    person = fields.Nested(PersonSchema, required=True)
    year = fields.Integer(required=True, strict=True, validate=_YEAR)


class ReceiptSchema(Schema):
    receipt = fields.String(
        required=True, metadata={"description": "JWS by the bank's key: entry, sums, leaf hash"}
    )


class StoredReceiptSchema(ReceiptSchema):
    inclusion = fields.Nested(
        InclusionSchema,
        allow_none=True,
        metadata={"description": "the proof for the newest signed head; null until there is one"},
    )
