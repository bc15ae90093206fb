"""A lesson looked at by those who make it and those who judge it: alike, and without a trace."""

import pytest
from sqlalchemy import func, select

from lms.catalog import review_operations
from lms.catalog.models import CourseState
from lms.core.db import Model, db, transaction
from lms.core.permissions import Role
from lms.questions.models import Question, QuestionUse
from lms.questions.operations import retire_question
from lms.videos.keys import window_key
from lms.videos.models import VideoState
from lms.videos.queries import current_video
from lms.videos.secret import video_secret
from tests.factories import CourseFactory, LessonFactory, PostFactory, QuestionFactory
from tests.support import sign_in
from tests.watching.support import make_video

WINDOWS = 24


@pytest.fixture
def trainer(app):
    return PostFactory().person


@pytest.fixture
def manager(trainer):
    base = trainer.posts[0].organization
    return PostFactory(organization=base, role=Role.BASE_MANAGER).person


@pytest.fixture
def course(trainer):
    """A draft of one lesson, with a film of two pop-ups and four questions."""
    base = trainer.posts[0].organization
    made = CourseFactory(base=base, created_by=trainer, state=CourseState.DRAFT, published_at=None)
    make_video(LessonFactory(course=made, summary="提要"), WINDOWS)
    QuestionFactory.create_batch(4, course=made, use=QuestionUse.POPUP)
    return made


class Preview:
    """A page that previews as the player does."""

    def __init__(self, app, person, address):
        self.client = sign_in(app.test_client(), person)
        self.address = address
        self.token = ""

    @classmethod
    def of_draft(cls, app, person, course):
        lesson = course.lessons[0]
        return cls(app, person, f"/manage/courses/{course.slug}/preview/lessons/{lesson.id}")

    @classmethod
    def of_version(cls, app, person, version):
        lesson = version.lessons[0]
        return cls(app, person, f"/manage/reviews/{version.id}/preview/lessons/{lesson.id}")

    def get(self, what=""):
        return self.client.get(f"{self.address}{what}")

    def key(self, window):
        return self.get(f"/keys/{window}")

    def post(self, what, body=None):
        headers = {"X-Watch-Token": self.token, "Accept": "application/json"}
        answer = self.client.post(f"{self.address}/{what}", json=body or {}, headers=headers)
        self.token = (answer.json or {}).get("token", self.token)
        return answer

    def open(self):
        answer = self.post("lease")
        assert answer.status_code == 200, answer.text
        self.facts = answer.json
        return self

    def popup(self, number=0):
        answer = self.post("popup", {"gate": self.facts["gates"][number]})
        assert answer.status_code == 200, answer.text
        return answer.json["popup"]

    def answer(self, popup, *, right=True):
        chosen = popup["options"].index("90" if right else "60")
        sent = {"nonce": popup["nonce"], "chosen": [chosen]}
        return self.post("popup/answer", sent)


def submitted(course, trainer):
    course.requires_exam = False
    db.session.commit()
    with transaction():
        return review_operations.submit_course(trainer, course, "")


def counts():
    """How many rows each table has."""
    db.session.rollback()
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Model.metadata.sorted_tables
    }


def test_page_says_that_it_earns_nothing_and_leads_back(app, trainer, course):
    page = Preview.of_draft(app, trainer, course).get().text
    assert "预览 · 不计学时" in page
    assert f"/manage/courses/{course.slug}/lessons#lesson-{course.lessons[0].id}" in page
    assert "data-player" in page


def test_every_key_is_given_at_once_to_whoever_may_look(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    video = current_video(course.lessons[0].id)
    for window in (0, WINDOWS // 2, WINDOWS - 1):
        answer = preview.key(window)
        assert answer.data == window_key(video_secret(video), video.package_version, window)
        assert answer.headers["Cache-Control"] == "no-store"
    assert preview.key(WINDOWS).status_code == 404


def test_popups_stand_where_a_learners_would_and_are_graded(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    gates = preview.facts["gates"]
    assert len(gates) == 2
    assert 1 <= gates[0] <= WINDOWS // 2 < gates[1] <= WINDOWS
    asked = preview.popup()
    assert set(asked) == {"text", "kind", "shape", "options", "nonce", "kind_label", "html"}
    wrong = preview.answer(asked, right=False).json
    assert (wrong["right"], wrong["wait_seconds"], wrong["back_to"]) == (False, 5, None)
    another = preview.popup()
    assert another["text"] != asked["text"]
    assert preview.answer(another).json["right"] is True


def test_third_wrong_answer_in_a_row_leads_back_to_the_gate_before(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    answers = [preview.answer(preview.popup(1), right=False).json for _ in range(3)]
    assert [each["back_to"] for each in answers] == [None, None, preview.facts["gates"][0]]


def test_an_open_question_stays_until_it_is_answered(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    first = preview.popup()
    assert preview.popup() == first
    preview.answer(first)
    assert preview.answer(first).status_code == 404


def test_an_incomplete_answer_costs_nothing(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    asked = preview.popup()
    answer = preview.post("popup/answer", {"nonce": asked["nonce"], "chosen": []})
    assert answer.status_code == 422
    assert preview.answer(asked).json["right"] is True


def test_no_popup_where_no_gate_stands(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    elsewhere = next(n for n in range(1, WINDOWS + 1) if n not in preview.facts["gates"])
    assert preview.post("popup", {"gate": elsewhere}).status_code == 409
    assert preview.post("popup", {"gate": "1"}).status_code == 422


def test_retired_questions_hold_nobody_up(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course).open()
    with transaction():
        for question in db.session.scalars(select(Question)):
            retire_question(trainer, question)
    assert preview.popup() is None


def test_a_preview_leaves_no_trace(app, trainer, course):
    preview = Preview.of_draft(app, trainer, course)
    before = counts()
    preview.get()
    preview.open()
    preview.key(3)
    preview.answer(preview.popup(), right=False)
    preview.answer(preview.popup())
    assert counts() == before


def test_manager_plays_the_version_that_was_submitted(app, trainer, manager, course):
    former = current_video(course.lessons[0].id)
    version = submitted(course, trainer)
    former.state = VideoState.REPLACED
    course.lessons[0].title = "改过的名称"
    db.session.commit()
    newer = make_video(course.lessons[0], 5)
    preview = Preview.of_version(app, manager, version).open()
    assert preview.facts["window_count"] == WINDOWS
    assert former.public_id in preview.facts["playlist"]
    assert preview.key(0).data == window_key(video_secret(former), former.package_version, 0)
    assert "改过的名称" not in preview.get().text
    draft = Preview.of_draft(app, manager, course).open()
    assert newer.public_id in draft.facts["playlist"]


def test_review_page_leads_to_the_preview(app, trainer, manager, course):
    version = submitted(course, trainer)
    client = sign_in(app.test_client(), manager)
    preview = Preview.of_version(app, manager, version)
    assert f'href="{preview.address}"' in client.get(f"/manage/reviews/{version.id}").text
    assert f'href="/manage/reviews/{version.id}"' in preview.get().text


def test_lesson_without_a_film_says_so(app, trainer, course):
    lesson = LessonFactory(course=course, title="没有视频")
    preview = Preview(app, trainer, f"/manage/courses/{course.slug}/preview/lessons/{lesson.id}")
    assert "本课时还没有内容" in preview.get().text
    assert preview.post("lease").status_code == 409
    assert preview.key(0).status_code == 409


def test_exam_is_shown_as_it_is_set_but_cannot_be_sat(app, trainer, course):
    page = Preview.of_draft(app, trainer, course).get().text
    assert "预览不能参加考试" in page
    course.requires_exam = False
    db.session.commit()
    assert "预览不能参加考试" not in Preview.of_draft(app, trainer, course).get().text
