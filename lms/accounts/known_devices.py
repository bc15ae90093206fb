"""Browsers that have signed in to an account before, told by a cookie that says nothing.

Whoever guesses passwords from elsewhere makes everybody else wait, but not the owner at a browser
of theirs: it has a counter of its own (the device cookies of OWASP). The cookie holds a random
name and, for each account, a keyed hash of both: no one but the server can tell whose they are.
"""

import hmac
import secrets
from dataclasses import dataclass, replace

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from lms.accounts.vault import vault

COOKIE = "xueshi_device"
COOKIE_SECONDS = 365 * 24 * 3600
_MOST_ACCOUNTS = 8
_TAG_LENGTH = 24


@dataclass(frozen=True)
class Device:
    """A browser: its random name, and a tag for each account that signed in there."""

    name: str
    tags: tuple[str, ...] = ()

    def knows(self, person_id: int) -> bool:
        """Whether that account has signed in here before."""
        tag = _tag(self.name, person_id)
        return any(hmac.compare_digest(tag, known) for known in self.tags)

    def remembering(self, person_id: int) -> "Device":
        """The device as it is once that account has signed in here."""
        others = tuple(tag for tag in self.tags if tag != _tag(self.name, person_id))
        return replace(self, tags=(_tag(self.name, person_id), *others)[:_MOST_ACCOUNTS])

    def throttle_key(self, person_id: int) -> str:
        """The counter of wrong passwords for that account at this browser."""
        return f"device:{_tag(self.name, person_id)}:{person_id}"


def read_device(cookie: str | None) -> Device:
    """The device of a cookie; a new one without tags if there is none, or a forged one."""
    try:
        content = _serializer().loads(cookie or "")
        return Device(str(content["name"]), tuple(str(tag) for tag in content["tags"]))
    except (BadData, KeyError, TypeError):
        return Device(secrets.token_urlsafe(16))


def write_device(device: Device) -> str:
    """The cookie of a device."""
    return str(_serializer().dumps({"name": device.name, "tags": device.tags}))


def _tag(name: str, person_id: int) -> str:
    return vault().lookup_hash(f"device:{name}:{person_id}")[:_TAG_LENGTH]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known device")
