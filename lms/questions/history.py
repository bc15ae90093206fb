"""The history of a question: written, revised in its place or by a successor, retired."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core.db import db
from lms.questions.change_models import QuestionChange, QuestionDeed
from lms.questions.models import Question
from lms.questions.snapshots import Difference, Snapshot, differences, snapshot

# A question that was revised more often shows its last revisions.
_LONGEST_CHAIN = 100
# What changes a question in its place.
_CHANGING = (QuestionDeed.MEND, QuestionDeed.REVISE)


@dataclass(frozen=True)
class Entry:
    """One deed: what, of which question, by whom, when, and what it changed."""

    deed: QuestionDeed
    question: Question
    actor_id: int | None
    happened_at: dt.datetime
    differences: list[Difference]


@dataclass(frozen=True)
class History:
    """All entries, the newest first; `names` are those of the actors, by their id."""

    entries: list[Entry]
    names: dict[int, str]
    chain: list[Question]

    @property
    def newest(self) -> Question:
        """The question that stands where this one stood."""
        return self.chain[-1]


def history_of(question: Question) -> History:
    """The history of the question, with that of those it replaced and of those that replaced it."""
    chain = [*reversed(_former(question)), question, *_later(question)]
    changes = _changes(chain)
    titles = _titles(chain, changes)
    entries: list[Entry] = []
    before: Snapshot | None = None
    for each in chain:
        own = [change for change in changes if change.question_id == each.id]
        entries += _entries(each, own, before, titles)
        before = snapshot(each)
    # Of a question and its successor, made in one moment, the chain tells which was first.
    newest_first = list(reversed(entries))
    return History(newest_first, _names(newest_first), chain)


def _former(question: Question) -> list[Question]:
    found: list[Question] = []
    while question.replaces_id is not None and len(found) < _LONGEST_CHAIN:
        question = db.session.get_one(Question, question.replaces_id)
        found.append(question)
    return found


def _later(question: Question) -> list[Question]:
    found: list[Question] = []
    while len(found) < _LONGEST_CHAIN:
        query = select(Question).where(Question.replaces_id == question.id)
        successor = db.session.scalar(query.order_by(Question.id).limit(1))
        if successor is None:
            break
        found.append(successor)
        question = successor
    return found


def _changes(chain: Sequence[Question]) -> list[QuestionChange]:
    ids = [question.id for question in chain]
    query = select(QuestionChange).where(QuestionChange.question_id.in_(ids))
    return list(db.session.scalars(query.order_by(QuestionChange.id)))


def _entries(
    question: Question,
    changes: Sequence[QuestionChange],
    before: Snapshot | None,
    titles: dict[int, str],
) -> list[Entry]:
    """What was done with one question; `before` is how the one that it replaced read."""
    revisions = [change for change in changes if change.deed in _CHANGING]
    states: list[Snapshot] = [*(change.former for change in revisions), snapshot(question)]
    deed = QuestionDeed.CREATE if before is None else QuestionDeed.REVISE
    first = differences(before, states[0], titles) if before is not None else []
    entries = [Entry(deed, question, question.created_by_id, question.created_at, first)]
    later = iter(itertools.pairwise(states))
    for change in changes:
        found = differences(*next(later), titles) if change in revisions else []
        entries.append(Entry(change.deed, question, change.actor_id, change.happened_at, found))
    return entries


def _titles(chain: Iterable[Question], changes: Iterable[QuestionChange]) -> dict[int, str]:
    ids = {question.lesson_id for question in chain}
    ids |= {change.former.get("lesson_id") for change in changes}
    query = select(Lesson.id, Lesson.title).where(Lesson.id.in_(ids - {None}))
    return {row.id: row.title for row in db.session.execute(query)}


def _names(entries: Iterable[Entry]) -> dict[int, str]:
    ids = {entry.actor_id for entry in entries} - {None}
    query = select(Person.id, Person.name).where(Person.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)}
