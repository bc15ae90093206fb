"""Why the gate stays shut, as errors of operations."""

from flask_babel import lazy_gettext as _l

from lms.core.errors import Conflict, DomainError


class PopupDue(DomainError):
    """A pop-up must be answered first."""

    status = 423
    code = "popup-due"
    default_message = _l("请先回答弹题。")


class LeaseLost(Conflict):
    """Another page or device of the same learner has taken over."""

    code = "playing-elsewhere"
    default_message = _l("课程正在另一个页面或设备上播放。")


class NotWatchedYet(Conflict):
    """Windows of the lesson are still to be watched."""

    code = "not-watched"
    default_message = _l("本课时还没有看完。")
