"""Keeping the log up: places every other second, heads by the hour, files after each commit."""

import logging
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.config import Settings
from lms.core.db import db, transaction
from lms.core.settling import settled_id
from lms.core.tasks import task
from lms.hourbank.log import outside, sequencing
from lms.hourbank.log.heads import LogForked, head_words, sign_head
from lms.hourbank.log.models import LogLeaf, TreeHead
from lms.hourbank.models import LedgerEntry

log = logging.getLogger(__name__)

_FILE_BATCH = 10_000


@task
def give_places() -> bool:
    """Give every settled entry its place, and bring the file of leaves up to date.

    False if that cannot be done now: a transaction that writes entries stays open, or the file
    and the database do not agree.
    """
    # What was read before may be an old state of things.
    db.session.rollback()
    settled = settled_id(LedgerEntry, poll_seconds=0.02)
    # A reading transaction that stays open would hold old rows in PostgreSQL's tables.
    db.session.rollback()
    if settled is None:
        log.warning("entries get no place now: a transaction that writes some is still open")
        return False
    settings: Settings = current_app.extensions["settings"]
    with outside.hold_leaves(settings) as file:
        doubt = _doubt(file)
        if doubt:
            log.error("entries get no place: %s; see docs/hour-bank-log.md", doubt)
            return False
        _place_until(settled)
        _catch_up(file)
    db.session.rollback()
    return True


def _doubt(file: outside.LeafFile) -> str:
    """Why the file cannot be gone on with; empty if it is the beginning of the log."""
    size = file.size
    if not size:
        return ""
    found = _leaves_from(size - 1, 1)
    if not found:
        return f"the file of leaves holds {size}, the database fewer"
    return "" if found[0] == file.read(size - 1) else f"leaf {size - 1} is another in the file"


def _place_until(settled: int) -> None:
    try:
        after: int | None = sequencing.last_placed_id()
        while after is not None:
            with transaction():
                after = sequencing.place_next(after, settled)
    except IntegrityError:
        log.info("a process on another machine is giving places")


def _catch_up(file: outside.LeafFile) -> None:
    while leaves := _leaves_from(file.size, _FILE_BATCH):
        file.append(leaves)


def _leaves_from(first: int, limit: int) -> list[outside.Leaf]:
    """The leaves from a position on, as far as none is missing between them."""
    query = (
        select(LogLeaf.position, LedgerEntry.number, LogLeaf.leaf_hash)
        .outerjoin(LedgerEntry, LedgerEntry.id == LogLeaf.entry_id)
        .where(LogLeaf.position >= first, LogLeaf.position < first + limit)
        .order_by(LogLeaf.position)
    )
    return [
        outside.Leaf(number or "", leaf)
        for wanted, (position, number, leaf) in enumerate(db.session.execute(query), start=first)
        if position == wanted
    ]


@task
def sign_new_head() -> dict[str, Any] | None:
    """Sign the log as it stands; the head, or None if nothing is new or it must not be signed."""
    words = None
    try:
        with transaction():
            head = sign_head()
            words = head_words(head) if head else None
    except LogForked as error:
        log.error("no head is signed: %s; run flask bank verify-log", error)
    except IntegrityError:
        log.info("another process has signed the head")
    _write_heads()
    return words


def _write_heads() -> None:
    """Append the heads that the file does not hold yet, also those left out by a dead process."""
    settings: Settings = current_app.extensions["settings"]
    kept = outside.read_heads(outside.heads_path(settings))
    newest = max((words["size"] for words in kept if isinstance(words.get("size"), int)), default=0)
    for head in db.session.scalars(
        select(TreeHead).where(TreeHead.size > newest).order_by(TreeHead.size)
    ):
        outside.append_head(settings, head_words(head))
    db.session.rollback()
