"""No address and no file name leads out of the folder it is about."""

import base64
import io
import zipfile

import pytest

from lms.questions.models import Question
from tests.factories import CourseFactory
from tests.security.estate import build_estate
from tests.security.support import count
from tests.support import sign_in

SECRET = b"not for anybody"
OUTSIDE = [
    "../secret.txt",
    "../../secret.txt",
    "../originals/secret.ts",
    "..%2foriginals%2fsecret.ts",
    "%2e%2e/originals/secret.ts",
    "%2e%2e%2foriginals%2fsecret.ts",
    "..%5coriginals%5csecret.ts",
    "x/../../originals/secret.ts",
    "./../originals/secret.ts",
    "//etc/passwd",
    "%00/../originals/secret.ts",
    "....//originals/secret.ts",
]


@pytest.fixture
def planted(app):
    """Files beside those that may be served."""
    media = app.extensions["settings"].media_path
    (media / "originals").mkdir(parents=True, exist_ok=True)
    (media / "hls" / "abc").mkdir(parents=True, exist_ok=True)
    (media / "originals/secret.ts").write_bytes(SECRET)
    (media / "secret.txt").write_bytes(SECRET)
    (media.parent / "secret.txt").write_bytes(SECRET)
    (media / "hls/abc/master.m3u8").write_bytes(b"#EXTM3U\n")
    return media


@pytest.fixture
def estate(app, clock):
    return build_estate(app)


@pytest.mark.parametrize("path", OUTSIDE)
def test_the_media_address_serves_packages_alone(client, planted, path):
    with client.get(f"/media/hls/{path}") as answer:
        assert SECRET not in answer.data
        assert answer.status_code in (301, 308, 400, 404)


def test_a_package_is_served(client, planted):
    with client.get("/media/hls/abc/master.m3u8") as answer:
        assert (answer.status_code, answer.data) == (200, b"#EXTM3U\n")


@pytest.mark.parametrize(
    "path", ["../config.py", "..%2fconfig.py", "%2e%2e/config.py", "/etc/passwd"]
)
def test_the_static_address_serves_static_files_alone(client, path):
    with client.get(f"/static/{path}") as answer:
        assert b"setting(" not in answer.data
        assert answer.status_code in (301, 308, 400, 404)


def test_an_etextbook_of_another_course_has_no_address_here(client, estate):
    book = estate.values["etextbook_id"]
    sign_in(client, estate.owner)
    assert client.get(f"/courses/{CourseFactory().slug}/etextbook/{book}").status_code == 404
    assert client.get(f"/courses/{estate.values['slug']}/etextbook/999").status_code == 404


@pytest.mark.parametrize(
    "name", ["../../evil.mp4", "/etc/cron.d/evil", "..\\..\\evil.mp4", "a\x00.mp4", "." * 300, ""]
)
def test_an_uploads_name_never_becomes_a_path(app, client, estate, name):
    sign_in(client, estate.manager)
    lesson = str(estate.values["lesson_id"])
    metadata = f"filename {_base64(name)},lesson {_base64(lesson)}"
    before = _files(app)
    created = client.post(
        "/api/v1/uploads",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "4",
            "Upload-Metadata": metadata,
        },
    )
    assert created.status_code in (201, 422)
    if created.status_code == 422:
        return
    client.patch(
        created.headers["Location"],
        data=b"data",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )
    settings = app.extensions["settings"]
    strays = [
        path
        for path in _files(app) - before
        if settings.media_path / "originals" not in path.parents
    ]
    assert strays == []


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _files(app):
    return {
        path
        for path in app.extensions["settings"].media_path.parent.rglob("*")
        if path.is_file() and "sqlite" not in path.name
    }


@pytest.mark.parametrize("public_id", ["../secret.txt", "..%2fsecret.txt", "x/../../secret.txt"])
def test_an_upload_is_found_by_its_number_alone(client, estate, planted, public_id):
    sign_in(client, estate.manager)
    answer = client.patch(
        f"/api/v1/uploads/{public_id}",
        data=b"x",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )
    assert answer.status_code in (404, 405)
    assert (planted / "secret.txt").read_bytes() == SECRET


def test_a_workbook_that_is_a_bomb_or_no_workbook_is_refused(client, estate):
    sign_in(client, estate.manager)
    address = f"/manage/courses/{estate.values['slug']}/questions/import"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>" * 10)
        archive.writestr("../../evil.xml", b"0" * 20_000_000)
    before = count(Question)
    for content in (bomb.getvalue(), b"PK no", b"\xff\xfe", b""):
        answer = client.post(address, data={"file": (io.BytesIO(content), "questions.xlsx")})
        assert answer.status_code in (200, 413, 422)
    assert count(Question) == before
