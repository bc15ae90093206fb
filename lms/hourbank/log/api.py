"""The log as anybody may read it: signed heads, and proofs. Leaves say nothing about anybody."""

from typing import Any

from flask import Response, current_app, render_template, request

from lms.config import Settings
from lms.hourbank import receipts
from lms.hourbank.log import proofs, reading
from lms.hourbank.log.heads import head_words
from lms.hourbank.log.schemas import (
    CONSISTENCY_EXAMPLE,
    HEAD_EXAMPLE,
    INCLUSION_EXAMPLE,
    ConsistencyQuery,
    ConsistencySchema,
    HeadsQuery,
    HeadsSchema,
    InclusionQuery,
    InclusionSchema,
)
from lms.hourbank.parsing import ApiBlueprint
from lms.web.auth import open_to_all
from lms.web.limits import limiter

blueprint = ApiBlueprint(
    "hourbank_log",
    __name__,
    url_prefix="/hourbank/api/v1/log",
    description="The Merkle log over the ledger (RFC 9162), open to all.",
)
_OFTEN = "120/minute"
_HEADS_AT_ONCE = 100
_PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----…"


@blueprint.get("/heads")
@open_to_all
@limiter.limit(_OFTEN)
@blueprint.arguments(HeadsQuery, location="query")
@blueprint.response(200, HeadsSchema, example={"heads": [HEAD_EXAMPLE], "public_key": _PUBLIC_KEY})
def list_heads(query: dict[str, Any]) -> dict[str, Any]:
    """Signed heads of the log, the newest first, a hundred at a time.

    Keep those you have seen: a log proves nothing against its own operator unless somebody else
    holds its old heads.
    """
    settings: Settings = current_app.extensions["settings"]
    heads = reading.heads_before(query.get("before"), _HEADS_AT_ONCE)
    return {
        "heads": [head_words(head) for head in heads],
        "public_key": receipts.public_key_pem(settings),
    }


@blueprint.get("/heads.atom")
@open_to_all
@limiter.limit(_OFTEN)
@blueprint.response(200, content_type="application/atom+xml")
def feed() -> Response:
    """The newest heads as a feed (RFC 4287), for anybody who wants to keep them."""
    heads = reading.heads_before(None, _HEADS_AT_ONCE)
    body = render_template("hourbank/heads.atom", heads=heads, address=request.base_url)
    return Response(body, mimetype="application/atom+xml")


@blueprint.get("/inclusion")
@open_to_all
@limiter.limit(_OFTEN)
@blueprint.arguments(InclusionQuery, location="query")
@blueprint.response(200, InclusionSchema, example=INCLUSION_EXAMPLE)
@blueprint.alt_response(404, description="no entry of this number has a place; try again soon")
@blueprint.alt_response(425, description="not in the head asked for yet; see Retry-After")
def prove_inclusion(query: dict[str, Any]) -> dict[str, Any]:
    """The proof that an entry is in the log."""
    return proofs.inclusion(query["entry"], query.get("size"))


@blueprint.get("/consistency")
@open_to_all
@limiter.limit(_OFTEN)
@blueprint.arguments(ConsistencyQuery, location="query")
@blueprint.response(200, ConsistencySchema, example=CONSISTENCY_EXAMPLE)
def prove_consistency(query: dict[str, Any]) -> dict[str, Any]:
    """The proof that the longer log begins with the shorter one: nothing was taken out of it."""
    return proofs.consistency(query["first"], query["second"])
