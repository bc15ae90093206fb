"""The pages of e-textbooks: who may read them, and what they hand out."""

import io

import pytest

from lms.catalog import operations
from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from tests.catalog.etextbooks.support import files, packed, picture
from tests.factories import CourseFactory
from tests.factories.catalog import version_as_it_is
from tests.support import sign_in

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
READER = {"X-Etextbook-Reader": "1"}


@pytest.fixture
def course(base):
    return CourseFactory(base=base)


def epub() -> io.BytesIO:
    entries = files(one='<p>第一章正文</p><img src="../a.png"/>', two="<p>第二章正文</p>")
    entries["OEBPS/a.png"] = picture()
    return io.BytesIO(packed(entries))


@pytest.fixture
def book(trainer, course):
    with transaction():
        made = operations.add_etextbook(trainer, course, "教材", epub())
    version_as_it_is(course)
    return made


def test_chapters_are_read_one_after_the_other(client, course, book):
    first = client.get(f"/courses/{course.slug}/etextbook/{book.id}/read", follow_redirects=True)
    assert first.request.path.endswith("/read/1")
    assert "第一章正文" in first.text
    assert "第二章正文" not in first.text
    assert f'href="/courses/{course.slug}/etextbook/{book.id}/read/2"' in first.text
    assert "第二章正文" in client.get(f"/courses/{course.slug}/etextbook/{book.id}/read/2").text
    for number in (0, 3, 99):
        assert (
            client.get(f"/courses/{course.slug}/etextbook/{book.id}/read/{number}").status_code
            == 404
        )


def test_a_book_may_stand_in_a_frame_of_this_site_and_of_no_other(client, course, book):
    pages = f"/courses/{course.slug}/etextbook/{book.id}/read"
    for address in (f"{pages}/1", f"{pages}/2"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


def test_pictures_come_under_a_policy_that_runs_nothing(client, course, book, settings):
    (file,) = (settings.media_path / book.path / "pictures").iterdir()
    folder = f"/courses/{course.slug}/etextbook/{book.id}/read/pictures"
    answer = client.get(f"{folder}/{file.name}", buffered=True)
    assert answer.mimetype == "image/png"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for name in ("0001.html", "..%2f0001.html", "x.png"):
        assert client.get(f"{folder}/{name}").status_code == 404


def test_book_of_a_draft_is_for_staff_of_its_base_alone(app, client, trainer, stranger, base):
    draft = CourseFactory(base=base, state=CourseState.DRAFT, published_at=None)
    with transaction():
        book = operations.add_etextbook(trainer, draft, "教材", epub())
    (file,) = (app.extensions["settings"].media_path / book.path / "pictures").iterdir()
    pages = [
        f"/courses/{draft.slug}/etextbook/{book.id}/read{end}"
        for end in ("", "/1", f"/pictures/{file.name}")
    ]
    for visitor in (client, sign_in(app.test_client(), stranger)):
        assert {visitor.get(page).status_code for page in pages} == {404}
    staff = sign_in(app.test_client(), trainer)
    assert [staff.get(page, buffered=True).status_code for page in pages] == [302, 200, 200]


def test_book_is_found_in_its_own_course_alone(client, base, book):
    other = CourseFactory(base=base)
    assert client.get(f"/courses/{other.slug}/etextbook/{book.id}/read/1").status_code == 404


def test_pdf_is_handed_to_the_reader_and_downloaded_only_if_the_base_allows(
    client, trainer, course
):
    with transaction():
        books = [
            operations.add_etextbook(trainer, course, "教材", io.BytesIO(PDF), may_download=may)
            for may in (False, True)
        ]
    version_as_it_is(course)
    for one, status in zip(books, (302, 200), strict=True):
        address = f"/courses/{course.slug}/etextbook/{one.id}"
        assert client.get(address, headers=READER, buffered=True).data == PDF
        assert client.get(f"{address}?download=1", buffered=True).status_code == status
        page = client.get(f"{address}/read").text
        assert ("download=1" in page) is one.may_download
        assert f'data-url="{address}"' in page


def test_uploaded_book_is_listed_and_removed_with_all_its_files(client, trainer, course, settings):
    sign_in(client, trainer)
    entries = files(one='<p>文</p><img src="https://e.com/a.png"/>')
    answer = client.post(
        f"/manage/courses/{course.slug}/etextbooks",
        data={"title": "电子书", "file": (io.BytesIO(packed(entries)), "b.epub")},
        follow_redirects=True,
    )
    assert "电子书" in answer.text
    assert "EPUB" in answer.text
    assert "1 张图片" in answer.text
    db.session.expire_all()
    (kept,) = course.etextbooks
    assert (settings.media_path / kept.path / "0001.html").is_file()
    folder = settings.media_path / kept.path
    client.post(f"/manage/courses/{course.slug}/etextbooks/{kept.id}/remove")
    assert [path for path in settings.media_path.rglob("*") if path.is_file()] == []
    assert not folder.exists()


def test_refused_book_says_why_at_the_field_and_leaves_nothing(client, trainer, course, settings):
    sign_in(client, trainer)
    content = packed(files(one="<p>一</p>"))[:200]
    answer = client.post(
        f"/manage/courses/{course.slug}/etextbooks",
        data={"title": "电子书", "file": (io.BytesIO(content), "b.epub")},
    )
    assert answer.status_code == 422
    assert "不完整" in answer.text
    assert not settings.media_path.exists() or not any(
        p.is_file() for p in settings.media_path.rglob("*")
    )


def test_upload_far_too_large_is_refused_in_words(client, trainer, course):
    sign_in(client, trainer)
    answer = client.post(
        f"/manage/courses/{course.slug}/etextbooks",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(300 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "压缩或拆分" in answer.text
