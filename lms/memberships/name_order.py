"""Names by their beginning and in order, so that the index of people's names serves both.

PostgreSQL keeps that index by bytes (text_pattern_ops), whatever the collation of the database;
only its own operators of that order use it. The order of bytes is that of the code points, which
is also SQLite's.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from lms.core.db import db
from lms.web.paging import Stretch

_AFTER_EVERY_NAME = "\U0010ffff"


def begins_with(name: Any, beginning: str) -> ColumnElement[bool]:
    """Whether a name begins so; letter case counts."""
    return and_(_compare(name, ">=", beginning), _compare(name, "<", beginning + _AFTER_EVERY_NAME))


def apply(stretch: Stretch, query: Select[Any], name: Any, key: Any) -> Select[Any]:
    """`query` narrowed to the stretch in the order of name and key."""
    place = stretch.place
    if place.after is not None:
        query = query.where(_beyond(">", name, key, *place.after))
    if place.before is not None:
        query = query.where(_beyond("<", name, key, *place.before))
    keys = (_in_order("<" if not place.is_backward else ">", name), key)
    return query.order_by(keys[0], key.desc() if place.is_backward else key).limit(stretch.limit)


def _beyond(sign: str, name: Any, key: Any, name_there: str, key_there: int) -> ColumnElement[bool]:
    # The first condition alone bounds the walk through the index.
    beyond_key = key > key_there if sign == ">" else key < key_there
    return and_(
        _compare(name, f"{sign}=", name_there),
        or_(_compare(name, sign, name_there), and_(name == name_there, beyond_key)),
    )


def _compare(name: Any, sign: str, text: str) -> ColumnElement[bool]:
    compared: ColumnElement[bool] = name.op(
        f"~{sign}~" if _is_by_bytes() else sign, is_comparison=True
    )(text)
    return compared


def _in_order(sign: str, name: Any) -> ColumnElement[Any]:
    if not _is_by_bytes():
        ordered: ColumnElement[Any] = name.asc() if sign == "<" else name.desc()
        return ordered
    return UnaryExpression(name, modifier=custom_op(f"USING ~{sign}~"))


def _is_by_bytes() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"
