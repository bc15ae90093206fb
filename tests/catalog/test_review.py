"""A course on its way: submitted, judged by the base and the bureau, published, withdrawn."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.catalog import operations, review_operations, review_queries
from lms.catalog.models import CourseState
from lms.catalog.states import VERSION_MOVES
from lms.catalog.version_models import ReviewDeed, VersionState
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.core.states import move
from lms.organizations.models import OrganizationKind
from tests.catalog.test_rules import facts
from tests.factories import CourseFactory, LessonFactory, OrganizationFactory, PostFactory
from tests.factories.organizations import division

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def draft(base, trainer):
    """A public course that is whole but was never shown to anybody."""
    course = CourseFactory(
        base=base, created_by=trainer, state=CourseState.DRAFT, published_at=None, slug="draft-1"
    )
    LessonFactory(course=course)
    return course


@pytest.fixture
def professional(draft):
    draft.category = HourCategory.PROFESSIONAL
    db.session.commit()
    return draft


def submit(person, course, remark=""):
    with transaction():
        return review_operations.submit_course(person, course, remark)


def approve(person, version, remark=""):
    with transaction():
        review_operations.approve_version(person, version, remark)


def publish(person, version):
    with transaction():
        review_operations.publish_version(person, version)


def waiting_for(person):
    return db.session.scalars(review_queries.versions_to_decide(person)).all()


@pytest.mark.parametrize("state", VersionState)
@pytest.mark.parametrize("target", VersionState)
def test_version_moves_by_the_table_alone(draft, trainer, state, target):
    version = submit(trainer, draft)
    version.state = state
    if target in VERSION_MOVES.get(state, set()):
        move(version, target, VERSION_MOVES)
        assert version.state is target
    else:
        with pytest.raises(IllegalMove):
            move(version, target, VERSION_MOVES)


def test_public_course_passes_its_base_and_then_the_bureau(draft, trainer, manager, officer):
    version = submit(trainer, draft, "请审核")
    assert (waiting_for(manager), waiting_for(officer)) == ([version], [])
    approve(manager, version, "内容可以")
    assert version.state is VersionState.BASE_APPROVED
    assert (waiting_for(manager), waiting_for(officer)) == ([], [version])
    approve(officer, version)
    assert version.state is VersionState.APPROVED
    assert draft.state is CourseState.DRAFT
    publish(trainer, version)
    assert (draft.state, draft.version, draft.review) == (CourseState.PUBLISHED, version, None)
    told = [(step.deed, step.actor_id, step.remark) for step in version.steps]
    assert told == [
        (ReviewDeed.SUBMIT, trainer.id, "请审核"),
        (ReviewDeed.APPROVE, manager.id, "内容可以"),
        (ReviewDeed.APPROVE, officer.id, ""),
        (ReviewDeed.PUBLISH, trainer.id, ""),
    ]
    tags = set(db.session.scalars(select(AuditEvent.tag)))
    assert {
        AuditTag.CATALOG_COURSE_SUBMIT.value,
        AuditTag.CATALOG_COURSE_APPROVE.value,
        AuditTag.CATALOG_COURSE_PUBLISH.value,
    } <= tags


def test_professional_course_needs_its_base_alone(professional, trainer, manager, officer):
    version = submit(trainer, professional)
    approve(manager, version)
    assert version.state is VersionState.APPROVED
    assert waiting_for(officer) == []


def test_returned_version_comes_back_mended_as_the_next(draft, trainer, manager):
    first = submit(trainer, draft)
    with pytest.raises(Invalid) as refusal, transaction():
        review_operations.return_version(manager, first, "  ")
    assert refusal.value.field == "remark"
    with transaction():
        review_operations.return_version(manager, first, "第一课请重录")
    assert (first.state, draft.review) == (VersionState.RETURNED, None)
    second = submit(trainer, draft)
    assert second.number == 2
    deeds = [step.deed for step in review_queries.steps_of(draft)]
    assert deeds == [ReviewDeed.SUBMIT, ReviewDeed.RETURN, ReviewDeed.SUBMIT]


def test_bureau_returns_too(draft, trainer, manager, officer):
    version = submit(trainer, draft)
    approve(manager, version)
    with transaction():
        review_operations.return_version(officer, version, "课程名称不规范")
    assert version.state is VersionState.RETURNED


def test_course_is_submitted_whole_and_once(draft, trainer):
    submit(trainer, draft)
    with pytest.raises(Conflict):
        submit(trainer, draft)
    empty = CourseFactory(base=draft.base, state=CourseState.DRAFT, published_at=None)
    with pytest.raises(Invalid) as refusal:
        submit(trainer, empty)
    assert "课时" in str(refusal.value.message)


def test_recalled_version_can_be_judged_no_more(draft, trainer, manager):
    version = submit(trainer, draft)
    with transaction():
        review_operations.recall_version(trainer, version)
    with pytest.raises(Conflict):
        approve(manager, version)
    assert submit(trainer, draft).number == 2


@pytest.mark.parametrize("state", [VersionState.SUBMITTED, VersionState.BASE_APPROVED])
def test_nothing_is_published_that_was_not_approved(draft, trainer, manager, state):
    version = submit(trainer, draft)
    if state is VersionState.BASE_APPROVED:
        approve(manager, version)
    with pytest.raises(IllegalMove):
        publish(trainer, version)
    db.session.refresh(draft)
    assert draft.state is CourseState.DRAFT


def test_trainer_and_stranger_judge_nothing(draft, trainer, stranger, manager):
    version = submit(trainer, draft)
    elsewhere = PostFactory(
        organization=stranger.posts[0].organization, role=Role.BASE_MANAGER
    ).person
    for person in (trainer, stranger, elsewhere):
        with pytest.raises(NotAllowed):
            approve(person, version)
        assert waiting_for(person) == []
    with pytest.raises(NotFound):
        review_queries.get_version_to_see(elsewhere, version.id)


def test_officer_does_not_take_the_step_of_the_base(draft, trainer, officer):
    version = submit(trainer, draft)
    with pytest.raises(NotAllowed):
        approve(officer, version)


def test_bureau_of_another_division_does_not_see_it(draft, trainer, manager):
    division("371100")
    city = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code="371100")
    officer = PostFactory(organization=city, role=Role.BUREAU_OFFICER).person
    version = submit(trainer, draft)
    approve(manager, version)
    # The base is the province's, which is above the city.
    assert waiting_for(officer) == []
    with pytest.raises(NotAllowed):
        approve(officer, version)


def test_manager_does_not_judge_what_they_submitted(draft, trainer, manager):
    version = submit(manager, draft)
    assert waiting_for(manager) == []
    with pytest.raises(NotAllowed):
        approve(manager, version)
    assert version.state is VersionState.SUBMITTED


def test_the_only_person_of_a_base_lets_their_own_course_pass_to_the_bureau(app, officer):
    alone = PostFactory(role=Role.BASE_MANAGER).person
    course = CourseFactory(
        base=alone.posts[0].organization, state=CourseState.DRAFT, published_at=None
    )
    LessonFactory(course=course)
    version = submit(alone, course)
    assert waiting_for(alone) == [version]
    approve(alone, version)
    assert version.state is VersionState.BASE_APPROVED
    # As soon as there is a colleague, it takes two.
    colleague = PostFactory(organization=course.base, role=Role.TRAINER).person
    with transaction():
        review_operations.recall_version(alone, version)
    again = submit(alone, course)
    assert waiting_for(alone) == []
    colleague.posts[0].ends_on = colleague.posts[0].starts_on
    db.session.commit()
    assert waiting_for(alone) == [again]


def test_who_approved_for_the_base_does_not_approve_for_the_bureau(
    draft, trainer, manager, officer
):
    PostFactory(
        person=manager, organization=officer.posts[0].organization, role=Role.BUREAU_OFFICER
    )
    db.session.expire(manager)
    version = submit(trainer, draft)
    approve(manager, version)
    assert waiting_for(manager) == []
    with pytest.raises(NotAllowed):
        approve(manager, version)
    assert waiting_for(officer) == [version]


def test_what_is_edited_after_submission_is_not_in_what_is_published(
    draft, trainer, manager, officer
):
    version = submit(trainer, draft)
    with transaction():
        operations.update_course(trainer, draft, facts(title="后来改的名称"))
        operations.add_lesson(trainer, draft, "后来加的课")
    approve(manager, version)
    approve(officer, version)
    publish(trainer, version)
    assert draft.shown.title == "专业技术人员继续教育政策与实务"
    assert [lesson.title for lesson in draft.shown.lessons] == ["第一讲"]
    assert draft.title == "后来改的名称"


def published(course, trainer, manager, officer):
    version = submit(trainer, course)
    approve(manager, version)
    if version.category is HourCategory.PUBLIC:
        approve(officer, version)
    publish(trainer, version)
    return version


def test_new_version_takes_the_place_of_the_former(draft, trainer, manager, officer, clock):
    first = published(draft, trainer, manager, officer)
    shown_since = draft.published_at
    with pytest.raises(Conflict):
        submit(trainer, draft)
    with transaction():
        operations.add_lesson(trainer, draft, "第二讲")
    clock.advance(days=1)
    second = published(draft, trainer, manager, officer)
    assert (first.state, second.state) == (VersionState.REPLACED, VersionState.PUBLISHED)
    assert (draft.version, draft.published_at) == (second, shown_since)


def test_withdrawn_course_is_judged_anew_before_it_is_shown_again(draft, trainer, manager, officer):
    first = published(draft, trainer, manager, officer)
    with transaction():
        review_operations.withdraw_course(trainer, draft, "政策有变")
    assert (draft.state, first.state) == (CourseState.WITHDRAWN, VersionState.WITHDRAWN)
    assert draft.version is first
    with pytest.raises(IllegalMove):
        publish(trainer, first)
    second = published(draft, trainer, manager, officer)
    assert draft.state is CourseState.PUBLISHED
    assert (first.state, draft.version) == (VersionState.REPLACED, second)


def test_draft_cannot_be_withdrawn_nor_by_a_stranger(draft, trainer, stranger):
    with pytest.raises(IllegalMove), transaction():
        review_operations.withdraw_course(trainer, draft)
    for attempt in (
        lambda: review_operations.withdraw_course(stranger, draft),
        lambda: review_operations.submit_course(stranger, draft),
    ):
        with pytest.raises(NotAllowed), transaction():
            attempt()


def test_course_past_its_closing_day_is_not_published(draft, trainer, manager, officer, clock):
    version = submit(trainer, draft)
    approve(manager, version)
    approve(officer, version)
    draft.closes_on = dt.date(2025, 6, 1)
    db.session.commit()
    with pytest.raises(Invalid):
        publish(trainer, version)
