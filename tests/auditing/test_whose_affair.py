"""Deeds are recorded for the organization they concern, wherever the actor belongs."""

from pathlib import Path

from sqlalchemy import select

from lms.accounts.sign_in import sign_in
from lms.catalog import operations as catalog
from lms.config import ROOT
from lms.core.audit import AuditEvent, AuditTag, Origin, set_origin
from lms.core.db import db, transaction
from lms.enrollments.operations import enrol
from lms.organizations.models import OrganizationKind
from tests.factories import CourseFactory, OrganizationFactory, PersonFactory, PostFactory


def _event(tag):
    return db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag.value)).one()


def test_course_is_the_affair_of_its_base_also_for_a_trainer_of_two(app):
    one, other = OrganizationFactory(), OrganizationFactory()
    trainer = PostFactory(organization=one).person
    PostFactory(organization=other, person=trainer)
    set_origin(Origin("10.0.0.1", one.id))
    course = CourseFactory(base=other)
    with transaction():
        catalog.set_cover(trainer, course, None)
    assert _event(AuditTag.CATALOG_COURSE_UPDATE).organization_id == other.id


def test_study_is_the_affair_of_the_unit_also_when_the_system_begins_it(app):
    unit = OrganizationFactory(kind=OrganizationKind.UNIT)
    learner, course = PersonFactory(unit=unit), CourseFactory()
    set_origin(Origin())
    with transaction():
        enrol(learner, course)
    assert _event(AuditTag.ENROLLMENTS_CYCLE_START).organization_id == unit.id


def test_study_of_somebody_without_a_unit_is_the_affair_of_the_base(app):
    learner, course = PersonFactory(unit=None), CourseFactory()
    with transaction():
        enrol(learner, course)
    assert _event(AuditTag.ENROLLMENTS_CYCLE_START).organization_id == course.base_id


def test_failed_sign_in_of_an_unknown_login_tells_only_from_where(app):
    set_origin(Origin("10.0.0.1"))
    sign_in("370102199001011234", "my secret")
    event = _event(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL)
    assert (event.actor_id, event.address, event.subject) == (None, "10.0.0.1", "login:unknown")
    assert (event.detail, event.organization_id) == ({}, None)


def test_only_named_files_decrypt_anything():
    """A whole identity number is read in accounts/identity.py alone, where it is recorded."""
    found = {
        path.relative_to(ROOT / "lms").as_posix()
        for path in Path(ROOT / "lms").rglob("*.py")
        if ".decrypt(" in path.read_text(encoding="utf-8")
    }
    assert found == {"accounts/identity.py", "core/crypto.py", "second_factor/totp.py"}
