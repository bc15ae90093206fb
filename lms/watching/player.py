"""What the player's script is told: addresses, subtitles, and every word it may have to say."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from lms.catalog.models import Lesson
from lms.catalog.version_models import VersionLesson
from lms.enrollments.models import Cycle
from lms.videos import queries as videos


def player_settings(cycle: Cycle, lesson: VersionLesson) -> dict[str, Any]:
    """The JSON block of the player's page. It holds nothing that is worth hiding."""
    place: dict[str, Any] = {"cycle_id": cycle.id, "lesson_id": lesson.id}
    return {
        "remember": f"watch-{cycle.id}-{lesson.id}",
        "urls": {
            "answer": url_for("watching.answer", **place),
            "finish": url_for("watching.finish", **place),
            "lease": url_for("watching.lease", **place),
            "popup": url_for("watching.popup", **place),
            "position": url_for("watching.position", **place),
            "cycle": url_for("watching.cycle", cycle_id=cycle.id),
        },
        "subtitles": _subtitles(lesson),
        "words": _words(),
    }


def preview_settings(
    address: Callable[..., str], name: str, lesson: Lesson | VersionLesson
) -> dict[str, Any]:
    """The same for a preview; `address(endpoint)` leads to a part of it, `name` tells which."""
    return {
        "preview": True,
        "remember": f"preview-{name}-{lesson.id}",
        "urls": {
            "answer": address("answer"),
            "lease": address("lease"),
            "popup": address("popup"),
        },
        "subtitles": _subtitles(lesson),
        "words": {
            **_words(),
            "done": _("本课时预览结束"),
            "failedText": _("请检查网络后重试。"),
            "gate": _("弹题：{time}"),
            "position": _("{time}，共 {total}"),
        },
    }


def _subtitles(lesson: Lesson | VersionLesson) -> list[dict[str, str]]:
    return [
        {
            "url": videos.subtitle_url(one),
            "language": one.language.value,
            "label": one.label or str(one.language.label),
        }
        for one in videos.subtitles_of(lesson.id)
    ]


def _words() -> dict[str, str]:
    """Places in braces are filled in by the script."""
    return {**_state_words(), **_popup_words()}


def _state_words() -> dict[str, str]:
    return {
        "auto": _("自动"),
        "closed": _("课程已截止"),
        "closedText": _("已经学过的内容可以回看，新的内容不再播放。"),
        "done": _("本课时已学完"),
        "courseDone": _("全部课时已学完"),
        "early": _("马上继续"),
        "earlyText": _("课程按学习时间逐段解锁，{seconds} 秒后自动继续。"),
        "failed": _("视频没有加载成功"),
        "failedText": _("请检查网络后重试；学习进度不会丢失。"),
        "loading": _("正在加载…"),
        "locked": _("这一部分还没有解锁，请按顺序观看。"),
        "lost": _("课程正在另一个页面或设备上播放"),
        "lostText": _("同一时间只能在一处学习。进度没有丢失，可以在这里接着看。"),
        "offline": _("网络已断开，正在重新连接…已缓冲的内容可以继续看。"),
        "online": _("网络已恢复"),
        "pause": _("暂停"),
        "play": _("播放"),
        "position": _("{time}，共 {total}，已解锁到 {open}"),
        "retry": _("重试"),
        "speed": _("播放速度 {speed}×"),
        "signIn": _("登录已过期，请刷新页面重新登录。"),
        "takeBack": _("在这里继续"),
        "unsupported": _("这个浏览器不能播放课程，请换用新版 Chrome、Edge、Firefox 或 Safari。"),
        "waitEnd": _("本课时即将完成，还有 {seconds} 秒。"),
    }


def _popup_words() -> dict[str, str]:
    return {
        "answerFirst": _("请先答完这道题，再提交。"),
        "answerRight": _("回答正确，继续播放。"),
        "answerWrong": _("回答不正确。{seconds} 秒后换一道题。"),
        "backTo": _("连续答错三次，请从 {time} 处重新观看这一段。"),
        "offlinePopup": _("网络没有连上，正在重试…"),
        "popupOpened": _("弹题：请回答问题后继续。"),
        "sending": _("正在提交…"),
    }
