"""The schemes of a year as a workbook: one sheet of schemes, one of their courses."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict
from lms.core.types import ZERO_HOURS
from lms.schemes.models import Scheme, SchemeCourse, SchemeRevision
from lms.schemes.queries import course_counts, latest_revisions, managed_schemes, with_shown
from lms.schemes.rules import hours_by_category
from lms.web.downloads import safe_cell
from lms.web.filters import when
from lms.web.workbooks import Sheet, write_workbook

MOST_SCHEMES = 500
_CHUNK = 20
_SCHEME_HEADINGS = (
    *(_l("编号"), _l("制定部门"), _l("年度"), _l("职称系列"), _l("职称级别"), _l("适用地区")),
    *(_l("方案名称"), _l("状态"), _l("修订号"), _l("发布时间"), _l("公需学时"), _l("专业学时")),
    *(_l("学习形式"), _l("学习渠道"), _l("考核方式"), _l("课程数"), _l("联系人")),
    *(_l("联系电话"), _l("电子邮箱")),
)
_COURSE_HEADINGS = (_l("方案编号"), _l("序号"), _l("课程"), _l("类别"), _l("学时"), _l("基地"))


def export_schemes(actor: Person, year: int) -> bytes:
    """The schemes of a year that `actor` keeps, each in its newest wording, as an xlsx file.

    The file is built before the transaction that tells of it in the audit trail. Not to be called
    in another. Raises Conflict for more than MOST_SCHEMES.
    """
    query = managed_schemes(actor, year).order_by(Scheme.id).limit(MOST_SCHEMES + 1)
    schemes = list(db.session.scalars(query))
    if len(schemes) > MOST_SCHEMES:
        raise Conflict(_l("方案超过 %(count)d 个，请分地区导出。", count=MOST_SCHEMES))
    revisions = latest_revisions(schemes)
    content = write_workbook(
        _sheet(_("学习方案"), _SCHEME_HEADINGS, _scheme_rows(schemes, revisions)),
        _sheet(_("课程"), _COURSE_HEADINGS, _course_rows(schemes, revisions)),
    )
    with transaction():
        record(AuditTag.SCHEMES_SCHEME_EXPORT, actor.id, "schemes", year=year, rows=len(schemes))
    return content


def _scheme_rows(
    schemes: list[Scheme], revisions: dict[int, SchemeRevision]
) -> Iterable[list[Any]]:
    counts = course_counts([revision.id for revision in revisions.values()])
    for scheme in schemes:
        revision = revisions[scheme.id]
        yield _scheme_row(scheme, revision, counts.get(revision.id, 0))


def _scheme_row(scheme: Scheme, revision: SchemeRevision, count: int) -> list[Any]:
    sums = hours_by_category(revision.topic_list)
    levels = [str(level.label) for level in revision.levels]
    is_published = revision.published_at is not None
    return [
        scheme.id,
        scheme.organization.name,
        scheme.year,
        scheme.profession.label,
        str(_("、")).join(levels) or _("全部级别"),
        revision.division.name,
        revision.title,
        scheme.state.label if is_published else _("有未发布的修改"),
        revision.number,
        when(revision.published_at),
        sums.get(HourCategory.PUBLIC, ZERO_HOURS),
        sums.get(HourCategory.PROFESSIONAL, ZERO_HOURS),
        revision.ways,
        revision.channels,
        revision.examination,
        count,
        revision.contact_name,
        revision.contact_phone,
        revision.contact_email,
    ]


def _course_rows(
    schemes: list[Scheme], revisions: dict[int, SchemeRevision]
) -> Iterable[list[Any]]:
    # A scheme has up to 500 courses: a few schemes at a time stay small in memory.
    for start in range(0, len(schemes), _CHUNK):
        ids = [revisions[scheme.id].id for scheme in schemes[start : start + _CHUNK]]
        numbers = {revisions[scheme.id].id: scheme.id for scheme in schemes}
        query = (
            select(SchemeCourse)
            .where(SchemeCourse.revision_id.in_(ids))
            .options(*with_shown())
            .order_by(SchemeCourse.revision_id, SchemeCourse.position, SchemeCourse.id)
        )
        yield from _numbered(db.session.scalars(query), numbers)


def _numbered(rows: Iterable[SchemeCourse], numbers: dict[int, int]) -> Iterable[list[Any]]:
    last, place = 0, 0
    for row in rows:
        place = place + 1 if row.revision_id == last else 1
        last = row.revision_id
        course = row.course
        yield [
            numbers[row.revision_id],
            place,
            course.shown.title,
            course.shown.category.label,
            course.shown.hours,
            course.base.name,
        ]


def _sheet(title: str, headings: Iterable[Any], rows: Iterable[list[Any]]) -> Sheet:
    return Sheet(title, [str(heading) for heading in headings], map(_cells, rows))


def _cells(row: list[Any]) -> list[str | int]:
    return [value if isinstance(value, int) else safe_cell(str(value)) for value in row]
