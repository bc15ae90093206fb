from dataclasses import replace

import pytest

from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hours.reconciliation.rules import DifferenceKind, Line, compare

LINE = Line("credit-1", "credit", "20250602-AAA", 2025, HourCategory.PUBLIC, Hours(25))


def kinds(own: list[Line], bank: list[Line]) -> list[DifferenceKind]:
    return [each.kind for each in compare(own, bank)]


def test_sides_that_say_the_same_do_not_differ():
    reversal = replace(LINE, kind="reversal", entry="20250602-BBB", hours=Hours(-25))
    assert compare([LINE, reversal], [reversal, LINE]) == []


def test_what_only_one_side_has_is_named_with_that_side():
    (missing,) = compare([LINE], [])
    assert (missing.kind, missing.own, missing.bank) == (DifferenceKind.NOT_THERE, LINE, None)
    (unknown,) = compare([], [LINE])
    assert (unknown.kind, unknown.own, unknown.bank) == (DifferenceKind.NOT_HERE, None, LINE)


@pytest.mark.parametrize(
    "change",
    [
        {"hours": Hours(24)},
        {"year": 2024},
        {"category": HourCategory.PROFESSIONAL},
        {"entry": "20250602-CCC"},
    ],
)
def test_each_fact_that_differs_is_found(change):
    assert kinds([LINE], [replace(LINE, **change)]) == [DifferenceKind.DIFFERS]


def test_credit_and_reversal_of_one_reference_are_two_entries():
    reversal = replace(LINE, kind="reversal", hours=Hours(-25))
    assert kinds([LINE], [LINE, reversal]) == [DifferenceKind.NOT_HERE]


def test_second_entry_of_one_reference_is_one_too_many():
    second = replace(LINE, entry="20250602-ZZZ")
    for bank in ([LINE, second], [second, LINE]):
        (extra,) = compare([LINE], bank)
        assert (extra.kind, extra.bank) == (DifferenceKind.DOUBLED, second)


def test_entry_twice_in_the_bank_and_unknown_here_is_missing_once_and_doubled_once():
    second = replace(LINE, entry="20250602-ZZZ")
    found = [DifferenceKind.DOUBLED, DifferenceKind.NOT_HERE]
    assert kinds([], [LINE, second]) == found
