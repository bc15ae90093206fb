"""Packages as static files, for servers that do not serve them before Python is asked."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, send_from_directory
from werkzeug.exceptions import NotFound as NoSuchFile

from lms.config import Settings
from lms.videos.storage import hls_folder
from lms.web.auth import open_to_all

_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
}
_YEAR_SECONDS = 365 * 24 * 3600


def media_blueprint() -> Blueprint:
    """A blueprint of its own for each application, since its address is a setting."""
    blueprint = Blueprint("media", __name__)
    blueprint.add_url_rule("/<path:name>", "package_file", package_file)
    return blueprint


@open_to_all
def package_file(name: str) -> Response:
    """A playlist, segment or picture. Without its key a segment is noise, so anyone may have it."""
    if any(part.startswith(".") for part in name.split("/")):
        raise NoSuchFile()
    ending = f".{name.rsplit('.', 1)[-1]}"
    if ending not in _TYPES:
        raise NoSuchFile()
    response = send_from_directory(hls_folder().resolve(), name, mimetype=_TYPES[ending])
    # A changed film is another package with another address.
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


def register(app: Flask, settings: Settings) -> None:
    """Serve packages under LMS_MEDIA_BASE_URL, unless that is on another host."""
    parts = urlsplit(settings.media_base_url)
    if not parts.netloc:
        prefix = "/" + parts.path.strip("/")
        app.register_blueprint(media_blueprint(), url_prefix=prefix)
