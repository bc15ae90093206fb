"""Deeds are recorded for the organization they concern, wherever the actor belongs."""

from pathlib import Path

from sqlalchemy import select

from lms.accounts.sessions import end_sessions
from lms.accounts.sign_in import sign_in
from lms.activation.codes import SENT_GOOD_FOR, hash_of_code
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.activation.operations import draft_password, prove_code, reset_password
from lms.catalog import operations as catalog
from lms.config import ROOT
from lms.core import clock as present
from lms.core.audit import AuditEvent, AuditTag, Origin, set_origin
from lms.core.codes import make_code
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.enrollments.operations import enrol
from lms.organizations.models import OrganizationKind
from tests.factories import CourseFactory, OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD


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


def _officer_without_a_unit():
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    officer = PersonFactory(unit=None, password=PASSWORD)
    PostFactory(organization=bureau, person=officer, role=Role.BUREAU_OFFICER)
    set_origin(Origin("10.0.0.1"))
    return officer, bureau


def _code_sent_to(person):
    code = make_code()
    db.session.add(
        OneTimeCode(
            person_id=person.id,
            purpose=CodePurpose.RESET,
            channel=CodeChannel.SMS,
            code_hash=hash_of_code(person.id, code),
            expires_at=present.now() + SENT_GOOD_FOR,
        )
    )
    db.session.flush()
    return code


def test_signing_in_is_the_affair_of_where_somebody_holds_a_post(app):
    officer, bureau = _officer_without_a_unit()
    sign_in(officer.username, "wrong")
    sign_in(officer.username, PASSWORD)
    assert _event(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL).organization_id == bureau.id
    assert _event(AuditTag.ACCOUNTS_PERSON_SIGN_IN).organization_id == bureau.id


def test_a_forgotten_password_is_the_affair_of_where_somebody_holds_a_post(app, clock):
    officer, bureau = _officer_without_a_unit()
    with transaction():
        end_sessions(officer, None)
        code = _code_sent_to(officer)
        token = prove_code(officer.username, code).token
        assert prove_code(officer.username, "ACDEFGHJKM").token is None
    clock.advance(1)
    draft = draft_password(token, CodePurpose.RESET, "Quiet maple lantern 7")
    with transaction():
        reset_password(token, draft)
    assert _event(AuditTag.ACCOUNTS_CODE_FAIL).organization_id == bureau.id
    assert _event(AuditTag.ACCOUNTS_PASSWORD_RESET).organization_id == bureau.id
    ended = db.session.scalars(
        select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_SESSION_END.value)
    )
    assert {each.organization_id for each in ended} == {bureau.id}


def test_only_named_files_decrypt_anything():
    """A whole identity number is read in accounts/identity.py alone, where it is recorded."""
    found = {
        path.relative_to(ROOT / "lms").as_posix()
        for path in Path(ROOT / "lms").rglob("*.py")
        if ".decrypt(" in path.read_text(encoding="utf-8")
        # Of a book, with the empty password that some programs set.
        and path.name != "pdf_pages.py"
    }
    assert found == {"accounts/identity.py", "core/crypto.py", "second_factor/totp.py"}
