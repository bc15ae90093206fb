"""What the log's API reads and answers."""

from typing import Any

from marshmallow import Schema, fields, validate

_HASH = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
_A_SIZE = validate.Range(1, 2**62)


class HeadSchema(Schema):
    size = fields.Integer(required=True, metadata={"description": "so many entries"})
    root = fields.String(required=True, metadata={"description": "SHA-256, hexadecimal"})
    signed_at = fields.String(required=True)
    signature = fields.String(
        required=True,
        metadata={"description": "compact JWS by the bank's key over size, root and signed_at"},
    )


class HeadsSchema(Schema):
    heads = fields.List(fields.Nested(HeadSchema), required=True)
    public_key = fields.String(required=True, metadata={"description": "the bank's key, PEM"})


class HeadsQuery(Schema):
    before = fields.Integer(
        validate=_A_SIZE, metadata={"description": "only heads over fewer entries"}
    )


class InclusionQuery(Schema):
    entry = fields.String(
        required=True,
        validate=validate.Length(1, 32),
        metadata={"description": "the entry's number, from its receipt"},
    )
    size = fields.Integer(
        validate=_A_SIZE, metadata={"description": "by default that of the newest head"}
    )


class InclusionSchema(Schema):
    entry = fields.String(required=True)
    leaf_hash = fields.String(required=True)
    position = fields.Integer(required=True, metadata={"description": "counted from 0"})
    size = fields.Integer(required=True)
    path = fields.List(
        fields.String(), required=True, metadata={"description": "RFC 9162, 2.1.3; the leaf first"}
    )
    head = fields.Nested(HeadSchema, allow_none=True)


class ConsistencyQuery(Schema):
    first = fields.Integer(required=True, validate=_A_SIZE)
    second = fields.Integer(required=True, validate=_A_SIZE)


class ConsistencySchema(Schema):
    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True, metadata={"description": "RFC 9162, 2.1.4"})


HEAD_EXAMPLE: dict[str, Any] = {
    "size": 1200,
    "root": _HASH,
    "signed_at": "2025-06-02T04:00:00+00:00",
    "signature": "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoieHVlc2hpLWhlYWQrandzIn0.eyJyb290Ijo….b64…",
}
INCLUSION_EXAMPLE: dict[str, Any] = {
    "entry": "20250602-0V9K2J7Q4C",
    "leaf_hash": _HASH,
    "position": 1001,
    "size": 1200,
    "path": [_HASH],
    "head": HEAD_EXAMPLE,
}
CONSISTENCY_EXAMPLE: dict[str, Any] = {"first": 1000, "second": 1200, "path": [_HASH]}
