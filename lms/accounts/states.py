"""Which states a person may move between."""

from lms.accounts.enums import PersonState
from lms.core.states import Transitions

_STATE = PersonState
PERSON: Transitions = {
    _STATE.PENDING: frozenset({_STATE.ACTIVE, _STATE.REFUSED, _STATE.MERGED}),
    # Whoever was refused mends the registration and sends it again; whoever also registered a unit
    # manages it once that is approved, whatever another unit had said of them.
    _STATE.REFUSED: frozenset({_STATE.ACTIVE, _STATE.PENDING, _STATE.MERGED}),
    _STATE.ACTIVE: frozenset({_STATE.SUSPENDED, _STATE.RETIRED, _STATE.DECEASED, _STATE.MERGED}),
    _STATE.SUSPENDED: frozenset({_STATE.ACTIVE, _STATE.RETIRED, _STATE.DECEASED, _STATE.MERGED}),
    # The retired are employed again, and the dead were another of the same name.
    _STATE.RETIRED: frozenset({_STATE.ACTIVE, _STATE.DECEASED, _STATE.MERGED}),
    _STATE.DECEASED: frozenset({_STATE.ACTIVE, _STATE.MERGED}),
}
