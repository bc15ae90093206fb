"""The main navigation: each feature adds its entries, a visitor sees those open to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from lms.core.permissions import Permission
from lms.web.auth import permissions_here


@dataclass(frozen=True)
class Entry:
    """One entry: where it leads, what it says, its icon in the sprite, and who sees it.

    `section` is "main" for everyone's navigation or "manage" for staff's. `permission` limits a
    staff entry; `guests` tells whether it shows without an account. `count` tells how many things
    wait there for the visitor; it is asked only where the entry shows.
    """

    endpoint: str
    label: Any
    icon: str
    order: int
    section: str = "main"
    guests: bool = False
    permission: Permission | None = None
    count: Callable[[], int] | None = None


@dataclass(frozen=True)
class Link:
    """An entry as a template sees it."""

    label: Any
    url: str
    icon: str
    is_active: bool
    count: int = 0


def add(app: Flask, *entries: Entry) -> None:
    """Add entries; called from a feature's register()."""
    app.extensions.setdefault("navigation", []).extend(entries)


def navigation(section: str = "main") -> list[Link]:
    """The entries of a section that the visitor may see, in order.

    The one whose address fits the present page most closely is active: /me/hours is below /me too.
    """
    entries: list[Entry] = current_app.extensions.get("navigation", [])
    shown = sorted((e for e in entries if e.section == section and _is_shown(e)), key=_order)
    urls = [url_for(entry.endpoint) for entry in shown]
    closest = max((url for url in urls if _is_here(url)), key=len, default=None)
    return [
        Link(entry.label, url, entry.icon, url == closest, entry.count() if entry.count else 0)
        for entry, url in zip(shown, urls, strict=True)
    ]


def _order(entry: Entry) -> int:
    return entry.order


def _is_shown(entry: Entry) -> bool:
    if entry.permission is not None:
        return entry.permission in permissions_here()
    return entry.guests or bool(current_user.is_authenticated)


def _is_here(url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(url + "/"))


def register(app: Flask) -> None:
    app.jinja_env.globals["navigation"] = navigation
