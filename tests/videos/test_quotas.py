"""The room of a base: what counts, who sets it, and that the check and the bar agree."""

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.catalog import operations as catalog
from lms.catalog.models import Lesson
from lms.config import Settings
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotAllowed
from lms.core.permissions import Role
from lms.organizations.models import Division, OrganizationKind
from lms.videos import operations, quotas, uploads
from lms.videos.models import BaseQuota, Video
from lms.videos.storage import package_size
from tests.factories import LessonFactory, OrganizationFactory, PostFactory
from tests.support import MovableClock, RecordedTasks, sign_in
from tests.videos.places import package_folder
from tests.videos.test_uploads import TUS, create

GB = quotas.GB


def used(lesson: Lesson) -> int:
    base_id = lesson.course.base_id
    db.session.rollback()
    return quotas.rooms([base_id])[base_id].used_bytes


@pytest.fixture
def officer(lesson: Lesson) -> Person:
    """An officer of the bureau in charge of the base."""
    base = lesson.course.base
    bureau = OrganizationFactory(
        kind=OrganizationKind.BUREAU, division_code=base.division_code, name="主管局"
    )
    return PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person


def test_originals_and_packages_count_and_go_with_their_files(
    tasks: RecordedTasks, clock: MovableClock, trainer: Person, lesson: Lesson, film: Path
) -> None:
    size = film.stat().st_size
    assert used(lesson) == 0
    with transaction():
        video = operations.import_video(trainer, lesson, film)
    assert used(lesson) == size
    tasks.run_all()
    package = package_size(video.public_id, 1)
    assert package > 0
    assert used(lesson) == size + package
    with transaction():
        db.session.get_one(Video, video.id).original_path = None
    assert used(lesson) == package


def test_uploads_count_as_a_whole_until_they_are_given_up_or_expire(
    clock: MovableClock, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        one = uploads.create_upload(trainer, lesson.id, "a.mp4", 1000).public_id
        uploads.create_upload(trainer, lesson.id, "b.mp4", 500)
    assert used(lesson) == 1500
    with transaction():
        uploads.discard(trainer, one)
    assert used(lesson) == 500
    clock.advance(days=2)
    assert used(lesson) == 0


def test_what_another_base_keeps_is_its_own(trainer: Person, lesson: Lesson) -> None:
    other = LessonFactory()
    with transaction():
        uploads.create_upload(trainer, lesson.id, "a.mp4", 1000)
    assert used(other) == 0


def test_upload_without_room_is_refused_with_what_is_left(
    client: FlaskClient, officer: Person, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        quotas.set_quota(officer, lesson.course.base, 1)
        uploads.create_upload(trainer, lesson.id, "a.mp4", 400_000_000)
    visitor = sign_in(client, trainer)
    answer = create(visitor, lesson, 600_000_001)
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "file"
    assert "600.0 MB" in answer.get_json()["detail"]
    assert used(lesson) == 400_000_000
    exact = create(visitor, lesson, 600_000_000)
    assert exact.status_code == 201
    assert create(visitor, lesson, 1).status_code == 422
    assert visitor.delete(exact.headers["Location"], headers=TUS).status_code == 204
    assert create(visitor, lesson, 600_000_000).status_code == 201


def test_bar_of_the_course_list_shows_the_sum_of_the_check(
    client: FlaskClient, trainer: Person, lesson: Lesson
) -> None:
    with transaction():
        uploads.create_upload(trainer, lesson.id, "a.mp4", 250_000_000)
    page = sign_in(client, trainer).get("/manage/courses").text
    assert "已用 250.0 MB / 500.0 GB" in page
    assert 'value="250000000"' in page


def test_bureau_in_charge_sets_the_room_and_nobody_else(
    app: Flask, client: FlaskClient, officer: Person, trainer: Person, lesson: Lesson
) -> None:
    base = lesson.course.base
    page = f"/manage/quotas/{base.id}"
    assert sign_in(client, officer).post(page, data={"quota_gb": "7"}).status_code == 302
    assert db.session.get_one(BaseQuota, base.id).quota_gb == 7
    assert "7.0 GB" in client.get("/manage/quotas").text
    for wrong in ("0", "-1", "x", "9999999"):
        assert client.post(page, data={"quota_gb": wrong}).status_code == 422
    assert client.post(page, data={"quota_gb": ""}).status_code == 302
    assert db.session.get(BaseQuota, base.id) is None
    with transaction():
        db.session.add(Division(code="370900", name="别处"))
    far = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code="370900")
    stranger = PostFactory(organization=far, role=Role.BUREAU_OFFICER).person
    assert sign_in(app.test_client(), stranger).get(page).status_code == 404
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert sign_in(app.test_client(), manager).get(page).status_code == 403
    for actor in (stranger, manager, trainer):
        with pytest.raises(NotAllowed), transaction():
            quotas.set_quota(actor, base, 9)


def test_figure_out_of_bounds_is_refused(officer: Person, lesson: Lesson) -> None:
    for wrong in (0, -1, quotas.MOST_GB + 1):
        with pytest.raises(Invalid) as refusal, transaction():
            quotas.set_quota(officer, lesson.course.base, wrong)
        assert refusal.value.field == "quota_gb"


def test_packages_of_unknown_size_are_counted_by_the_sweep(lesson: Lesson, waiting: Video) -> None:
    folder = package_folder(waiting.public_id, 1)
    folder.mkdir(parents=True)
    (folder / "a.ts").write_bytes(b"x" * 123)
    with transaction():
        waiting.package_version = 1
    before = used(lesson)
    quotas.count_packages.run()
    assert used(lesson) == before + 123


def test_etextbooks_count(trainer: Person, lesson: Lesson, tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-1.7\n%%EOF\n")
    with pdf.open("rb") as file, transaction():
        catalog.add_etextbook(trainer, lesson.course, "教材", file)
    assert used(lesson) == pdf.stat().st_size


def test_an_etextbook_needs_room_as_a_film_does(
    trainer: Person, lesson: Lesson, settings: Settings
) -> None:
    course = lesson.course
    with transaction():
        db.session.add(BaseQuota(base_id=course.base_id, quota_gb=1))
        uploads.create_upload(trainer, lesson.id, "a.mp4", GB - 10)
    books = settings.media_path / "originals/etextbooks"
    before = [path for path in books.rglob("*") if path.is_file()]
    with pytest.raises(Invalid) as refusal, transaction():
        catalog.add_etextbook(trainer, course, "教材", io.BytesIO(b"%PDF-1.7\n%%EOF\n"))
    assert refusal.value.field == "file"
    assert "还剩 10 B" in str(refusal.value.message)
    # Nothing of it is left behind.
    assert [path for path in books.rglob("*") if path.is_file()] == before
    assert db.session.merge(course).etextbooks == []
