"""What a certificate can become. A revoked or superseded one stays what it is for ever."""

from lms.certificates.models import CertificateState as State
from lms.core.states import Transitions

CERTIFICATE_MOVES: Transitions = {
    State.VALID: frozenset({State.REVOKED, State.SUPERSEDED}),
    State.REVOKED: frozenset(),
    State.SUPERSEDED: frozenset(),
}
