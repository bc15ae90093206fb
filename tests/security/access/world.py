"""A city with its bureau, department, unit and base, their people, and the same elsewhere.

Every record of the estate (tests/security/estate.py) belongs here; who comes from elsewhere must
reach none of it.
"""

import io
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.content_operations import add_etextbook
from lms.catalog.models import Course
from lms.certificates.models import Certificate
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.exams.allowances.operations import grant_allowance
from lms.hourbank.statements.certificates import issue_annual_certificate
from lms.organizations.models import Division, Organization, OrganizationKind
from tests.catalog.etextbooks.support import files, packed, picture
from tests.factories import (
    CourseFactory,
    LessonFactory,
    OrganizationFactory,
    PersonFactory,
    PostFactory,
)
from tests.factories.accounts import province
from tests.factories.catalog import version_as_it_is
from tests.factories.schemes import make_scheme
from tests.hourbank.statements.support import meet
from tests.security.access.claims import claims_values
from tests.security.access.hours import reconciled_day
from tests.security.access.memberships import make_joiner, records_of, registered_unit
from tests.security.access.questions import questions_values
from tests.security.estate import build_estate
from tests.support import kept_file, sign_in
from tests.watching.support import make_pages

_KIND = OrganizationKind
_POSTS = {
    "auditor": (_KIND.BUREAU, Role.BUREAU_AUDITOR),
    "base": (_KIND.BASE, Role.BASE_MANAGER),
    "bureau": (_KIND.BUREAU, Role.BUREAU_OFFICER),
    "department": (_KIND.DEPARTMENT, Role.DEPARTMENT_OFFICER),
    "stand_in": (_KIND.STAND_IN, Role.STAND_IN_OFFICER),
    "trainer": (_KIND.BASE, Role.TRAINER),
    "unit": (_KIND.UNIT, Role.UNIT_MANAGER),
}
ELSEWHERE = "_elsewhere"
VISITORS = (
    "guest",
    "owner",
    "joiner",
    "learner",
    "learner_elsewhere",
    "province",
    *_POSTS,
    *(f"{name}{ELSEWHERE}" for name in _POSTS),
)


@dataclass
class World:
    """The people by their names in VISITORS, and the values that lead to the records here.

    An argument may mean something else to some routes: `values_of` knows.
    """

    people: dict[str, Person]
    values: dict[str, Any]
    registered_unit_id: int
    base_id: int

    def values_of(self, endpoint: str) -> dict[str, Any]:
        """The values for the arguments of this route."""
        if endpoint.startswith("etextbooks."):
            return {**self.values, "etextbook_id": self.values["epub_id"]}
        if endpoint.startswith("manage_readings.") or endpoint.endswith(".page"):
            return {**self.values, "lesson_id": self.values["read_lesson_id"]}
        if endpoint.startswith("quotas."):
            return {**self.values, "organization_id": self.base_id}
        if endpoint.startswith("manage_unit_requests."):
            return {**self.values, "organization_id": self.registered_unit_id}
        return self.values


def build_world(app: Flask) -> World:
    """Make both cities, their people, and the records of one learner here."""
    here = _city("371100", "371102", "日照")
    elsewhere = _city("370600", "370602", "烟台")
    people = {**_people(here, ""), **_people(elsewhere, ELSEWHERE)}
    people["province"] = _officer(_organization(_KIND.BUREAU, "370000", "山东省人社厅"))
    people["learner"] = PersonFactory(name="同事甲", unit=here[_KIND.UNIT])
    people["learner_elsewhere"] = PersonFactory(name="外地人", unit=elsewhere[_KIND.UNIT])
    people["owner"] = PersonFactory(name="陈静怡", unit=here[_KIND.UNIT])
    estate = build_estate(app, here[_KIND.BASE], people["base"], people["owner"])
    course = CourseFactory(base=here[_KIND.BASE])
    scheme = make_scheme(people["department"], course, division_code="371100")
    unit = here[_KIND.UNIT]
    people["joiner"], request_id = make_joiner(unit)
    values = {
        **estate.values,
        **records_of(app, unit, people["unit"], people["owner"]),
        "code": _certificate_code(),
        **_annual(people["owner"]),
        "policy_code": "370800-2022",
        **_chapters(estate.values["slug"], people["base"]),
        "name": _public_file(app),
        "request_id": request_id,
        "course_id": course.id,
        "revision_number": 1,
        "scheme_id": scheme.id,
        "window": 0,
        "allowance_id": _allowance(people["unit"], people["owner"]),
        "note_key": "0" * 32,
        "note_format": "md",
        **claims_values(people["owner"]),
        **questions_values(estate.values["slug"], people["trainer"]),
        **reconciled_day(estate.values["delivery_id"]),
    }
    # Going to pay makes the payment that the cashier's page shows.
    sign_in(app.test_client(), people["owner"]).post(f"/orders/{values['number']}/pay")
    waiting = registered_unit("371102", here[_KIND.DEPARTMENT])
    return World(people, values, waiting.id, here[_KIND.BASE].id)


def _chapters(slug: str, trainer: Person) -> dict[str, Any]:
    """An EPUB beside the PDF, for the pages of chapters and of their pictures."""
    entries = files(one='<p>正文</p><img src="../a.png"/>')
    entries["OEBPS/a.png"] = picture()
    with transaction():
        course = db.session.scalars(select(Course).where(Course.slug == slug)).one()
        book = add_etextbook(trainer, course, "电子书", io.BytesIO(packed(entries)))
    read = LessonFactory(course=course, title="阅读")
    reading = make_pages(read)
    version_as_it_is(course)
    (kept,) = (kept_file(book.path) / "pictures").iterdir()
    return {
        "epub_id": book.id,
        "chapter_number": 1,
        "picture_name": kept.name,
        "read_lesson_id": read.id,
        "reading": reading.public_id,
    }


def _allowance(actor: Person, person: Person) -> int:
    today = clock.today()
    with transaction():
        return grant_allowance(actor, person.id, 25, "残疾人证", today, today).id


def _annual(owner: Person) -> dict[str, Any]:
    """The certificate of a year that the owner has met."""
    meet(owner, 2024)
    with transaction():
        certificate = issue_annual_certificate(owner, 2024)
    return {"annual_id": certificate.id, "annual_code": certificate.code}


def _certificate_code() -> str:
    return db.session.scalars(select(Certificate.code)).one()


def _public_file(app: Flask) -> str:
    path = app.extensions["settings"].media_path / "hls" / "1" / "poster.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xd8\xff")
    return "1/poster.jpg"


def _city(code: str, county: str, name: str) -> dict[OrganizationKind, Organization]:
    parent = province().code
    with transaction():
        db.session.add(Division(code=code, name=f"{name}市", parent_code=parent))
        db.session.flush()
        db.session.add(Division(code=county, name=f"{name}的区", parent_code=code))
    made = {
        kind: _organization(kind, code, f"{name}{kind.value}")
        for kind in (_KIND.BUREAU, _KIND.DEPARTMENT, _KIND.BASE)
    }
    for kind, above in ((_KIND.UNIT, made[_KIND.DEPARTMENT]), (_KIND.STAND_IN, None)):
        made[kind] = _organization(kind, county, f"{name}{kind.value}", above)
    return made


def _organization(
    kind: OrganizationKind, code: str, name: str, parent: Organization | None = None
) -> Organization:
    parent_id = parent.id if parent else None
    return OrganizationFactory(kind=kind, division_code=code, name=name, parent_id=parent_id)


def _people(organizations: dict[OrganizationKind, Organization], suffix: str) -> dict[str, Person]:
    return {
        f"{name}{suffix}": PostFactory(organization=organizations[kind], role=role).person
        for name, (kind, role) in _POSTS.items()
    }


def _officer(bureau: Organization) -> Person:
    return PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
