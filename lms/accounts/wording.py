"""Sentences that several pages of sign-in share."""

from flask_babel import gettext as _
from flask_babel import ngettext


def wait_in_words(seconds: int) -> str:
    """So many seconds to wait; whole minutes from one on, never less than it is."""
    if seconds < 60:
        return str(ngettext("%(num)s 秒", "%(num)s 秒", seconds))
    return str(ngettext("%(num)s 分钟", "%(num)s 分钟", -(-seconds // 60)))


def refused_try(what: str, wait_seconds: int, was_checked: bool) -> str:
    """Why a try was refused: `what` was wrong, or it came too early; and how long to wait."""
    if not was_checked:
        wait = wait_in_words(wait_seconds)
        return str(_("多次输错，暂时不能再试，这次没有核对。请在 %(wait)s后再试。", wait=wait))
    if not wait_seconds:
        return what
    return what + str(_("请在 %(wait)s后再试。", wait=wait_in_words(wait_seconds)))
