"""What only some may see is served by the platform, from a bucket as from a disk."""

import io

from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.catalog import content_operations, operations
from lms.catalog.copying import copy_to_next_year
from lms.catalog.models import Lesson
from lms.certificates import files as certificates
from lms.core.db import db, transaction
from lms.questions.pictures import add_picture
from tests.catalog.etextbooks.support import files, packed, picture
from tests.certificates.conftest import issue
from tests.factories import PersonFactory
from tests.storage.bucket import Bucket, status_of
from tests.support import sign_in

__all__ = ["issue"]
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 6000 + b"\n%%EOF\n"
READER = {"X-Etextbook-Reader": "1"}


def test_etextbook_is_read_in_parts_by_those_who_see_its_course_alone(
    app: Flask, bucket: Bucket, client: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        book = content_operations.add_etextbook(trainer, lesson.course, "教材", io.BytesIO(PDF))
    url = f"/courses/{lesson.course.slug}/etextbook/{book.id}"
    reader = sign_in(client, trainer)
    whole = reader.get(url, headers=READER)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, PDF, "application/pdf")
    assert whole.headers["Cache-Control"] == "private, no-cache"
    assert "default-src 'none'" in whole.headers["Content-Security-Policy"]
    part = reader.get(url, headers={**READER, "Range": "bytes=1200000-1300000"})
    assert (part.status_code, part.data) == (206, PDF[1_200_000:1_300_001])
    assert part.headers["Content-Range"] == f"bytes 1200000-1300000/{len(PDF)}"
    unchanged = reader.get(url, headers={**READER, "If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    beyond = reader.get(url, headers={**READER, "Range": f"bytes={len(PDF)}-"})
    assert beyond.status_code == 416
    # The course is a draft, and the bucket itself gives the file to nobody.
    assert app.test_client().get(url, headers=READER).status_code == 404
    assert status_of(f"{bucket.public_url.removesuffix('/hls')}/{book.path}") == 403
    bucket.store.remove(book.path)
    assert reader.get(url, headers=READER).status_code == 404


def test_chapters_and_their_pictures_come_from_the_bucket_and_go_with_the_book(
    bucket: Bucket, client: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    entries = files(one='<p>正文在此</p><img src="../a.png"/>')
    entries["OEBPS/a.png"] = picture()
    with transaction():
        file = io.BytesIO(packed(entries))
        book = content_operations.add_etextbook(trainer, lesson.course, "电子书", file)
    url = f"/courses/{lesson.course.slug}/etextbook/{book.id}/read"
    reader = sign_in(client, trainer)
    assert "正文在此" in reader.get(f"{url}/1").text
    (name,) = bucket.store.names(f"{book.path}/pictures")
    shown = reader.get(f"{url}/pictures/{name}")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    with transaction():
        copied = copy_to_next_year(trainer, lesson.course)
    with transaction():
        content_operations.remove_etextbook(trainer, book)
    assert [path.split("/")[2] for path in bucket.paths()] == [
        copied.etextbooks[0].path.split("/")[2]
    ] * 2


def test_cover_is_shown_and_replaced(
    bucket: Bucket, client: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    url = f"/courses/{lesson.course.slug}/cover"
    reader = sign_in(client, trainer)
    for _time in range(2):
        with transaction():
            operations.set_cover(trainer, lesson.course, io.BytesIO(picture()))
        assert reader.get(url).mimetype == "image/webp"
        assert bucket.paths() == [lesson.course.cover_path]
    with transaction():
        operations.set_cover(trainer, lesson.course, None)
    assert reader.get(url).mimetype == "image/svg+xml"
    assert bucket.paths() == []


def test_picture_of_a_question_is_for_those_who_see_the_question(
    app: Flask, bucket: Bucket, client: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        kept = add_picture(trainer, lesson.course, io.BytesIO(picture()), "一幅图")
    url = f"/questions/pictures/{kept.public_id}"
    assert sign_in(client, trainer).get(url).mimetype == "image/webp"
    assert sign_in(app.test_client(), PersonFactory()).get(url).status_code == 404
    assert status_of(f"{bucket.public_url.removesuffix('/hls')}/{kept.path}") == 403


def test_certificate_is_made_once_and_downloaded(
    bucket: Bucket, client: FlaskClient, issue, monkeypatch
) -> None:
    monkeypatch.setattr(certificates, "render_pdf", lambda _facts, _folder: PDF)
    monkeypatch.setattr("lms.documents.signing.sign_pdf", lambda pdf, _keys, _issuer: pdf)
    certificate = issue()
    visitor = sign_in(client, certificate.person)
    url = f"/me/certificates/{certificate.id}.pdf"
    first = visitor.get(url)
    assert first.data == PDF
    assert first.headers["Content-Disposition"].startswith("attachment; filename=")
    db.session.rollback()
    monkeypatch.setattr(certificates, "render_pdf", lambda _facts, _folder: b"another")
    assert visitor.get(url).data == PDF
    assert bucket.paths() == [certificates.pdf_path(certificate)]
