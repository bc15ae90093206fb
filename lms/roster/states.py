"""How an import moves."""

from lms.core.states import Transitions
from lms.roster.enums import RosterState as S

ROSTER_MOVES: Transitions = {
    S.UPLOADED: {S.CHECKING, S.CANCELLED, S.EXPIRED},
    S.CHECKING: {S.CHECKED, S.FAILED},
    S.CHECKED: {S.QUEUED, S.UPLOADED, S.CANCELLED, S.EXPIRED},
    S.QUEUED: {S.APPLYING},
    S.APPLYING: {S.APPLIED, S.OUTDATED, S.FAILED},
    S.OUTDATED: {S.UPLOADED, S.CANCELLED, S.EXPIRED},
}
# A worker waits for it or has it; the page asks again until it is through.
IN_WORK = frozenset({S.UPLOADED, S.CHECKING, S.QUEUED, S.APPLYING})
# Nothing more will become of it, and nothing of the file is kept.
OVER = frozenset({S.APPLIED, S.FAILED, S.CANCELLED, S.EXPIRED})
# Nothing happens to it until its uploader decides, or it expires.
WAITING_FOR_USER = frozenset({S.UPLOADED, S.CHECKED, S.OUTDATED})
