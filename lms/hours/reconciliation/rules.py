"""Comparing a day of the bank's ledger with the receipts of that day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.core.enums import HourCategory, LabelledEnum
from lms.core.types import Hours


class DifferenceKind(LabelledEnum):
    """How the two sides differ about an entry."""

    DIFFERS = "differs", _l("两边记载不同"), "danger"
    DOUBLED = "doubled", _l("银行重复入账"), "danger"
    NOT_HERE = "not_here", _l("银行已记账，平台没有回执"), "warning"
    NOT_THERE = "not_there", _l("平台有回执，银行没有记账"), "danger"


@dataclass(frozen=True)
class Line:
    """An entry as one side has it. `kind` is "credit" or "reversal", whose hours are negative."""

    reference: str
    kind: str
    entry: str
    year: int
    category: HourCategory
    hours: Hours

    @property
    def key(self) -> tuple[str, str]:
        """What both sides know an entry by."""
        return self.reference, self.kind


@dataclass(frozen=True)
class Difference:
    """What one side has of an entry and the other has not, or has otherwise."""

    kind: DifferenceKind
    own: Line | None
    bank: Line | None


def compare(own: Iterable[Line], bank: Iterable[Line]) -> list[Difference]:
    """What differs, by reference and kind; entry, year, category and tenths must be the same.

    Here an entry can be known but once. Of several that the bank has of one reference, that of our
    receipt counts, and the others are one too many.
    """
    here = {line.key: line for line in own}
    there: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in bank:
        there[line.key].append(line)
    found: list[Difference] = []
    for key in sorted(here.keys() | there.keys()):
        found += _differences(here.get(key), there.get(key, []))
    return found


def _differences(own: Line | None, bank: list[Line]) -> list[Difference]:
    if not bank:
        return [Difference(DifferenceKind.NOT_THERE, own, None)]
    of_receipt = (line for line in bank if own is not None and line.entry == own.entry)
    match = next(of_receipt, bank[0])
    found = [Difference(DifferenceKind.DOUBLED, own, line) for line in bank if line is not match]
    if own is None:
        found.append(Difference(DifferenceKind.NOT_HERE, None, match))
    elif own != match:
        found.append(Difference(DifferenceKind.DIFFERS, own, match))
    return found
