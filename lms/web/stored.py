"""Answers that are kept files: from disk as web servers send them, from a bucket piece by piece.

What only some may see never gets an address of the bucket's, which could be passed on.
"""

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from lms.core.errors import NotFound
from lms.core.files import files

_PIECE_BYTES = 1 << 16


def send_stored(
    path: str, mimetype: str, *, name: str | None = None, as_attachment: bool = False
) -> Response:
    """The file kept as `path`, or the part of it that was asked for. Raises NotFound.

    `name` is what a browser calls it. The caller says who may keep it, and for how long.
    """
    place = files().place(path)
    if place is None:
        return _from_bucket(path, mimetype, name, as_attachment)
    if not place.is_file():
        raise NotFound()
    return send_file(
        place, mimetype, as_attachment=as_attachment, download_name=name, conditional=True
    )


def _from_bucket(path: str, mimetype: str, name: str | None, as_attachment: bool) -> Response:
    try:
        found = files().look(path)
        file = files().open(found)
    except FileNotFoundError:
        raise NotFound() from None
    response = send_file(
        file,
        mimetype,
        as_attachment=as_attachment,
        download_name=name or path.rsplit("/", 1)[-1],
        conditional=False,
        etag=found.tag,
        last_modified=found.modified_at,
    )
    # The server's own way of sending files wants one of this machine.
    response.response = FileWrapper(file, _PIECE_BYTES)
    response.call_on_close(file.close)
    response.content_length = found.size_bytes
    try:
        response.make_conditional(
            request.environ, accept_ranges=True, complete_length=found.size_bytes
        )
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response
