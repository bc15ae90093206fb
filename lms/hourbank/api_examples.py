"""Examples and headers of the intake API, for its OpenAPI description."""

from typing import Any

from lms.hourbank.log.schemas import INCLUSION_EXAMPLE

_SIGNATURE = {
    "in": "header",
    "name": "Signature",
    "required": True,
    "schema": {"type": "string"},
    "description": "RFC 9421, Ed25519, beside Signature-Input with keyid, created, nonce and "
    'tag="xueshi-bank"; covers @method, @authority, @path and, with a body, content-type, '
    "idempotency-key and content-digest (sha-256). Good for five minutes, and once.",
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 16, "maxLength": 128},
    "description": "names the request; what is sent again under it is answered as before",
}
SIGNED: list[dict[str, Any]] = [_KEY, _SIGNATURE]
SIGNED_READING: list[dict[str, Any]] = [_SIGNATURE]

_PERSON = {
    "identity_kind": "resident",
    "identity_number": "37010219800101001X",
    "name": "王小明",
}
CREDIT: dict[str, Any] = {
    "reference": "credit-1",
    "person": _PERSON,
    "year": 2025,
    "category": "public",
    "hours": "2.5",
    "source": "course",
    "title": "政策与实务",
    "certificate_number": "证000001",
    "earned_at": "2025-06-02T12:00:00+08:00",
}
REVERSAL: dict[str, Any] = {"reference": "credit-1", "reason": "抽查不合格"}
STATEMENT: dict[str, Any] = {"person": _PERSON, "year": 2025}
RECEIPT: dict[str, Any] = {
    "receipt": "eyJhbGciOiJFZDI1NTE5IiwidHlwIjoieHVlc2hpLXJlY2VpcHQrandzIn0.eyJjYXRlZ29yeSI6….b64…"
}
STORED: dict[str, Any] = {**RECEIPT, "inclusion": INCLUSION_EXAMPLE}
BATCH: dict[str, Any] = {
    "items": [
        {"idempotency_key": "6f1c0a5de2b94c7e", "kind": "credit", **CREDIT},
        {"idempotency_key": "a7d2c6b1f0e34d58", "kind": "reversal", **REVERSAL},
    ]
}
ANSWERS: dict[str, Any] = {
    "answers": [
        {"idempotency_key": "6f1c0a5de2b94c7e", "status": "accepted", **RECEIPT},
        {
            "idempotency_key": "a7d2c6b1f0e34d58",
            "status": "conflict",
            "problem": {
                "type": "about:blank#conflict",
                "title": "操作未完成",
                "status": 409,
                "detail": "这条学时已经冲销。",
                "code": "conflict",
            },
        },
    ]
}
