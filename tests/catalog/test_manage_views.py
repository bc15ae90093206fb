"""The trainer's course pages."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from lms.catalog.models import Course, CourseState, Etextbook, Lesson
from lms.catalog.rules import ETEXTBOOK_MAX_BYTES
from lms.core.db import db
from lms.core.permissions import Role
from lms.core.types import Hours
from tests.catalog.test_content_operations import PDF
from tests.factories import CourseFactory, CycleFactory, LessonFactory, PersonFactory, PostFactory
from tests.support import sign_in
from tests.watching.support import make_video


@pytest.fixture
def desk(client, trainer):
    """A client signed in as the trainer."""
    return sign_in(client, trainer)


@pytest.fixture
def draft(base):
    return CourseFactory(base=base, slug="draft", state=CourseState.DRAFT, published_at=None)


def filled(base, **given) -> dict[str, str]:
    values = {
        "title": "数据安全与个人信息保护",
        "base_id": str(base.id),
        "category": "professional",
        "hours": "7.5",
        "year": "2025",
        "lecturer_name": "李老师",
        "max_pace_tenths": "10",
        "requires_exam": "y",
    }
    return {**values, **given}


def the_course() -> Course:
    return db.session.scalars(select(Course)).one()


def test_trainer_makes_a_course(desk, base):
    answer = desk.post("/manage/courses/new", data=filled(base, slug="data-safety"))
    assert answer.location == "/manage/courses/data-safety/lessons"
    course = the_course()
    assert (course.hours, course.state) == (Hours(75), CourseState.DRAFT)
    assert course.requires_exam
    assert course.created_by_id is not None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "  ", "请填写课程名称"),
        ("hours", "7.55", "最多一位小数"),
        ("hours", "-1", "最多一位小数"),
        ("hours", "0", "0.1 到 900"),
        ("year", "25", "四位年度"),
        ("year", "后年", "不是有效的整数"),
        ("lecturer_name", "", "请填写主讲教师"),
        ("slug", "Bad Slug", "小写字母"),
        ("category", "sport", "不是有效的选择"),
        ("closes_on", "2025-13-01", "不是有效的日期"),
        ("max_pace_tenths", "30", "不是有效的选择"),
    ],
)
def test_wrong_input_is_answered_at_its_field(desk, base, field, value, message):
    answer = desk.post("/manage/courses/new", data=filled(base, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert message in answer.text
    assert db.session.scalars(select(Course)).all() == []


def test_taken_slug_is_answered_at_its_field(desk, base, draft):
    answer = desk.post("/manage/courses/new", data=filled(base, slug="draft"))
    assert answer.status_code == 422
    assert 'id="slug-error"' in answer.text
    assert "已被其他课程使用" in answer.text


def test_course_is_made_for_ones_own_base_only(desk, stranger, base):
    theirs = stranger.posts[0].organization
    answer = desk.post("/manage/courses/new", data=filled(base, base_id=str(theirs.id)))
    assert answer.status_code == 422
    assert db.session.scalars(select(Course)).all() == []


def test_list_shows_ones_own_base_only(desk, draft):
    CourseFactory(title="别家的课程")
    page = desk.get("/manage/courses").text
    assert "/manage/courses/draft" in page
    assert "别家的课程" not in page
    assert "没有这种状态的课程" in desk.get("/manage/courses?state=withdrawn").text


GETS = ("", "/edit", "/lessons", "/etextbooks")
POSTS = (
    "/edit",
    "/cover",
    "/cover/remove",
    "/submit",
    "/recall",
    "/publish",
    "/withdraw",
    "/lessons",
    "/lessons/1",
    "/lessons/1/move",
    "/lessons/1/remove",
    "/etextbooks",
    "/etextbooks/1/remove",
)


def statuses(client, slug: str) -> set[int]:
    page = {"Accept": "text/html"}
    base = f"/manage/courses/{slug}"
    gets = {client.get(base + path, headers=page).status_code for path in GETS}
    posts = {client.post(base + path, headers=page).status_code for path in POSTS}
    return gets | posts


def test_staff_of_another_base_gets_nowhere(client, base, draft, stranger):
    published = CourseFactory(base=base, slug="published")
    sign_in(client, stranger)
    assert statuses(client, "draft") == {404}
    assert statuses(client, "published") == {403}
    assert (draft.state, published.state) == (CourseState.DRAFT, CourseState.PUBLISHED)


def test_learners_officers_and_guests_get_nowhere(client, draft, app):
    officer = PostFactory(role=Role.UNIT_MANAGER).person
    for person in (PersonFactory(), officer):
        sign_in(client, person)
        assert statuses(client, "draft") == {403}
    guest = app.test_client()
    assert guest.get("/manage/courses").status_code == 401
    assert statuses(guest, "draft") == {302}


def test_ended_post_opens_nothing(client, draft, trainer):
    trainer.posts[0].ends_on = trainer.posts[0].starts_on
    db.session.commit()
    sign_in(client, trainer)
    assert statuses(client, "draft") == {403}


def test_course_is_changed(desk, draft, base):
    assert "draft" in desk.get("/manage/courses/draft/edit").text
    answer = desk.post(
        "/manage/courses/draft/edit", data=filled(base, title="改过的名称", slug="renamed")
    )
    assert answer.location == "/manage/courses/renamed/edit"
    assert draft.title == "改过的名称"


def test_edit_form_shows_what_is_in_force(desk, draft):
    page = desk.get("/manage/courses/draft/edit").text
    assert 'value="2"' in page
    assert 'value="专业技术人员继续教育政策与实务"' in page


def test_edit_page_suggests_hours_by_the_length_of_the_films(desk, draft):
    assert "建议" not in desk.get("/manage/courses/draft/edit").text
    for _lesson in range(2):
        make_video(LessonFactory(course=draft), windows=90)
    page = desk.get("/manage/courses/draft/edit").text
    assert "视频总长 1:30:00" in page
    assert 'data-value="2"' in page


def test_hours_are_not_offered_nor_taken_once_somebody_studies(desk, base):
    course = CourseFactory(base=base, slug="studied")
    CycleFactory(course=course)
    page = desk.get("/manage/courses/studied/edit").text
    assert 'name="hours"' not in page
    assert 'name="slug"' not in page
    answer = desk.post(
        "/manage/courses/studied/edit",
        data=filled(base, title="只改名称", hours="90", category="professional", slug="other"),
    )
    assert answer.status_code == 302
    assert (course.title, course.hours, course.slug) == ("只改名称", Hours(20), "studied")


def test_overview_lists_what_is_missing_and_submitting_is_refused(desk, draft):
    assert "请至少添加一个课时" in desk.get("/manage/courses/draft").text
    answer = desk.post("/manage/courses/draft/submit", follow_redirects=True)
    assert "请至少添加一个课时" in answer.text
    assert draft.review is None


def test_lessons_are_added_renamed_moved_and_removed(desk, draft):
    for title in ("第一讲", "第二讲"):
        desk.post("/manage/courses/draft/lessons", data={"lesson-new-title": title})
    first, second = draft.lessons
    answer = desk.post(f"/manage/courses/draft/lessons/{second.id}/move", data={"direction": "up"})
    # It is the first now and can go no higher: the focus goes to the other button.
    assert answer.location.endswith(f"#lesson-{second.id}-down")
    db.session.expire_all()
    assert [lesson.title for lesson in draft.lessons] == ["第二讲", "第一讲"]
    desk.post(
        f"/manage/courses/draft/lessons/{first.id}",
        data={f"lesson-{first.id}-title": "新名", f"lesson-{first.id}-summary": "提要"},
    )
    db.session.expire_all()
    assert (first.title, first.summary) == ("新名", "提要")
    desk.post(f"/manage/courses/draft/lessons/{second.id}/remove")
    assert db.session.scalars(select(Lesson.title)).all() == ["新名"]


def test_lesson_without_a_title_is_answered_at_its_field(desk, draft):
    answer = desk.post("/manage/courses/draft/lessons", data={"lesson-new-title": " "})
    assert answer.status_code == 422
    assert 'id="lesson-new-title-error"' in answer.text
    lesson = LessonFactory(course=draft)
    answer = desk.post(f"/manage/courses/draft/lessons/{lesson.id}", data={})
    assert answer.status_code == 422
    assert f'id="lesson-{lesson.id}-title-error"' in answer.text


def test_lesson_of_another_course_is_not_reached_through_ones_own(desk, draft):
    other = LessonFactory(title="别家的课时")
    base = f"/manage/courses/draft/lessons/{other.id}"
    data = {f"lesson-{other.id}-title": "被改了", "direction": "up"}
    assert {desk.post(base + path, data=data).status_code for path in ("", "/move", "/remove")} == {
        404
    }
    assert other.title == "别家的课时"


def test_unknown_direction_is_refused(desk, draft):
    lesson = LessonFactory(course=draft)
    answer = desk.post(f"/manage/courses/draft/lessons/{lesson.id}/move", data={"direction": "x"})
    assert answer.status_code == 422


def upload(desk, content: bytes, title="教材"):
    data = {"title": title, "file": (io.BytesIO(content), "../../evil.pdf")}
    answer = desk.post("/manage/courses/draft/etextbooks", data=data)
    # The client keeps a large body in a temporary file of its own.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_etextbook_is_uploaded_and_removed(desk, draft):
    assert upload(desk, PDF).status_code == 302
    book = db.session.scalars(select(Etextbook)).one()
    assert "evil" not in book.path
    desk.post(f"/manage/courses/draft/etextbooks/{book.id}/remove")
    assert db.session.scalars(select(Etextbook)).all() == []


def test_etextbook_larger_than_other_requests_may_be_arrives(desk, draft):
    content = PDF[:9] + b"0" * (18 * 1024 * 1024) + PDF[9:]
    assert upload(desk, content).status_code == 302


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的"),
        (PDF[:-6], "不是完整的 PDF"),
        (b"<html></html>", "没有可以阅读的内容"),
        (PDF + b"0" * ETEXTBOOK_MAX_BYTES, "超过 20 MB"),
    ],
)
def test_unusable_etextbook_is_answered_at_its_field(desk, draft, content, message):
    answer = upload(desk, content)
    assert answer.status_code == 422
    assert message in answer.text.split('id="file-error"')[1]


def test_missing_file_or_title_is_answered_at_its_field(desk, draft):
    answer = desk.post("/manage/courses/draft/etextbooks", data={})
    assert answer.status_code == 422
    assert "请选择教材文件" in answer.text
    assert 'id="title-error"' in answer.text


def test_cover_is_replaced_and_taken_back(desk, draft):
    picture = io.BytesIO()
    Image.new("RGB", (32, 18)).save(picture, "PNG")
    picture.seek(0)
    desk.post("/manage/courses/draft/cover", data={"file": (picture, "a.png")})
    assert draft.cover_path.startswith("covers/")
    assert desk.get("/courses/draft/cover", buffered=True).mimetype == "image/webp"
    desk.post("/manage/courses/draft/cover/remove")
    assert desk.get("/courses/draft/cover").mimetype == "image/svg+xml"


def test_wrong_cover_is_answered_beside_the_form_that_stays_filled(desk, draft):
    answer = desk.post("/manage/courses/draft/cover", data={"file": (io.BytesIO(b"x"), "a.png")})
    assert answer.status_code == 422
    assert "不是可用的图片" in answer.text
    assert "专业技术人员继续教育政策与实务" in answer.text


def test_navigation_offers_course_management_to_staff_alone(client, trainer):
    learner = PersonFactory()
    assert "我的学习" not in client.get("/courses").text
    sign_in(client, learner)
    page = client.get("/courses").text
    assert "我的学习" in page
    assert "/manage/courses" not in page
    sign_in(client, trainer)
    assert "/manage/courses" in client.get("/courses").text
