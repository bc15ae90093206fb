"""The demonstration's scheme: made once, for the learner of the demonstration to find."""

from sqlalchemy import select

from lms.catalog.subject_operations import subjects_of
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.demo_people import load_people
from lms.demo_schemes import load_scheme, load_subjects
from lms.organizations.models import Organization, OrganizationKind
from lms.schemes import queries
from lms.schemes.models import Scheme
from tests.factories import CourseFactory


def test_demonstration_has_one_scheme_with_its_courses(app, clock):
    with transaction():
        people = load_people()
    base = db.session.scalar(select(Organization).where(Organization.kind == OrganizationKind.BASE))
    assert people["trainer"].posts[0].role is Role.TRAINER
    course = CourseFactory(slug="digital-engineers", base=base, title="数字技术工程师培育")
    for _ in range(2):
        with transaction():
            load_subjects(people["trainer"])
            load_scheme(people["department"])
    scheme = db.session.scalars(select(Scheme)).one()
    (revision,) = queries.revisions_for(people["learner"])
    assert revision.scheme_id == scheme.id
    assert [row.course_id for row in queries.all_courses(revision)] == [course.id]
    assert [each.code for each in subjects_of(course)] == ["engineering/digital-management"]
