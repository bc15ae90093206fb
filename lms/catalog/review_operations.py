"""The way of a course to its learners: submitted, judged, published, withdrawn.

Every step is written down with what was said at it. The draft may be edited all the while: what is
judged and published is the version frozen when it was submitted.
"""

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.differences import differences
from lms.catalog.models import Course, CourseState
from lms.catalog.queries import publish_problems
from lms.catalog.review_queries import DECIDES, may_decide
from lms.catalog.rules import LONGEST_REMARK
from lms.catalog.states import COURSE_MOVES, VERSION_MOVES
from lms.catalog.version_models import CourseVersion, ReviewDeed, ReviewStep, VersionState
from lms.catalog.versions import forget_versions, freeze_course
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Permission
from lms.core.states import move

_TAGS = {
    ReviewDeed.SUBMIT: AuditTag.CATALOG_COURSE_SUBMIT,
    ReviewDeed.RECALL: AuditTag.CATALOG_COURSE_RECALL,
    ReviewDeed.APPROVE: AuditTag.CATALOG_COURSE_APPROVE,
    ReviewDeed.RETURN: AuditTag.CATALOG_COURSE_RETURN,
    ReviewDeed.PUBLISH: AuditTag.CATALOG_COURSE_PUBLISH,
    ReviewDeed.WITHDRAW: AuditTag.CATALOG_COURSE_WITHDRAW,
}


def submit_course(actor: Person, course: Course, remark: str = "") -> CourseVersion:
    """Freeze the draft as the next version and hand it to the base's manager.

    Raises NotAllowed, Conflict while another version is in review or if the course in the
    catalogue differs in nothing, or Invalid whose message lists what is missing.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    hold(course)
    forget_versions(course)
    if course.review is not None:
        raise Conflict(_l("本课程已经送审，请等待审核，或先收回。"))
    problems = publish_problems(course)
    if problems:
        raise Invalid(" ".join(map(str, problems)))
    is_in_catalogue = course.state is CourseState.PUBLISHED and course.version is not None
    if is_in_catalogue and course.version and not differences(course.version, course):
        raise Conflict(_l("没有需要发布的修改。"))
    version = freeze_course(course, actor.id)
    _write_step(actor, version, ReviewDeed.SUBMIT, remark)
    return version


def recall_version(actor: Person, version: CourseVersion, remark: str = "") -> None:
    """Take a version out of review. Raises NotAllowed, or IllegalMove if it is not in review."""
    require(actor, Permission.CATALOG_COURSE_EDIT, version.course.base_id)
    hold(version)
    move(version, VersionState.RECALLED, VERSION_MOVES)
    _write_step(actor, version, ReviewDeed.RECALL, remark)


def approve_version(actor: Person, version: CourseVersion, remark: str = "") -> None:
    """Approve for the base; or, a public course that its base has approved, for the bureau.

    Raises NotAllowed for who may not, and for one's own; Conflict if it waits for nobody.
    """
    hold(version)
    _check_may_decide(actor, version)
    is_first = version.state is VersionState.SUBMITTED
    needs_bureau = is_first and version.category is HourCategory.PUBLIC
    if is_first:
        version.base_approved_by_id = actor.id
    target = VersionState.BASE_APPROVED if needs_bureau else VersionState.APPROVED
    move(version, target, VERSION_MOVES)
    _write_step(actor, version, ReviewDeed.APPROVE, remark)


def return_version(actor: Person, version: CourseVersion, remark: str) -> None:
    """Send a version back with a reason; its trainer mends the draft and submits again.

    Raises NotAllowed, Conflict if it waits for nobody, or Invalid (field "remark") without reason.
    """
    hold(version)
    _check_may_decide(actor, version)
    if not remark.strip():
        raise Invalid(_l("退回时请写明需要修改什么。"), field="remark")
    move(version, VersionState.RETURNED, VERSION_MOVES)
    _write_step(actor, version, ReviewDeed.RETURN, remark)


def _check_may_decide(actor: Person, version: CourseVersion) -> None:
    permission = DECIDES.get(version.state)
    if permission is None:
        raise Conflict(_l("这个版本现在不在审核中，请刷新页面查看。"))
    require(actor, permission, version.course.base_id)
    if not may_decide(actor, version):
        raise NotAllowed(_l("不能审核自己提交或已经审核过的课程，请由其他同事审核。"))


def publish_version(actor: Person, version: CourseVersion, remark: str = "") -> None:
    """Open an approved version to everyone; it takes the place of the one shown so far.

    Whoever studies an earlier version ends it there. Raises NotAllowed, IllegalMove unless it is
    approved, or Invalid if the course's last day is over.
    """
    course = version.course
    require(actor, Permission.CATALOG_COURSE_PUBLISH, course.base_id)
    hold(course)
    hold(version)
    if course.is_past_closing:
        raise Invalid(_l("学习截止日期已经过去，请先修改。"))
    _replace_shown(course)
    move(version, VersionState.PUBLISHED, VERSION_MOVES)
    version.published_by_id = actor.id
    version.published_at = clock.now()
    if course.state is not CourseState.PUBLISHED:
        move(course, CourseState.PUBLISHED, COURSE_MOVES)
    course.published_at = course.published_at or version.published_at
    _write_step(actor, version, ReviewDeed.PUBLISH, remark)


def _replace_shown(course: Course) -> None:
    forget_versions(course)
    if course.version is not None:
        move(course.version, VersionState.REPLACED, VERSION_MOVES)
        # The unique index allows one version to be shown, so the former one must go first.
        db.session.flush()


def withdraw_course(actor: Person, course: Course, remark: str = "") -> None:
    """Take a course out of the catalogue; what was earned in it stands.

    To show it again a version must be submitted and judged anew. Raises NotAllowed, or
    IllegalMove for a course that is not published.
    """
    require(actor, Permission.CATALOG_COURSE_PUBLISH, course.base_id)
    hold(course)
    forget_versions(course)
    move(course, CourseState.WITHDRAWN, COURSE_MOVES)
    if course.version is not None:
        move(course.version, VersionState.WITHDRAWN, VERSION_MOVES)
        _write_step(actor, course.version, ReviewDeed.WITHDRAW, remark)


def _write_step(actor: Person, version: CourseVersion, deed: ReviewDeed, remark: str) -> None:
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK:
        raise Invalid(_l("意见不能超过 500 个字。"), field="remark")
    step = ReviewStep(
        deed=deed,
        state=version.state,
        actor_id=actor.id,
        remark=remark,
        happened_at=clock.now(),
    )
    version.steps.append(step)
    db.session.flush()
    forget_versions(version.course)
    record(
        _TAGS[deed],
        actor.id,
        f"course:{version.course_id}",
        organization_id=version.course.base_id,
        version=version.number,
        state=version.state.value,
    )
