"""What a browser calls itself, in words that people know: "iPhone，微信"."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

# The first that is found counts: what comes earlier carries the names of what comes later.
_SYSTEMS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("OpenHarmony", "HarmonyOS"), _l("鸿蒙设备")),
    (("iPhone",), "iPhone"),
    (("iPad",), "iPad"),
    (("Android",), _l("安卓设备")),
    (("Windows",), _l("Windows 电脑")),
    (("Macintosh",), _l("苹果电脑")),
    (("UOS", "Kylin", "Linux", "X11"), _l("Linux 电脑")),
)
_BROWSERS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("MicroMessenger",), _l("微信")),
    (("DingTalk",), _l("钉钉")),
    (("QQBrowser",), _l("QQ 浏览器")),
    (("QQ/",), "QQ"),
    (("AlipayClient",), _l("支付宝")),
    (("UCBrowser", "UCWEB"), _l("UC 浏览器")),
    (("HuaweiBrowser",), _l("华为浏览器")),
    (("MiuiBrowser",), _l("小米浏览器")),
    (("VivoBrowser", "HeyTapBrowser"), _l("手机自带浏览器")),
    (("360SE", "360EE", "QIHU", "QihooBrowser"), _l("360 浏览器")),
    (("MetaSr", "SogouMobileBrowser"), _l("搜狗浏览器")),
    (("Edg",), "Edge"),
    (("OPR/", "Opera"), "Opera"),
    (("Firefox", "FxiOS"), "Firefox"),
    (("Chrome", "CriOS"), "Chrome"),
    (("Safari",), "Safari"),
)


def describe_agent(agent: str) -> str:
    """The device and program of a User-Agent header; says so if it names neither."""
    found = [_first(agent, _SYSTEMS), _first(agent, _BROWSERS)]
    return str(_("，")).join(str(name) for name in found if name) or str(_("未知设备"))


def _first(agent: str, names: tuple[tuple[tuple[str, ...], Any], ...]) -> Any:
    return next((name for marks, name in names if any(mark in agent for mark in marks)), None)
