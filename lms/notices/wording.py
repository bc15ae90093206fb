"""What a notice says and where it leads, made of its facts in the language of the moment."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.core import clock
from lms.notices.models import Notice, NoticeKind
from lms.web.languages import html_lang

Facts = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """A notice in words: a line that tells it, and what else there is to know (or nothing)."""

    title: str
    text: str


def words_of(notice: Notice) -> Words:
    """The notice in words, as things stand today."""
    return _WORDS[notice.kind](notice.facts)


def path_of(notice: Notice) -> str:
    """The page of the platform that it leads to, from the root; also without a request."""
    endpoint, argument = _PAGES[notice.kind]
    values = {argument: notice.facts[argument]} if argument else {}
    return current_app.url_map.bind("localhost").build(endpoint, values)


def values_of(notice: Notice) -> dict[str, str]:
    """The facts as a registered template of a service for text messages takes them."""
    shown = {name: value for name, value in notice.facts.items() if not name.endswith("_id")}
    closes_on = shown.get("closes_on")
    if closes_on:
        shown["days"] = _days_left(dt.date.fromisoformat(closes_on))
    return {name: _plain(value) for name, value in shown.items() if value is not None}


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _days_left(closes_on: dt.date) -> int:
    return (closes_on - clock.today()).days


def _sentences(*parts: str) -> str:
    """Those that say anything, one after the other."""
    return ("" if html_lang() == "zh-CN" else " ").join(filter(None, parts))


def _enrolled(facts: Facts) -> Words:
    title = _("您已报名《%(course)s》", course=facts["course"])
    if facts["closes_on"]:
        return Words(title, _("请在 %(day)s 24:00 前完成学习。", day=facts["closes_on"]))
    return Words(title, _("现在就可以开始学习。"))


def _closing(facts: Facts) -> Words:
    given = {"course": facts["course"], "day": facts["closes_on"]}
    days = _days_left(dt.date.fromisoformat(facts["closes_on"]))
    if days < 0:
        return Words(_("《%(course)s》已于 %(day)s 截止", **given), "")
    unfinished = _("您还没有完成这门课程，请在 %(day)s 24:00 前完成。", **given)
    if days == 0:
        return Words(_("《%(course)s》今天截止", **given), unfinished)
    title = ngettext(
        "《%(course)s》还有 %(num)d 天截止", "《%(course)s》还有 %(num)d 天截止", days, **given
    )
    return Words(title, unfinished)


def _attempt_result(facts: Facts) -> Words:
    if facts["is_passed"]:
        title = _("《%(course)s》考试合格", course=facts["course"])
    else:
        title = _("《%(course)s》考试不合格", course=facts["course"])
    marks = _("第 %(number)d 次考试，得分率 %(percent)d%%。", **_only(facts, "number", "percent"))
    return Words(title, _sentences(marks, _what_next(facts)))


def _what_next(facts: Facts) -> str:
    if facts["is_passed"]:
        return ""
    if facts["attempts_left"]:
        left = facts["attempts_left"]
        return str(ngettext("还有 %(num)d 次考试机会。", "还有 %(num)d 次考试机会。", left))
    return _("考试机会已经用完，可以申请重新学习。") if facts["is_last"] else ""


def _regraded(facts: Facts) -> Words:
    title = _("《%(course)s》的试题已更正，您的成绩有变", course=facts["course"])
    marks = _(
        "第 %(number)d 次考试的得分率由 %(before)d%% 变为 %(after)d%%。",
        **_only(facts, "number", "before", "after"),
    )
    return Words(title, _sentences(marks, _new_verdict(facts)))


def _new_verdict(facts: Facts) -> str:
    if facts["is_passed"] == facts["was_passed"]:
        return ""
    if facts["is_passed"]:
        return str(_("现在合格，证书和学时将随后补发。"))
    return str(_("现在不合格，由此取得的证书和学时将撤回。"))


def _restudy_decided(facts: Facts) -> Words:
    if not facts["is_approved"]:
        title = _("《%(course)s》的重新学习申请未获同意", course=facts["course"])
        return Words(title, _("审批意见请登录后查看；可以补充理由后再次申请。"))
    title = _("《%(course)s》的重新学习申请已获同意", course=facts["course"])
    begun = _("新的学习已经开始：从头学习全部课时，重新获得两次考试机会。")
    by_policy = _("按当地学习政策自动同意。") if facts["is_by_policy"] else ""
    return Words(title, _sentences(by_policy, begun))


def _certificate_ready(facts: Facts) -> Words:
    title = _("《%(course)s》的结业证书已生成", course=facts["course"])
    told = _(
        "计 %(hours)s 学时（%(year)d 年度），正在报送学时银行。证书可以下载了。", **_hours(facts)
    )
    return Words(title, told)


def _certificate_revoked(facts: Facts) -> Words:
    title = _("《%(course)s》的结业证书已撤销", course=facts["course"])
    told = _(
        "相应的 %(hours)s 学时（%(year)d 年度）将从学时银行退回。如有疑问，请联系开课基地。",
        **_hours(facts),
    )
    return Words(title, told)


def _hours_refused(facts: Facts) -> Words:
    title = _("《%(course)s》的学时未能入账", course=facts["course"])
    told = _(
        "学时银行没有接受 %(hours)s 学时（%(year)d 年度），原因见学时详情。处理后会重新报送。",
        **_hours(facts),
    )
    return Words(title, told)


def _hours(facts: Facts) -> Facts:
    return _only(facts, "hours", "year")


def _only(facts: Facts, *names: str) -> Facts:
    return {name: facts[name] for name in names}


_WORDS: dict[NoticeKind, Callable[[Facts], Words]] = {
    NoticeKind.ENROLLED: _enrolled,
    NoticeKind.CLOSING: _closing,
    NoticeKind.ATTEMPT_RESULT: _attempt_result,
    NoticeKind.REGRADED: _regraded,
    NoticeKind.RESTUDY_DECIDED: _restudy_decided,
    NoticeKind.CERTIFICATE_READY: _certificate_ready,
    NoticeKind.CERTIFICATE_REVOKED: _certificate_revoked,
    NoticeKind.HOURS_REFUSED: _hours_refused,
}

# For each kind the page it leads to, and the argument of it that stands in the facts.
_PAGES: dict[NoticeKind, tuple[str, str]] = {
    NoticeKind.ENROLLED: ("watching.cycle", "cycle_id"),
    NoticeKind.CLOSING: ("watching.cycle", "cycle_id"),
    NoticeKind.ATTEMPT_RESULT: ("exams.attempt", "attempt_id"),
    NoticeKind.REGRADED: ("exams.attempt", "attempt_id"),
    NoticeKind.RESTUDY_DECIDED: ("exams.restudy", "cycle_id"),
    NoticeKind.CERTIFICATE_READY: ("certificates.mine", ""),
    NoticeKind.CERTIFICATE_REVOKED: ("certificates.mine", ""),
    NoticeKind.HOURS_REFUSED: ("hours.credit", "credit_id"),
}
