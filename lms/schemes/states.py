"""How a scheme moves between its states."""

from lms.core.states import Transitions
from lms.schemes.models import SchemeState

SCHEME_MOVES: Transitions = {
    SchemeState.DRAFT: {SchemeState.PUBLISHED},
    SchemeState.PUBLISHED: {SchemeState.WITHDRAWN},
    SchemeState.WITHDRAWN: {SchemeState.PUBLISHED},
}
