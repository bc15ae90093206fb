"""What the reader's script is told: the player's addresses and words, with its own among them."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from lms.catalog.models import Lesson
from lms.catalog.version_models import VersionLesson
from lms.enrollments.models import Cycle
from lms.watching.player import player_settings, preview_settings


def reader_settings(cycle: Cycle, lesson: VersionLesson) -> dict[str, Any]:
    """The JSON block of the reader's page. It holds nothing that is worth hiding."""
    settings = player_settings(cycle, lesson)
    return {**settings, "words": {**settings["words"], **_words()}}


def preview_reader_settings(
    address: Callable[..., str], name: str, lesson: Lesson | VersionLesson
) -> dict[str, Any]:
    """The same for a preview; `address` and `name` as for `preview_settings`."""
    settings = preview_settings(address, name, lesson)
    return {**settings, "words": {**settings["words"], **_words()}}


def _words() -> dict[str, str]:
    """Places in braces are filled in by the script."""
    return {
        "answerRight": _("回答正确，继续阅读。"),
        "backTo": _("连续答错三次，请从 {time} 起重新阅读。"),
        "closedText": _("已经打开过的页可以再看，新的页不再打开。"),
        "doneIn": _("{time} 后完成本课时"),
        "failed": _("内容没有加载成功"),
        "lost": _("正在另一个页面或设备上学习"),
        "nextIn": _("{time} 后可以翻到下一页"),
        "nextReady": _("可以翻到下一页了。"),
        "offline": _("网络已断开，正在重新连接…已打开的这一页可以继续看。"),
        "page": _("第 {page} 页"),
        "popupOpened": _("弹题：请回答问题后继续阅读。"),
        "position": _("第 {page} 页，共 {count} 页"),
    }
