"""Proofs as the API gives them."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, NotFound, TooEarly
from lms.hourbank.log.heads import head_words, next_head_at
from lms.hourbank.log.models import LogLeaf, TreeHead
from lms.hourbank.log.reading import log_size, newest_head, place_of, tree


def inclusion(number: str, size: int | None = None) -> dict[str, Any]:
    """The proof that an entry is among the first `size`, by default of the newest head.

    Raises NotFound for a number that no entry has a place under, TooEarly if the entry is not
    among so many yet, Invalid if the log is shorter.
    """
    leaf, head = place_of(number), newest_head()
    if leaf is None:
        raise NotFound(_l("日志中没有这个编号；刚入账的学时要等几秒才会编入。"))
    newest = head.size if head else 0
    size = newest if size is None else size
    if leaf.position >= size:
        raise TooEarly(_l("这条记录还没有编入所问的日志头。"), retry_after=_seconds_to_head())
    if size > newest and size > log_size():
        raise Invalid(_l("日志还没有这么长。"), field="size")
    signed = head if head is not None and head.size == size else db.session.get(TreeHead, size)
    return _words(number, leaf, size, signed)


def inclusion_if_signed(number: str) -> dict[str, Any] | None:
    """The same proof for the newest head; None while the entry is in none."""
    leaf, head = place_of(number), newest_head()
    if leaf is None or head is None or leaf.position >= head.size:
        return None
    return _words(number, leaf, head.size, head)


def _words(number: str, leaf: LogLeaf, size: int, head: TreeHead | None) -> dict[str, Any]:
    path = tree(size).inclusion(leaf.position, size)
    return {
        "entry": number,
        "leaf_hash": leaf.leaf_hash.hex(),
        "position": leaf.position,
        "size": size,
        "path": [node.hex() for node in path],
        "head": head_words(head) if head else None,
    }


def consistency(first: int, second: int) -> dict[str, Any]:
    """The proof that the log over `second` entries begins with that over `first`.

    Raises Invalid unless first <= second <= the length of the log.
    """
    if first > second:
        raise Invalid(_l("first 不能大于 second。"), field="first")
    if second > log_size():
        raise Invalid(_l("日志还没有这么长。"), field="second")
    path = tree(second).consistency(first, second)
    return {"first": first, "second": second, "path": [node.hex() for node in path]}


def _seconds_to_head() -> float:
    due = next_head_at(current_app.extensions["settings"])
    return max(1.0, (due - clock.now()).total_seconds())
