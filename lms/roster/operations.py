"""Uploading a roster, confirming what was checked, checking anew, giving it up."""

import datetime as dt
import secrets

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db, hold
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.permissions import Permission
from lms.core.states import move
from lms.organizations.models import Organization
from lms.organizations.queries import EMPLOYERS
from lms.roster.enums import RosterState
from lms.roster.examination import UnusableFileError, examine
from lms.roster.models import RosterImport
from lms.roster.rules import shown
from lms.roster.scope import home_of, own_unit_of
from lms.roster.states import ROSTER_MOVES
from lms.roster.storage import MARKED, UPLOAD, forget, settings, store

KEPT = dt.timedelta(days=7)
_PIECE = 1 << 20
_UNDER_WAY = (RosterState.QUEUED, RosterState.APPLYING, RosterState.APPLIED)


def upload_roster(
    actor: Person,
    content: bytes,
    file_name: str,
    address: str | None = None,
    unit: Organization | None = None,
) -> RosterImport:
    """Take a file to be checked; it is kept encrypted for 7 days at most.

    `unit` is whose people rows without a unit are; by default the actor's own if there is one.
    Raises NotAllowed without a post that imports, Invalid (field "file") for what is
    no roster, or (field "unit") for a unit the actor imports nobody into.
    """
    home = home_of(actor)
    try:
        format = examine(content, settings().roster_max_mb)
    except UnusableFileError as unusable:
        message = str(unusable.fault.label) % unusable.detail
        raise Invalid(message, field="file") from unusable
    if unit is not None:
        _require_unit(actor, unit)
    own = unit or own_unit_of(actor)
    roster = RosterImport(
        key=secrets.token_hex(16),
        organization_id=home.id,
        uploader_id=actor.id,
        unit_id=own.id if own else None,
        address=address,
        # A name may be anything, also somebody's number.
        file_name=shown(file_name.rpartition("/")[2].rpartition("\\")[2]) or format.value,
        format=format,
        size_bytes=len(content),
        expires_at=clock.now() + KEPT,
    )
    db.session.add(roster)
    db.session.flush()
    store(roster, (content[n : n + _PIECE] for n in range(0, len(content), _PIECE)))
    _record(AuditTag.ACCOUNTS_ROSTER_UPLOAD, roster, actor, size=len(content))
    return roster


def _require_unit(actor: Person, unit: Organization) -> None:
    is_mine = is_allowed(actor, Permission.PEOPLE_ROSTER_IMPORT, unit.id)
    if not is_mine or unit.kind not in EMPLOYERS or not unit.is_approved:
        raise Invalid(_l("不能导入到这个单位：不在您的管理范围内，或不能登记人员。"), field="unit")


def request_apply(actor: Person, roster: RosterImport, checks: int) -> None:
    """Let the checked rows be written. Asking again while that is done, or after, is no mistake.

    `checks` tells which check the actor saw the counts of. Raises NotFound for a roster of somebody
    else, Conflict if another check has been made since or there is nothing to write.
    """
    hold(roster)
    _require_own(actor, roster)
    if roster.state in _UNDER_WAY and roster.checks == checks:
        return
    if roster.state is not RosterState.CHECKED or roster.checks != checks:
        raise Conflict(_l("名单已重新检查或已处理，请刷新页面，核对人数后再确认。"))
    if not roster.ready_count:
        raise Conflict(_l("名单里没有需要导入的人员。"))
    move(roster, RosterState.QUEUED, ROSTER_MOVES)
    roster.progress_percent = 0
    roster.attempts = 0
    roster.queued_at = clock.now()
    _record(AuditTag.ACCOUNTS_ROSTER_APPLY, roster, actor, step="confirm")


def request_check(actor: Person, roster: RosterImport) -> None:
    """Let a roster be checked again, as things are now. Raises NotFound, IllegalMove."""
    hold(roster)
    _require_own(actor, roster)
    if roster.state in (RosterState.UPLOADED, RosterState.CHECKING):
        return
    move(roster, RosterState.UPLOADED, ROSTER_MOVES)
    roster.progress_percent = 0
    roster.attempts = 0
    roster.queued_at = clock.now()


def cancel_roster(actor: Person, roster: RosterImport) -> None:
    """Give a roster up; the file goes at once. Raises NotFound, IllegalMove."""
    hold(roster)
    _require_own(actor, roster)
    if roster.state is not RosterState.CANCELLED:
        move(roster, RosterState.CANCELLED, ROSTER_MOVES)
        key = roster.key
        after_commit(lambda: forget(key, UPLOAD, MARKED))
        _record(AuditTag.ACCOUNTS_ROSTER_UPLOAD, roster, actor, step="cancel")


def open_marked(actor: Person, roster: RosterImport) -> str:
    """Note that the actor takes the marked workbook; the key of its file.

    Raises NotFound for anybody but the uploader, and when there is none (any more).
    """
    _require_own(actor, roster)
    if not roster.has_marked or roster.state in (RosterState.CANCELLED, RosterState.EXPIRED):
        raise NotFound(_l("带标记的文件已删除，请重新上传名单。"))
    _record(AuditTag.ACCOUNTS_ROSTER_DOWNLOAD, roster, actor)
    return roster.key


def _require_own(actor: Person, roster: RosterImport) -> None:
    if roster.uploader_id != actor.id:
        raise NotFound()


def _record(tag: AuditTag, roster: RosterImport, actor: Person, **detail: object) -> None:
    record(
        tag,
        actor.id,
        f"roster:{roster.id}",
        organization_id=roster.organization_id,
        **detail,
    )
