"""Making courses and changing their drafts."""

import datetime as dt
import io

import pytest
from PIL import Image
from sqlalchemy import select

from lms.catalog import operations
from lms.catalog.models import Course, CourseState
from lms.catalog.queries import publish_problems
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.types import Hours
from tests.catalog.test_rules import facts
from tests.factories import CourseFactory, CycleFactory, LessonFactory


@pytest.fixture
def draft(base, trainer):
    return CourseFactory(
        base=base, created_by=trainer, state=CourseState.DRAFT, published_at=None, slug="draft-1"
    )


def make(trainer, base, **given):
    slug = given.pop("slug", None)
    with transaction():
        return operations.create_course(trainer, base, facts(**given), slug)


def test_new_course_is_a_draft_of_its_base(trainer, base):
    course = make(trainer, base, slug="data-safety")
    assert course.state is CourseState.DRAFT
    assert course.base_id == base.id
    assert course.created_by_id == trainer.id
    assert course.hours == Hours(75)
    tags = db.session.scalars(select(AuditEvent.tag)).all()
    assert AuditTag.CATALOG_COURSE_CREATE.value in tags


def test_slug_is_made_from_the_title_and_never_twice_the_same(trainer, base):
    first = make(trainer, base, title="Python 数据分析")
    second = make(trainer, base, title="Python 数据分析")
    assert first.slug.startswith("python-")
    assert first.slug != second.slug
    assert make(trainer, base).slug.startswith("course-")


@pytest.mark.parametrize("slug", ["Bad Slug", "new", "数据"])
def test_bad_slug_is_refused_at_its_field(trainer, base, slug):
    with pytest.raises(Invalid) as refusal:
        make(trainer, base, slug=slug)
    assert refusal.value.field == "slug"


def test_taken_slug_is_refused_at_its_field_and_keeps_the_transaction_usable(trainer, base, draft):
    with transaction():
        with pytest.raises(Invalid) as refusal:
            operations.create_course(trainer, base, facts(), "draft-1")
        operations.create_course(trainer, base, facts(), "draft-2")
    assert refusal.value.field == "slug"
    assert set(db.session.scalars(select(Course.slug))) == {"draft-1", "draft-2"}


def test_wrong_value_is_refused_at_its_field(trainer, base):
    with pytest.raises(Invalid) as refusal:
        make(trainer, base, hours=Hours(0))
    assert refusal.value.field == "hours"


def test_stranger_makes_and_changes_nothing(stranger, base, draft):
    attempts = (
        lambda: operations.create_course(stranger, base, facts()),
        lambda: operations.update_course(stranger, draft, facts()),
        lambda: operations.set_cover(stranger, draft, None),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed), transaction():
            attempt()


def test_draft_may_change_everything_and_its_slug(trainer, draft):
    with transaction():
        operations.update_course(trainer, draft, facts(title="新名称", year=2024), "new-slug")
    assert (draft.title, draft.year, draft.slug) == ("新名称", 2024, "new-slug")


def test_slug_taken_by_another_is_refused_in_a_change(trainer, base, draft):
    CourseFactory(slug="elsewhere")
    with pytest.raises(Invalid) as refusal, transaction():
        operations.update_course(trainer, draft, facts(), "elsewhere")
    assert refusal.value.field == "slug"


def test_slug_stands_once_published(trainer, base):
    course = CourseFactory(base=base, slug="first")
    with pytest.raises(Conflict) as refusal, transaction():
        operations.update_course(trainer, course, facts(), "second")
    assert refusal.value.field == "slug"
    assert course.slug == "first"


@pytest.mark.parametrize("field", ["hours", "year", "category"])
def test_hours_year_and_category_stand_once_somebody_studies(trainer, base, field):
    course = CourseFactory(base=base)
    CycleFactory(course=course)
    same = {"hours": course.hours, "year": course.year, "category": course.category}
    change = {"hours": Hours(99), "year": 2024, "category": facts().category}
    with pytest.raises(Conflict) as refusal, transaction():
        operations.update_course(trainer, course, facts(**{**same, field: change[field]}))
    assert refusal.value.field == field
    with transaction():
        operations.update_course(trainer, course, facts(**same, title="可以改的名称"))
    assert course.title == "可以改的名称"


def test_hours_may_change_while_nobody_studies(trainer, base):
    course = CourseFactory(base=base)
    with transaction():
        operations.update_course(trainer, course, facts(hours=Hours(15)))
    assert course.hours == Hours(15)


def test_every_check_has_its_say(app, draft, monkeypatch):
    LessonFactory(course=draft)
    monkeypatch.setitem(app.extensions, "publish_checks", [])
    operations.add_publish_check(app, lambda course: [f"{course.slug} 缺视频"])
    assert publish_problems(draft) == ["draft-1 缺视频"]


def test_course_past_its_closing_day_is_not_published(draft, no_checks, clock):
    LessonFactory(course=draft)
    draft.closes_on = dt.date(2025, 6, 1)
    assert len(publish_problems(draft)) == 1
    draft.closes_on = dt.date(2025, 6, 2)
    assert publish_problems(draft) == []


def test_course_is_open_until_the_end_of_its_last_day_in_shanghai(clock, app):
    course = CourseFactory(closes_on=dt.date(2025, 6, 2))
    clock.set(dt.datetime(2025, 6, 2, 15, 59, tzinfo=dt.UTC))
    assert course.is_open
    clock.set(dt.datetime(2025, 6, 2, 16, 0, tzinfo=dt.UTC))
    assert not course.is_open


def picture(kind: str, size=(1600, 1600)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_cover_is_kept_as_a_webp_of_its_own(trainer, draft, settings, kind):
    with transaction():
        operations.set_cover(trainer, draft, picture(kind))
    kept = settings.media_path / draft.cover_path
    with Image.open(kept) as cover:
        assert (cover.format, cover.size) == ("WEBP", (960, 540))


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='x'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n00"]
)
def test_what_is_no_picture_is_no_cover_and_leaves_nothing(trainer, draft, settings, content):
    with pytest.raises(Invalid) as refusal, transaction():
        operations.set_cover(trainer, draft, io.BytesIO(content))
    assert refusal.value.field == "file"
    assert [path for path in settings.media_path.rglob("*") if path.is_file()] == []


def test_new_cover_replaces_the_former_file(trainer, draft, settings):
    with transaction():
        operations.set_cover(trainer, draft, picture("PNG"))
    former = settings.media_path / draft.cover_path
    with transaction():
        operations.set_cover(trainer, draft, None)
    assert draft.cover_path is None
    assert not former.exists()
