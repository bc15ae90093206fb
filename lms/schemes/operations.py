"""Writing, publishing, revising and withdrawing schemes."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, literal, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.enums import ProfessionSeries
from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.core.states import move
from lms.organizations.models import Organization
from lms.schemes.models import Scheme, SchemeCourse, SchemeRevision, SchemeState
from lms.schemes.queries import AUTHORS, latest_revision, unfit_titles
from lms.schemes.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    SchemeFacts,
    missing_parts,
    writing_problems,
)
from lms.schemes.states import SCHEME_MOVES

_CONTENT = tuple(SchemeFacts.__dataclass_fields__)


def create_scheme(
    actor: Person,
    organization: Organization,
    year: int,
    profession: ProfessionSeries,
    facts: SchemeFacts,
) -> Scheme:
    """Begin a scheme of a department or bureau for a year and a series of professions.

    Raises NotAllowed, or Invalid naming the field.
    """
    require(actor, Permission.SCHEMES_SCHEME_EDIT, organization.id)
    if organization.kind not in AUTHORS:
        raise Invalid(_l("学习方案由主管部门或人社部门制定。"), field="organization_id")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_l("请填写四位年度，如 2025。"), field="year")
    _check(facts, organization)
    scheme = Scheme(organization=organization, year=year, profession=profession)
    db.session.add(scheme)
    db.session.flush()
    db.session.add(SchemeRevision(scheme_id=scheme.id, number=1, **facts.columns()))
    db.session.flush()
    _note(AuditTag.SCHEMES_SCHEME_CREATE, actor, scheme)
    return scheme


def _check(facts: SchemeFacts, organization: Organization) -> None:
    for field, message in writing_problems(facts, organization.division_code):
        raise Invalid(message, field=field)


def open_revision(actor: Person, scheme: Scheme) -> SchemeRevision:
    """The revision to write in; of a scheme that has none, a copy of the one in force.

    Holds the scheme until the transaction ends. Raises NotAllowed.
    """
    require(actor, Permission.SCHEMES_SCHEME_EDIT, scheme.organization_id)
    hold(scheme)
    latest = latest_revision(scheme)
    if latest.published_at is None:
        return latest
    content = {name: getattr(latest, name) for name in _CONTENT}
    copy = SchemeRevision(scheme_id=scheme.id, number=latest.number + 1, **content)
    db.session.add(copy)
    db.session.flush()
    rows = select(literal(copy.id), SchemeCourse.course_id, SchemeCourse.position)
    db.session.execute(
        insert(SchemeCourse).from_select(
            ["revision_id", "course_id", "position"],
            rows.where(SchemeCourse.revision_id == latest.id),
        )
    )
    return copy


def update_scheme(actor: Person, scheme: Scheme, facts: SchemeFacts) -> None:
    """Change what a scheme says; what is published stays until this is published in its place.

    Raises NotAllowed, or Invalid naming the field.
    """
    require(actor, Permission.SCHEMES_SCHEME_EDIT, scheme.organization_id)
    _check(facts, scheme.organization)
    given = facts.columns()
    latest = latest_revision(scheme)
    if all(getattr(latest, name) == value for name, value in given.items()):
        return
    revision = open_revision(actor, scheme)
    fields = sorted(name for name, value in given.items() if getattr(revision, name) != value)
    for name in fields:
        setattr(revision, name, given[name])
    db.session.flush()
    note_update(actor, scheme, fields=fields, revision=revision.number)


def publish_problems(scheme: Scheme, revision: SchemeRevision) -> list[str]:
    """What keeps the revision from being published, in words; empty if nothing does."""
    problems = [str(each) for each in missing_parts(revision, revision.topic_list)]
    problems += [
        _("课程“%(title)s”已下架或不属于本年度，请移除。", title=title)
        for title in unfit_titles(scheme, revision)
    ]
    return problems


def publish_scheme(actor: Person, scheme: Scheme, note: str = "") -> SchemeRevision:
    """Put what was written in force, with its date; a withdrawn scheme comes back as it was.

    `note` tells the readers what has changed. Raises NotAllowed, Invalid with what is missing, or
    Conflict if nothing was changed, or another scheme of that department, year and series is out.
    """
    require(actor, Permission.SCHEMES_SCHEME_PUBLISH, scheme.organization_id)
    hold(scheme)
    revision = latest_revision(scheme)
    is_new = revision.published_at is None
    if not is_new and scheme.state is SchemeState.PUBLISHED:
        raise Conflict(_l("没有需要发布的修改。"))
    if problems := publish_problems(scheme, revision):
        raise Invalid(" ".join(problems))
    if is_new:
        revision.published_at = clock.now()
        revision.published_by_id = actor.id
        revision.note = note.strip()[:500]
        scheme.current_number = revision.number
    if scheme.state is not SchemeState.PUBLISHED:
        _put_out(scheme)
    db.session.flush()
    _note(AuditTag.SCHEMES_SCHEME_PUBLISH, actor, scheme, revision=revision.number)
    return revision


def _put_out(scheme: Scheme) -> None:
    try:
        with db.session.begin_nested():
            move(scheme, SchemeState.PUBLISHED, SCHEME_MOVES)
            db.session.flush()
    except IntegrityError as error:
        message = _l("本部门该年度、该职称系列已有发布的方案，请先撤回它，或在它上面修改。")
        raise Conflict(message) from error


def withdraw_scheme(actor: Person, scheme: Scheme) -> None:
    """Take a scheme off the lists. Raises NotAllowed, or IllegalMove if it is not published."""
    require(actor, Permission.SCHEMES_SCHEME_PUBLISH, scheme.organization_id)
    hold(scheme)
    move(scheme, SchemeState.WITHDRAWN, SCHEME_MOVES)
    _note(AuditTag.SCHEMES_SCHEME_WITHDRAW, actor, scheme)


def discard_revision(actor: Person, scheme: Scheme) -> bool:
    """Throw away what is not published; returns whether nothing of the scheme is left.

    Raises NotAllowed, or Conflict if all is published.
    """
    require(actor, Permission.SCHEMES_SCHEME_EDIT, scheme.organization_id)
    hold(scheme)
    revision = latest_revision(scheme)
    if revision.published_at is not None:
        raise Conflict(_l("没有未发布的修改。"))
    _note(AuditTag.SCHEMES_SCHEME_DISCARD, actor, scheme, discarded=revision.number)
    db.session.execute(delete(SchemeCourse).where(SchemeCourse.revision_id == revision.id))
    db.session.delete(revision)
    db.session.flush()
    is_gone = scheme.current_number == 0
    if is_gone:
        db.session.delete(scheme)
        db.session.flush()
    return is_gone


def note_update(actor: Person, scheme: Scheme, **detail: Any) -> None:
    """Note in the audit trail what was changed in a scheme."""
    _note(AuditTag.SCHEMES_SCHEME_UPDATE, actor, scheme, **detail)


def _note(tag: AuditTag, actor: Person, scheme: Scheme, **detail: Any) -> None:
    organization_id = scheme.organization_id
    record(tag, actor.id, f"scheme:{scheme.id}", organization_id=organization_id, **detail)
