"""Study schemes with what publishing asks for."""

from lms.accounts.enums import ProfessionSeries, TitleLevel
from lms.accounts.models import Person
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.organizations.models import OrganizationKind
from lms.schemes.course_operations import add_course
from lms.schemes.models import Scheme
from lms.schemes.operations import create_scheme, publish_scheme
from lms.schemes.rules import SchemeFacts, Topic
from tests.factories.accounts import OrganizationFactory, PostFactory

ENGINEERING = ProfessionSeries.ENGINEERING


def officer(division_code: str = "370000", name: str = "省工信厅") -> Person:
    """Somebody who acts for a department in this division, which must be there."""
    department = OrganizationFactory(
        kind=OrganizationKind.DEPARTMENT, name=name, division_code=division_code
    )
    return PostFactory(organization=department, role=Role.DEPARTMENT_OFFICER).person


def facts(title: str = "2025年度专业科目学习方案", **given) -> SchemeFacts:
    """Whole facts: nothing is missing for publication."""
    values = {
        "division_code": "370000",
        "goals": "掌握新理论、新技术。",
        "topics": (Topic("智能制造", HourCategory.PROFESSIONAL, Hours(455)),),
        "ways": "网络学习",
        "examination": "在线考试",
        "contact_name": "周志强",
        "contact_phone": "0633-1234567",
    }
    return SchemeFacts(title=title, **{**values, **given})


def make_scheme(
    actor: Person,
    *courses,
    is_published: bool = True,
    year: int = 2025,
    profession: ProfessionSeries = ENGINEERING,
    levels: tuple[TitleLevel, ...] = (),
    **given,
) -> Scheme:
    """A scheme of the organization of the actor's post, with these courses in their order."""
    with transaction():
        scheme = create_scheme(
            actor,
            actor.posts[0].organization,
            year,
            profession,
            facts(title_levels=levels, **given),
        )
        for course in courses:
            add_course(actor, scheme, course)
        if is_published:
            publish_scheme(actor, scheme)
    return scheme
