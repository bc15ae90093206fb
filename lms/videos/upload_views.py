"""The tus 1.0 endpoint: creation, resumption, termination, expiration, checksums.

https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
import hashlib
from typing import IO, Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.videos import uploads
from lms.videos.examination import examine
from lms.videos.models import Upload
from lms.videos.storage import incoming_file
from lms.web.auth import open_to_all, staff
from lms.web.errors import problem
from lms.web.inputs import MOST_DIGITS

blueprint = Blueprint("uploads", __name__, url_prefix="/api/v1/uploads")
VERSION = "1.0.0"
CHUNK_TYPE = "application/offset+octet-stream"
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_READ_BYTES = 1 << 18


@blueprint.url_value_preprocessor
def _allow_chunks(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks at the body: the limit of forms is not the limit of chunks.
    # One byte more than may come: a server that ends the body itself (WSGI's `input_terminated`,
    # as Granian does) leaves the end to be found by reading on, which at the limit is refused.
    request.max_content_length = uploads.largest_chunk_bytes() + 1


@blueprint.after_request
def _describe(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@blueprint.before_request
def _check_version() -> Response | None:
    if request.method == "OPTIONS" or request.headers.get("Tus-Resumable") == VERSION:
        return None
    response = problem(412, "Precondition Failed", "Tus-Resumable: 1.0.0", "tus-version")
    response.headers["Tus-Version"] = VERSION
    return response


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@open_to_all
def options() -> Response:
    """What this server can do, and the largest upload it takes."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination,expiration,checksum",
        "Tus-Max-Size": str(uploads.largest_upload_bytes()),
        "Tus-Checksum-Algorithm": ",".join(_HASHES),
    }
    return Response(status=204, headers=headers)


@blueprint.post("")
@staff(Permission.VIDEOS_VIDEO_EDIT)
def create() -> Response:
    """Begin an upload: Upload-Length, and Upload-Metadata with `filename` and `lesson`."""
    metadata = _metadata()
    size_bytes = _number("Upload-Length")
    if size_bytes > uploads.largest_upload_bytes():
        limit = str(uploads.largest_upload_bytes())
        return problem(413, "Content Too Large", f"Tus-Max-Size: {limit}", "too-large")
    lesson = metadata.get("lesson", "")
    if not (lesson.isascii() and lesson.isdecimal() and len(lesson) <= MOST_DIGITS):
        raise Invalid(field="lesson")
    with transaction():
        upload = uploads.create_upload(
            current_user, int(lesson), metadata.get("filename", ""), size_bytes
        )
        location = url_for("uploads.append", public_id=upload.public_id)
        expires = uploads.expiry_header(upload)
    return Response(status=201, headers={"Location": location, "Upload-Expires": expires})


@blueprint.route("/<public_id>", methods=["HEAD"])
@staff(Permission.VIDEOS_VIDEO_EDIT)
def offset(public_id: str) -> Response:
    """Where an upload goes on."""
    upload = uploads.get_own_upload(current_user, public_id)
    headers = {
        "Upload-Offset": str(upload.offset_bytes),
        "Upload-Length": str(upload.size_bytes),
        "Upload-Expires": uploads.expiry_header(upload),
        "Cache-Control": "no-store",
    }
    if upload.video_id is not None:
        headers["Upload-Result"] = _status_url(upload.video_id)
    return Response(status=200, headers=headers)


@blueprint.patch("/<public_id>")
@staff(Permission.VIDEOS_VIDEO_EDIT)
def append(public_id: str) -> Response:
    """Take the next bytes. With the last of them the film is examined and handed to packaging."""
    if request.mimetype != CHUNK_TYPE:
        return problem(415, "Unsupported Media Type", CHUNK_TYPE, "tus-type")
    if request.content_length is None:
        return problem(411, "Length Required", "Content-Length", "length-required")
    if request.content_length > uploads.largest_chunk_bytes():
        raise RequestEntityTooLarge()
    uploads.get_own_upload(current_user, public_id)
    with uploads.locked_file(public_id) as file:
        upload = uploads.get_own_upload(current_user, public_id)
        start = _number("Upload-Offset")
        if start != upload.offset_bytes or start + request.content_length > upload.size_bytes:
            raise Conflict()
        uploads.go_to(file, start)
        count, is_intact = _receive(file)
        if not is_intact:
            return problem(460, "Checksum Mismatch", "Upload-Checksum", "tus-checksum")
        try:
            uploads.check_beginning(file, start, start + count, upload.size_bytes)
        except Invalid:
            with transaction():
                uploads.discard(current_user, public_id)
            raise
        uploads.settle(file)
        return _note(upload, start, count)


def _note(upload: Upload, start: int, count: int) -> Response:
    public_id, is_complete = upload.public_id, start + count == upload.size_bytes
    headers = {"Upload-Offset": str(start + count)}
    if is_complete:
        headers["Upload-Result"] = _status_url(_complete(public_id))
    else:
        with transaction():
            moved = uploads.advance(current_user, public_id, start, count)
            headers["Upload-Expires"] = uploads.expiry_header(moved)
    return Response(status=204, headers=headers)


def _complete(public_id: str) -> int:
    try:
        # Before the transaction: looking into a film takes longer than others should wait.
        facts = examine(incoming_file(public_id))
    except Invalid:
        with transaction():
            uploads.discard(current_user, public_id)
        raise
    with transaction():
        return uploads.complete(current_user, public_id, facts).id


@blueprint.delete("/<public_id>")
@staff(Permission.VIDEOS_VIDEO_EDIT)
def terminate(public_id: str) -> Response:
    """Give an upload up."""
    with transaction():
        uploads.discard(current_user, public_id)
    return Response(status=204)


def _receive(file: IO[bytes]) -> tuple[int, bool]:
    """Write the body to `file`: how many bytes came, and whether they are what the sender meant.

    A connection that breaks leaves the bytes that came, unless a checksum says they are not all.
    """
    algorithm, expected = _checksum()
    digest = _HASHES[algorithm]()
    count = 0
    try:
        while piece := request.stream.read(_READ_BYTES):
            file.write(piece)
            digest.update(piece)
            count += len(piece)
    except ClientDisconnected:
        pass
    return count, expected is None or digest.digest() == expected


def _checksum() -> tuple[str, bytes | None]:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return "sha256", None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in _HASHES:
        raise Invalid(field="Upload-Checksum")
    try:
        return algorithm, base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise Invalid(field="Upload-Checksum") from None


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Invalid(field=header)
    return int(text)


def _metadata() -> dict[str, str]:
    """Upload-Metadata: pairs "name base64" with commas between."""
    pairs = (
        part.strip().partition(" ")
        for part in request.headers.get("Upload-Metadata", "").split(",")
    )
    try:
        return {
            name: base64.b64decode(value, validate=True).decode()
            for name, _, value in pairs
            if name
        }
    except (binascii.Error, UnicodeDecodeError):
        raise Invalid(field="Upload-Metadata") from None


def _status_url(video_id: int) -> str:
    return url_for("videos_manage.status", video_id=video_id)
