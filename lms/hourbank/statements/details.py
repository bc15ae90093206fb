"""What the register form prints of an entry beside the ledger: given when hours are booked.

The ledger holds what hours are for; who held a training, where, or in which journal a paper came
out, it does not. Whoever books (a claim, a training, a platform's credit) may tell, once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import Conflict
from lms.hourbank.conversion.types import Field, KindRule
from lms.hourbank.models import LedgerEntry
from lms.hourbank.statements.models import EntryDetails

LONGEST = 120


class Detailed(Protocol):
    """Whatever can tell these of what hours were booked for; texts, empty where unknown."""

    @property
    def organizer(self) -> str:
        """主办单位: who held it."""

    @property
    def held(self) -> str:
        """培训时间, 完成时间, 获奖/发表时间: a day or a stretch of days, as it is printed."""

    @property
    def place(self) -> str:
        """培训地点, 活动地点."""

    @property
    def sort(self) -> str:
        """自学种类, or 成果/论文著作种类."""

    @property
    def examined_by(self) -> str:
        """考核方式."""

    @property
    def level(self) -> str:
        """获奖/发表等级."""


@dataclass(frozen=True)
class Details:
    """Details as they are kept; the plain way to be `Detailed`."""

    organizer: str = ""
    held: str = ""
    place: str = ""
    sort: str = ""
    examined_by: str = ""
    level: str = ""

    @classmethod
    def of(cls, given: Detailed) -> "Details":
        """What `given` tells, on one line each and cut to LONGEST characters."""
        texts = {name: getattr(given, name) for name in cls.__dataclass_fields__}
        return cls(**{name: " ".join(text.split())[:LONGEST] for name, text in texts.items()})


# Which column a fact of a claim fills, by the name of its field in policy files.
_COLUMN_OF: Mapping[str, str] = {
    "examined_by": "examined_by",
    "form": "sort",
    "held": "held",
    "level": "level",
    "organizer": "organizer",
    "place": "place",
}


def details_of_facts(rule: KindRule, facts: Mapping[str, Any]) -> Details:
    """What a claim of this kind tells for the form, in words: choices and levels by their labels.

    A kind without a fact for 种类 is one itself.
    """
    told = {"sort": rule.label}
    for field in rule.fields:
        column = _COLUMN_OF.get(field.name)
        if column is not None and facts.get(field.name):
            told[column] = _words(rule, field, facts[field.name])
    return Details(**told)


def _words(rule: KindRule, field: Field, value: Any) -> str:
    labels = {choice.code: choice.label for choice in field.choices}
    labels.update({level.code: level.label for level in rule.levels})
    return str(labels.get(value, value))


def keep_details(entry: LedgerEntry, given: Detailed) -> None:
    """Keep what `given` tells of an entry just booked, in the transaction of the booking.

    Nothing is kept if it tells nothing. Raises Conflict if the entry has details already.
    """
    told = {name: text for name, text in asdict(Details.of(given)).items() if text}
    if not told:
        return
    if db.session.get(EntryDetails, entry.id) is not None:
        raise Conflict()
    db.session.add(EntryDetails(entry_id=entry.id, details=told))
    db.session.flush()


def details_of(entries: Iterable[LedgerEntry]) -> Mapping[int, Details]:
    """What is kept of each entry, by its id; none for an entry without."""
    ids = [entry.id for entry in entries]
    kept = db.session.scalars(select(EntryDetails).where(EntryDetails.entry_id.in_(ids)))
    return {row.entry_id: Details(**row.details) for row in kept}
