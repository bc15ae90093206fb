"""Study cycles."""

import factory

from lms.enrollments.models import Cycle, CycleState, EntryReason
from tests.factories.accounts import PersonFactory
from tests.factories.base import CommittedFactory
from tests.factories.catalog import CourseFactory


class CycleFactory(CommittedFactory[Cycle]):
    """An active first cycle of the version in the catalogue."""

    class Meta:
        model = Cycle

    person = factory.SubFactory(PersonFactory)
    course = factory.SubFactory(CourseFactory)
    version = factory.LazyAttribute(lambda cycle: cycle.course.version)
    number = 1
    state = CycleState.ACTIVE
    reason = EntryReason.FREE
