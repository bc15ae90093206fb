"""What no page can use is refused before any page sees it.

A NUL is no character of a text to PostgreSQL, a lone surrogate none to anyone, and a number of
twenty digits fits no column: each would otherwise come back as a server error.
"""

from collections.abc import Iterator

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

MOST_DIGITS = 15
LARGEST_ID = 2**31 - 1


class RecordId(IntegerConverter):
    """<int:…> in addresses: what a key column can hold; anything greater is not found."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RecordId
    app.before_request(_refuse_unusable)


def _refuse_unusable() -> None:
    if any(not _is_text(value) for value in _texts()):
        raise BadRequest()
    if any(value.isdecimal() and len(value) > MOST_DIGITS for value in request.args.values()):
        raise BadRequest()


def _texts() -> Iterator[str]:
    yield request.path
    yield from request.args.values()
    for values in request.form.listvalues():
        yield from values


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
