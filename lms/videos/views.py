"""Packages as static files, for servers that do not serve them before Python is asked."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import NotFound as NoSuchFile

from lms.config import Settings
from lms.core.files import content_type
from lms.core.files.kinds import LASTING
from lms.videos.storage import PACKAGES
from lms.web.auth import open_to_all
from lms.web.stored import send_stored

_ENDINGS = frozenset((".m3u8", ".ts", ".vtt", ".jpg"))


def media_blueprint() -> Blueprint:
    """A blueprint of its own for each application, since its address is a setting."""
    blueprint = Blueprint("media", __name__)
    blueprint.add_url_rule("/<path:name>", "package_file", package_file)
    return blueprint


@open_to_all
def package_file(name: str) -> Response:
    """A playlist, segment or picture. Without its key a segment is noise, so anyone may have it."""
    if not _is_name(name):
        raise NoSuchFile()
    path = f"{PACKAGES}/{name}"
    response = send_stored(path, content_type(path))
    # A changed film is another package with another address.
    response.headers["Cache-Control"] = LASTING
    return response


def _is_name(name: str) -> bool:
    """Whether it can be a file of a package: nothing hidden, and nothing that leads elsewhere."""
    parts = name.split("/")
    is_plain = all(part and not part.startswith(".") for part in parts)
    return is_plain and not set(name) & set("\\\0") and PurePosixPath(name).suffix in _ENDINGS


def register(app: Flask, settings: Settings) -> None:
    """Serve packages under LMS_MEDIA_BASE_URL, unless that is on another host."""
    parts = urlsplit(settings.media_base_url)
    if not parts.netloc:
        prefix = "/" + parts.path.strip("/")
        app.register_blueprint(media_blueprint(), url_prefix=prefix)
