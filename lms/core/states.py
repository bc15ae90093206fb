"""States that move by a table: an illegal move has its own exception."""

from collections.abc import Mapping, Set
from typing import Any

from lms.core.enums import LabelledEnum
from lms.core.errors import IllegalMove

Transitions = Mapping[LabelledEnum, Set[LabelledEnum]]


def move(
    row: Any, target: LabelledEnum, transitions: Transitions, attribute: str = "state"
) -> None:
    """Set `row.state` to `target` if the table allows the move; raises IllegalMove if not."""
    current = getattr(row, attribute)
    if target not in transitions.get(current, frozenset()):
        raise IllegalMove(type(row).__name__, current, target)
    setattr(row, attribute, target)
