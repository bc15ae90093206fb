"""Trying a changed file of a policy on the claims that were decided under the one in force."""

from collections.abc import Collection
from pathlib import Path

from flask_babel import gettext as _

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.permissions import GRANTS, Permission
from lms.core.toml_files import Problem, TomlFile, TomlFileError
from lms.hourbank.conversion.dry_run import Change, DryRun, dry_run
from lms.hourbank.conversion.history import decided_claims
from lms.hourbank.conversion.reader import policy_of
from lms.hourbank.policies import policies, policies_with
from lms.organizations.rules import division_prefix
from lms.web.downloads import safe_cell
from lms.web.workbooks import Sheet, write_workbook

TRY = Permission.BANK_POLICY_TRY
MOST_BYTES = 256 * 1024
_WIDTHS = (20, 10, 12, 8, 16, 32, 12, 12, 8, 60)


def try_file(name: str, content: bytes, divisions: Collection[str]) -> DryRun:
    """Judge anew the decided claims of these divisions and all below, as the file has it.

    Raises TomlFileError with all that is wrong in the file.
    """
    policy = policy_of(_read(name, content))
    changed = policies_with(policy)
    claims = (
        claim
        for prefix in _prefixes(policy.division_code, divisions)
        for claim in decided_claims(prefix)
    )
    return dry_run(changed[policy.division_code, policy.year], policies(), changed, claims)


def try_file_for(actor: Person, name: str, content: bytes) -> DryRun:
    """The same over the divisions in which `actor` may, and on record."""
    divisions = [
        post.organization.division_code
        for post in actor.posts
        if post.is_in_force and TRY in GRANTS[post.role]
    ]
    found = try_file(Path(name).name, content, divisions)
    record(
        AuditTag.BANK_POLICY_TRY,
        actor.id,
        "policies",
        policy=found.policy.code,
        checked=found.checked,
        changes=len(found.changes),
    )
    return found


def workbook_of(found: DryRun) -> bytes:
    """The claims that change, as an xlsx file; hours as texts, exact to the tenth."""
    headings = [
        *(_("申报编号"), _("姓名"), _("地区"), _("年度"), _("种类"), _("内容")),
        *(_("已认定学时"), _("试算学时"), _("增减"), _("原因")),
    ]
    rows = (_row(change) for change in found.changes)
    totals = [
        [_("政策"), found.policy.code],
        [_("重新试算的申报"), found.checked],
        [_("有变化的申报"), len(found.changes)],
        [_("增加学时的人数"), found.gainers],
        [_("增加的学时"), str(found.gained)],
        [_("减少学时的人数"), found.losers],
        [_("减少的学时"), str(found.lost)],
    ]
    return write_workbook(
        Sheet(_("汇总"), [], totals, (24, 24)),
        Sheet(_("有变化的申报"), headings, rows, _WIDTHS, wraps=True),
    )


def reasons_of(change: Change) -> list[str]:
    """Why a claim changes, in words."""
    return [
        *change.now_refused,
        *(_("不再适用：%(reason)s", reason=each) for each in change.no_longer),
    ]


def signed(change: Change) -> str:
    """The difference with its sign."""
    return f"+{change.difference}" if change.difference.tenths > 0 else str(change.difference)


def _row(change: Change) -> list[str | int]:
    claim = change.claim
    texts = [claim.reference, claim.person, claim.division_code]
    return [
        *map(safe_cell, texts),
        claim.year,
        safe_cell(change.kind_label),
        safe_cell(claim.title),
        str(change.before),
        str(change.after),
        signed(change),
        safe_cell("\n".join(reasons_of(change))),
    ]


def _read(name: str, content: bytes) -> TomlFile:
    if len(content) > MOST_BYTES:
        raise TomlFileError(name, [Problem(1, "", f"is larger than {MOST_BYTES // 1024} KB")])
    try:
        return TomlFile(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TomlFileError(name, [Problem(1, "", "is not UTF-8")]) from error


def _prefixes(division_code: str, divisions: Collection[str]) -> list[str]:
    """What the codes of divisions begin with that are in the policy's and in one of these."""
    own = division_prefix(division_code)
    allowed = sorted(
        {division_prefix(each) for each in divisions}, key=lambda each: (len(each), each)
    )
    if any(own.startswith(each) for each in allowed):
        return [own]
    within: list[str] = []
    for each in allowed:
        if each.startswith(own) and not any(each.startswith(wider) for wider in within):
            within.append(each)
    return within
