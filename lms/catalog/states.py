"""How a course and its versions move between their states."""

from lms.catalog.models import CourseState
from lms.catalog.version_models import VersionState
from lms.core.states import Transitions

COURSE_MOVES: Transitions = {
    CourseState.DRAFT: {CourseState.PUBLISHED},
    CourseState.PUBLISHED: {CourseState.WITHDRAWN},
    CourseState.WITHDRAWN: {CourseState.PUBLISHED},
}

# A public course is judged by its base and then by the bureau, a professional one by its base.
VERSION_MOVES: Transitions = {
    VersionState.SUBMITTED: {
        VersionState.BASE_APPROVED,
        VersionState.APPROVED,
        VersionState.RETURNED,
        VersionState.RECALLED,
    },
    VersionState.BASE_APPROVED: {
        VersionState.APPROVED,
        VersionState.RETURNED,
        VersionState.RECALLED,
    },
    VersionState.APPROVED: {VersionState.PUBLISHED, VersionState.RECALLED},
    VersionState.PUBLISHED: {VersionState.REPLACED, VersionState.WITHDRAWN},
    VersionState.WITHDRAWN: {VersionState.REPLACED},
}
