"""A preview gives keys to nobody who may not look at the lesson at this very moment."""

import datetime as dt

import pytest

from lms.catalog import review_operations
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.questions.pictures import add_picture
from lms.watching.models import StudyClock
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.questions import drawing
from tests.watching.support import Page, make_study, watch
from tests.watching.test_preview import Preview

WINDOWS = 8
_LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture
def cycle(app):
    return make_study(WINDOWS, questions=3, requires_exam=False)


@pytest.fixture
def trainer(cycle):
    return PostFactory(organization=cycle.course.base).person


def refused(preview):
    """The statuses of everything that a preview asks for."""
    return {
        preview.get().status_code,
        preview.post("lease").status_code,
        preview.key(0).status_code,
        preview.key(WINDOWS - 1).status_code,
        preview.post("popup", {"gate": 1}).status_code,
    }


def test_a_learner_gets_no_key_ahead_by_a_preview(app, cycle):
    preview = Preview.of_draft(app, cycle.person, cycle.course)
    assert refused(preview) == {403}
    assert refused(Preview.of_version(app, cycle.person, cycle.version)) == {403}


def test_a_learner_who_is_trainer_of_another_base_gets_none_either(app, cycle):
    PostFactory(person=cycle.person)
    PostFactory(person=cycle.person, role=Role.BASE_MANAGER)
    draft = Preview.of_draft(app, cycle.person, cycle.course)
    assert refused(draft) == {403}
    assert refused(Preview.of_version(app, cycle.person, cycle.version)) == {404}


def test_a_lesson_of_another_course_is_not_reached_through_ones_own(app, cycle, trainer):
    other = make_study(WINDOWS)
    lesson = other.course.lessons[0]
    for address in (
        f"/manage/courses/{cycle.course.slug}/preview/lessons/{lesson.id}",
        f"/manage/reviews/{cycle.version_id}/preview/lessons/{lesson.id}",
    ):
        manager = PostFactory(organization=cycle.course.base, role=Role.BASE_MANAGER).person
        preview = Preview(app, manager, address)
        assert preview.get().status_code == 404
        assert preview.post("lease").status_code == 404
        assert preview.key(0).status_code == 404


def test_bureau_looks_at_what_its_base_has_approved_and_at_nothing_before(app, cycle, trainer):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, name="省人社厅")
    officer = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    manager = PostFactory(organization=cycle.course.base, role=Role.BASE_MANAGER).person
    with transaction():
        cycle.course.title = "新版课程"
        version = review_operations.submit_course(trainer, cycle.course, "")
    preview = Preview.of_version(app, officer, version)
    with transaction():
        picture = add_picture(trainer, cycle.course, drawing(), "图").public_id
    assert preview.key(0).status_code == 404
    assert preview.client.get(f"/questions/pictures/{picture}").status_code == 404
    with transaction():
        review_operations.approve_version(manager, version, "")
    assert preview.key(0).status_code == 200
    with preview.client.get(f"/questions/pictures/{picture}") as answer:
        assert answer.status_code == 200
    # The draft goes on being the base's own affair.
    assert Preview.of_draft(app, officer, cycle.course).key(0).status_code == 403


def test_a_post_that_ends_ends_the_preview_that_stands_open(app, cycle, trainer):
    preview = Preview.of_draft(app, trainer, cycle.course).open()
    assert preview.key(0).status_code == 200
    with transaction():
        post = db.session.merge(trainer).posts[0]
        post.starts_on, post.ends_on = _LONG_AGO, _LONG_AGO
    assert preview.key(1).status_code == 403
    assert preview.post("popup", {"gate": preview.facts["gates"][0]}).status_code == 403


def test_a_state_is_good_for_its_own_page_and_person_alone(app, cycle, trainer):
    preview = Preview.of_draft(app, trainer, cycle.course).open()
    gate = {"gate": preview.facts["gates"][0]}
    colleague = PostFactory(organization=cycle.course.base).person
    other = Preview.of_draft(app, colleague, cycle.course)
    for token in (preview.token, "", "x" * 60, preview.token[:-2] + "AA", "é"):
        other.token = token.encode("ascii", "replace").decode()
        assert other.post("popup", gate).status_code == 403


def test_a_state_grows_too_old(app, cycle, trainer, clock):
    preview = Preview.of_draft(app, trainer, cycle.course).open()
    clock.advance(hours=12, seconds=1)
    preview.client = Preview.of_draft(app, trainer, cycle.course).client
    assert preview.post("popup", {"gate": preview.facts["gates"][0]}).status_code == 403


def test_previewing_moves_nothing_of_what_the_same_person_studies(app, cycle, clock):
    """A trainer who learns their own course sees it early, and earns it no sooner."""
    page = Page.of(app, cycle).open()
    watch(page, clock, range(1))
    PostFactory(person=cycle.person, organization=cycle.course.base)
    preview = Preview.of_draft(app, cycle.person, cycle.course).open()
    for window in range(WINDOWS):
        assert preview.key(window).status_code == 200
    for gate in preview.facts["gates"]:
        asked = preview.post("popup", {"gate": gate}).json["popup"]
        assert preview.answer(asked).json["right"] is True
    assert db.session.get(StudyClock, cycle.person.id).high_water == 1
    assert page.key(WINDOWS - 1).status_code == 403
    assert page.progress.gates_passed == []


def test_a_preview_answer_is_no_answer_of_a_learner(app, cycle, trainer, clock):
    page = Page.of(app, cycle).set_gates(1)
    watch(page, clock, range(1))
    stranger = PersonFactory()
    preview = Preview.of_draft(app, trainer, cycle.course).open()
    asked = preview.post("popup", {"gate": preview.facts["gates"][0]}).json["popup"]
    page.popup()
    sent = {"nonce": asked["nonce"], "chosen": [0]}
    assert page.post("popup/answer", sent).status_code == 404
    assert Page(app, stranger, page.cycle_id, page.lesson_id).post("lease").status_code == 404
