"""Finding schemes: those one keeps, those everybody reads, and those made for a learner."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from lms.accounts.enums import ProfessionSeries
from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import organizations_with
from lms.catalog.models import Course, CourseState
from lms.catalog.queries import published_courses
from lms.catalog.version_models import CourseVersion
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.queries import superior_divisions
from lms.schemes.models import Scheme, SchemeCourse, SchemeRevision, SchemeState
from lms.web.paging import KeysetPage, Place, keyset_page

AUTHORS = (OrganizationKind.DEPARTMENT, OrganizationKind.BUREAU)
COURSES_A_PAGE = 30
MOST_FOUND = 20
# A learner stands below a city and its province; more schemes than these are on the public list.
MOST_OWN = 3


def get_managed(actor: Person, scheme_id: int) -> Scheme:
    """The scheme if `actor` may write it; raises NotFound if there is none, or NotAllowed."""
    scheme = db.session.get(Scheme, scheme_id)
    if scheme is None:
        raise NotFound()
    require(actor, Permission.SCHEMES_SCHEME_EDIT, scheme.organization_id)
    return scheme


def authors_of(actor: Person) -> list[Organization]:
    """The departments and bureaus for which `actor` may write schemes, by name."""
    own = organizations_with(actor, Permission.SCHEMES_SCHEME_EDIT)
    query = select(Organization).where(Organization.id.in_(own), Organization.kind.in_(AUTHORS))
    return list(db.session.scalars(query.order_by(Organization.name)))


def managed_schemes(actor: Person, year: int | None = None) -> Select[Scheme]:
    """The schemes that `actor` may write: twin of `get_managed` for lists."""
    own = organizations_with(actor, Permission.SCHEMES_SCHEME_EDIT)
    query = (
        select(Scheme)
        .where(Scheme.organization_id.in_(own))
        .options(joinedload(Scheme.organization))
    )
    return query if year is None else query.where(Scheme.year == year)


def managed_years(actor: Person) -> list[int]:
    """The years of the schemes that `actor` may write, newest first."""
    own = organizations_with(actor, Permission.SCHEMES_SCHEME_EDIT)
    query = select(Scheme.year).where(Scheme.organization_id.in_(own)).distinct()
    return sorted(db.session.scalars(query), reverse=True)


def latest_revisions(schemes: Sequence[Scheme]) -> dict[int, SchemeRevision]:
    """The newest revision of each scheme by the scheme's id, published or not, in one query."""
    ids = [scheme.id for scheme in schemes]
    newest = (
        select(func.max(SchemeRevision.id))
        .where(SchemeRevision.scheme_id.in_(ids))
        .group_by(SchemeRevision.scheme_id)
    )
    rows = db.session.scalars(select(SchemeRevision).where(SchemeRevision.id.in_(newest)))
    return {revision.scheme_id: revision for revision in rows}


def latest_revision(scheme: Scheme) -> SchemeRevision:
    """The revision that is being written, or else the one in force."""
    return latest_revisions([scheme])[scheme.id]


def public_revisions(
    year: int | None = None, profession: ProfessionSeries | None = None
) -> Select[SchemeRevision]:
    """The revisions in force of published schemes; twin of `get_public` for lists."""
    query = (
        select(SchemeRevision)
        .join(SchemeRevision.scheme)
        .where(
            Scheme.state == SchemeState.PUBLISHED, SchemeRevision.number == Scheme.current_number
        )
        .options(
            joinedload(SchemeRevision.scheme).joinedload(Scheme.organization),
            joinedload(SchemeRevision.division),
        )
    )
    if year is not None:
        query = query.where(Scheme.year == year)
    if profession is not None:
        query = query.where(Scheme.profession == profession)
    return query


def public_years() -> list[int]:
    """The years of published schemes, newest first."""
    query = select(Scheme.year).where(Scheme.state == SchemeState.PUBLISHED).distinct()
    return sorted(db.session.scalars(query), reverse=True)


def get_public(scheme_id: int, number: int | None = None) -> SchemeRevision:
    """A revision that was published, by default the newest; raises NotFound for any other.

    One of a withdrawn scheme too: who has its address learns that it is withdrawn.
    """
    query = (
        select(SchemeRevision)
        .where(SchemeRevision.scheme_id == scheme_id, SchemeRevision.published_at.is_not(None))
        .options(joinedload(SchemeRevision.scheme).joinedload(Scheme.organization))
        .order_by(SchemeRevision.number.desc())
    )
    if number is not None:
        query = query.where(SchemeRevision.number == number)
    revision = db.session.scalar(query.limit(1))
    if revision is None:
        raise NotFound()
    return revision


def history_of(scheme: Scheme) -> list[SchemeRevision]:
    """What was published, newest first."""
    query = select(SchemeRevision).where(
        SchemeRevision.scheme_id == scheme.id, SchemeRevision.published_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(SchemeRevision.number.desc())))


def revisions_for(person: Person) -> list[SchemeRevision]:
    """The schemes made for a learner: of their series, level and division, of this year.

    Departments publish by the end of April (Shandong 2025, 五(二)); until then those of the year
    before are shown. Whoever has no unit lives in no division that is known here, and reads the
    public list; a level that is not known shuts nobody out. The nearest authority's comes first.
    """
    if person.profession is None or person.unit is None:
        return []
    this_year = clock.today().year
    query = (
        public_revisions(profession=person.profession)
        .where(
            Scheme.year.in_((this_year, this_year - 1)),
            SchemeRevision.division_code.in_(superior_divisions(person.unit.division_code)),
        )
        .order_by(SchemeRevision.division_code.desc(), SchemeRevision.id)
    )
    level = person.title_level
    found = db.session.scalars(query)
    fitting = [each for each in found if level is None or level in (each.levels or [level])]
    newest = max((each.scheme.year for each in fitting), default=this_year)
    return [each for each in fitting if each.scheme.year == newest][:MOST_OWN]


def courses_page(
    revision: SchemeRevision, place: Place, size: int = COURSES_A_PAGE
) -> KeysetPage[SchemeCourse]:
    """A page of the revision's courses in their order."""
    return keyset_page(
        lambda stretch: db.session.scalars(
            stretch.apply(_courses(revision), SchemeCourse.position, SchemeCourse.id)
        ).all(),
        lambda row: (row.position, row.id),
        place,
        size,
    )


def all_courses(revision: SchemeRevision) -> list[SchemeCourse]:
    """All courses of the revision in their order; at most rules.MOST_COURSES."""
    query = _courses(revision).order_by(SchemeCourse.position, SchemeCourse.id)
    return list(db.session.scalars(query))


def _courses(revision: SchemeRevision) -> Select[SchemeCourse]:
    rows = select(SchemeCourse).where(SchemeCourse.revision_id == revision.id)
    return rows.options(*with_shown())


def with_shown() -> tuple[ExecutableOption, ...]:
    """Options that bring the courses with their bases and with what the catalogue shows of them."""
    course = joinedload(SchemeCourse.course)
    return course.joinedload(Course.base), course.joinedload(Course.version)


def course_counts(revision_ids: Sequence[int]) -> dict[int, int]:
    """How many courses each revision has, those without any left out."""
    rows = db.session.execute(
        select(SchemeCourse.revision_id, func.count())
        .where(SchemeCourse.revision_id.in_(revision_ids))
        .group_by(SchemeCourse.revision_id)
    )
    return dict(rows.all())


def find_entry(revision: SchemeRevision, course_id: int) -> SchemeCourse | None:
    """The course's place in the revision, or None."""
    return db.session.scalar(
        select(SchemeCourse).where(
            SchemeCourse.revision_id == revision.id, SchemeCourse.course_id == course_id
        )
    )


def unfit_titles(scheme: Scheme, revision: SchemeRevision, limit: int = 5) -> list[str]:
    """Titles of courses that may not be in the scheme any more: withdrawn, or of another year."""
    is_unfit: ColumnElement[bool] = or_(
        Course.state != CourseState.PUBLISHED, CourseVersion.year != scheme.year
    )
    query = (
        select(CourseVersion.title)
        .select_from(Course)
        .join(Course.version)
        .join(SchemeCourse, SchemeCourse.course_id == Course.id)
        .where(SchemeCourse.revision_id == revision.id, is_unfit)
    )
    return list(db.session.scalars(query.order_by(SchemeCourse.position).limit(limit)))


def search_courses(scheme: Scheme, text: str) -> list[Course]:
    """Published courses of the scheme's year that have these words and are not in it yet."""
    taken = select(SchemeCourse.course_id).where(
        SchemeCourse.revision_id == latest_revision(scheme).id
    )
    query = (
        published_courses(year=scheme.year, text=text)
        .where(Course.id.not_in(taken))
        .options(joinedload(Course.base))
    )
    return list(db.session.scalars(query.order_by(Course.id.desc()).limit(MOST_FOUND)))
