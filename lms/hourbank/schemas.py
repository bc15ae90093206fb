"""What the intake API reads and answers. An unknown field is refused, with its name."""

import datetime as dt
import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from lms.accounts.enums import IdentityKind
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.log.schemas import InclusionSchema
from lms.hourbank.models import EntrySource

# Control characters but tabs and line ends, and halves of surrogate pairs, which no column holds.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Text(fields.String):
    """Text that every database can hold."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if _UNWRITABLE.search(text or ""):
            raise ValidationError("holds a character that cannot be kept")
        return text


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
    identity_number = Text(required=True, validate=validate.Length(1, 32))
    name = Text(required=True, validate=validate.Length(1, 64))


# What platforms report; claims and transfers are decided by the bank itself.
PLATFORM_SOURCES = (EntrySource.COURSE, EntrySource.LECTURE, EntrySource.TRAINING)
_YEAR = validate.Range(2000, 2100)
_SHORT = validate.Length(1, 64)
_WITHIN_MEMORY = validate.Range(
    dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2101, 1, 1, tzinfo=dt.UTC)
)


class CreditSchema(Schema):
    reference = Text(required=True, validate=_SHORT)
    person = fields.Nested(PersonSchema, required=True)
    year = fields.Integer(required=True, strict=True, validate=_YEAR)
    category = fields.String(
        required=True, validate=validate.OneOf([member.value for member in HourCategory])
    )
    hours = HoursField(
        required=True, metadata={"type": "string", "description": "in tenths: 2.5, 30"}
    )
    source = fields.String(
        load_default=EntrySource.COURSE.value,
        validate=validate.OneOf([source.value for source in PLATFORM_SOURCES]),
    )
    title = Text(required=True, validate=validate.Length(1, 255))
    certificate_number = Text(required=True, validate=_SHORT)
    earned_at = fields.AwareDateTime(required=True, format="iso", validate=_WITHIN_MEMORY)


class ReversalSchema(Schema):
    reference = Text(required=True, validate=_SHORT)
    reason = Text(required=True, validate=validate.Length(0, 500))


class BatchSchema(Schema):
    items = fields.List(
        fields.Dict(),
        required=True,
        validate=validate.Length(1, 500),
        metadata={"description": "each a credit or a reversal with kind and idempotency_key"},
    )


class AnswerSchema(Schema):
    idempotency_key = fields.Raw(required=True)
    status = fields.String(required=True, metadata={"enum": ["accepted", "refused", "conflict"]})
    receipt = fields.String(metadata={"description": "JWS, if accepted"})
    problem = fields.Dict(metadata={"description": "RFC 9457, if not"})


class AnswersSchema(Schema):
    answers = fields.List(fields.Nested(AnswerSchema), required=True)


class StatementSchema(Schema):
    person = fields.Nested(PersonSchema, required=True)
    year = fields.Integer(required=True, strict=True, validate=_YEAR)


class DayQuery(Schema):
    after = Text(
        validate=validate.Length(1, 32), metadata={"description": "`next` of the page before"}
    )


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
