"""How a course moves between its states."""

from lms.catalog.models import CourseState
from lms.core.states import Transitions

COURSE_MOVES: Transitions = {
    CourseState.DRAFT: {CourseState.PUBLISHED},
    CourseState.PUBLISHED: {CourseState.WITHDRAWN},
    CourseState.WITHDRAWN: {CourseState.PUBLISHED},
}
