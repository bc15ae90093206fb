"""Writing schemes, publishing them, and what a revision keeps."""

import dataclasses
import functools
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.models import Course, CourseState
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.schemes import operations, queries
from lms.schemes.course_operations import add_course, move_course, remove_course
from lms.schemes.models import Scheme, SchemeCourse, SchemeRevision, SchemeState
from lms.schemes.rules import MOST_COURSES
from tests.factories import CourseFactory, OrganizationFactory, PostFactory
from tests.factories.organizations import division
from tests.factories.schemes import ENGINEERING, facts, make_scheme
from tests.factories.schemes import officer as make_officer


def courses_of(scheme: Scheme, number: int | None = None) -> list[str]:
    db.session.rollback()
    revision = (
        queries.latest_revision(scheme) if number is None else queries.get_public(scheme.id, number)
    )
    return [row.course.title for row in queries.all_courses(revision)]


def test_department_writes_and_publishes_a_scheme(officer):
    scheme = make_scheme(officer, CourseFactory(title="甲"), CourseFactory(title="乙"))
    assert (scheme.state, scheme.current_number) == (SchemeState.PUBLISHED, 1)
    revision = queries.get_public(scheme.id)
    assert revision.published_by_id == officer.id
    assert courses_of(scheme) == ["甲", "乙"]
    tags = set(db.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject != "x")))
    assert {"schemes:scheme:create", "schemes:scheme:update", "schemes:scheme:publish"} <= tags


def test_unit_and_base_write_no_scheme(officer):
    manager = PostFactory(role=Role.BASE_MANAGER).person
    with pytest.raises(NotAllowed), transaction():
        operations.create_scheme(manager, manager.posts[0].organization, 2025, ENGINEERING, facts())


def test_bureau_writes_none_in_the_name_of_a_unit(officer):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, name="省厅")
    person = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    unit = OrganizationFactory(kind=OrganizationKind.UNIT, name="某单位")
    with pytest.raises(Invalid) as refused, transaction():
        operations.create_scheme(person, unit, 2025, ENGINEERING, facts())
    assert refused.value.field == "organization_id"


def test_officer_of_another_department_changes_nothing(officer):
    scheme = make_scheme(officer)
    stranger = make_officer(name="省卫健委")
    for act in (
        lambda: operations.update_scheme(stranger, scheme, facts("改名")),
        lambda: operations.publish_scheme(stranger, scheme),
        lambda: operations.withdraw_scheme(stranger, scheme),
        lambda: operations.discard_revision(stranger, scheme),
        lambda: add_course(stranger, scheme, CourseFactory()),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_scheme_reaches_no_further_than_its_department(officer):
    division("371100")
    city = make_officer("371100", "日照市工信局")
    with pytest.raises(Invalid) as refused:
        make_scheme(city, division_code="370000")
    assert refused.value.field == "division_code"


@pytest.mark.parametrize(
    "missing", ["goals", "topics", "ways", "examination", "contact_name", "contact_phone"]
)
def test_what_annex_1_asks_for_must_be_there_before_publication(officer, missing):
    empty = () if missing == "topics" else ""
    with pytest.raises(Invalid):
        make_scheme(officer, **{missing: empty})


def test_second_scheme_of_the_same_department_year_and_series_is_not_published(officer):
    first = make_scheme(officer)
    second = make_scheme(officer, is_published=False)
    with pytest.raises(Conflict), transaction():
        operations.publish_scheme(officer, second)
    with transaction():
        operations.withdraw_scheme(officer, first)
        operations.publish_scheme(officer, second)
    assert second.state is SchemeState.PUBLISHED
    make_scheme(officer, year=2024)


def test_editing_a_published_scheme_changes_nothing_until_it_is_published_again(officer, clock):
    scheme = make_scheme(officer, CourseFactory(title="甲"))
    new = CourseFactory(title="乙")
    with transaction():
        operations.update_scheme(officer, scheme, facts("新的名称"))
        add_course(officer, scheme, new)
    assert queries.get_public(scheme.id).title == "2025年度专业科目学习方案"
    clock.advance(days=3)
    with transaction():
        operations.publish_scheme(officer, scheme, "增加一门课程")
    newest, former = queries.history_of(scheme)
    assert (newest.title, newest.number, newest.note) == ("新的名称", 2, "增加一门课程")
    assert (newest.published_at - former.published_at).days == 3
    assert courses_of(scheme, 1) == ["甲"]
    assert courses_of(scheme, 2) == ["甲", "乙"]


def test_saving_the_same_again_makes_no_revision(officer):
    scheme = make_scheme(officer)
    with transaction():
        operations.update_scheme(officer, scheme, facts())
    assert db.session.scalars(select(SchemeRevision)).one().number == 1
    with pytest.raises(Conflict), transaction():
        operations.publish_scheme(officer, scheme)


def test_withdrawn_scheme_comes_back_as_it_was(officer):
    scheme = make_scheme(officer)
    with transaction():
        operations.withdraw_scheme(officer, scheme)
    with pytest.raises(IllegalMove), transaction():
        operations.withdraw_scheme(officer, scheme)
    with transaction():
        operations.publish_scheme(officer, scheme)
    assert (scheme.state, scheme.current_number) == (SchemeState.PUBLISHED, 1)


def test_discarding_brings_back_what_is_in_force(officer):
    scheme = make_scheme(officer, CourseFactory(title="甲"))
    with transaction():
        remove_course(
            officer, scheme, queries.all_courses(queries.get_public(scheme.id))[0].course_id
        )
    assert courses_of(scheme) == []
    with transaction():
        assert not operations.discard_revision(officer, scheme)
    assert courses_of(scheme) == ["甲"]


def test_discarding_a_draft_leaves_nothing(officer):
    scheme = make_scheme(officer, CourseFactory(), is_published=False)
    with transaction():
        assert operations.discard_revision(officer, scheme)
    for model in (Scheme, SchemeRevision, SchemeCourse):
        assert db.session.scalars(select(model)).all() == []


@pytest.mark.parametrize("given", [{"year": 2024}, {"state": CourseState.WITHDRAWN}])
def test_only_published_courses_of_the_year_are_added(officer, given):
    with pytest.raises(Invalid) as refused:
        make_scheme(officer, CourseFactory(**given), is_published=False)
    assert refused.value.field == "course"


def test_course_is_added_once(officer):
    course = CourseFactory()
    with pytest.raises(Conflict):
        make_scheme(officer, course, course)


def test_full_scheme_takes_no_more(officer):
    scheme = make_scheme(officer, is_published=False)
    courses = CourseFactory.create_batch(3)
    revision = queries.latest_revision(scheme)
    with transaction():
        # The limit is reached with rows of other courses, not with five hundred real ones.
        db.session.add_all(
            SchemeCourse(revision_id=revision.id, course_id=course.id, position=place)
            for place, course in enumerate(courses[:2], start=1)
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lms.schemes.course_operations.MOST_COURSES", 2)
        with pytest.raises(Conflict), transaction():
            add_course(officer, scheme, courses[2])
    assert MOST_COURSES == 500


def test_course_withdrawn_meanwhile_keeps_the_scheme_from_being_published(officer):
    course = CourseFactory(title="下架的课")
    scheme = make_scheme(officer, course, is_published=False)
    with transaction():
        course.state = CourseState.WITHDRAWN
    with pytest.raises(Invalid, match="下架的课"), transaction():
        operations.publish_scheme(officer, scheme)


@pytest.mark.parametrize(
    ("place", "order"),
    [(1, "丙甲乙"), (2, "甲丙乙"), (3, "甲乙丙"), (-5, "丙甲乙"), (99, "甲乙丙")],
)
def test_course_is_moved_to_any_place(officer, place, order):
    courses = [CourseFactory(title=title) for title in "甲乙丙"]
    scheme = make_scheme(officer, *courses, is_published=False)
    with transaction():
        move_course(officer, scheme, courses[2].id, place)
    assert "".join(courses_of(scheme)) == order


def test_course_that_is_not_there_is_neither_moved_nor_removed(officer):
    scheme = make_scheme(officer)
    for act in (
        lambda: move_course(officer, scheme, 999, 1),
        lambda: remove_course(officer, scheme, 999),
    ):
        with pytest.raises(NotFound), transaction():
            act()
    assert len(queries.history_of(scheme)) == 1


def test_texts_that_are_too_long_name_their_field(officer):
    for name, value in (("title", "x" * 121), ("goals", "x" * 4001), ("contact_email", "nobody")):
        wrong = dataclasses.replace(facts(), **{name: value})
        with pytest.raises(Invalid) as refused, transaction():
            operations.create_scheme(
                officer, officer.posts[0].organization, 2025, ENGINEERING, wrong
            )
        assert refused.value.field == name


def at_once(app, *acts):
    """Do all at the same time, each in a context and a transaction of its own."""

    def run(act):
        with app.app_context(), transaction():
            act()

    with ThreadPoolExecutor(len(acts)) as pool:
        done = [pool.submit(run, act) for act in acts]
        return [each.exception() for each in done]


def test_two_officers_who_add_courses_at_once_write_in_one_revision(app, officer):
    scheme_id = make_scheme(officer).id
    courses = [CourseFactory().id for _ in range(4)]
    officer_id = officer.id
    db.session.rollback()

    def add(course_id):
        actor, scheme = db.session.get(Person, officer_id), db.session.get(Scheme, scheme_id)
        add_course(actor, scheme, db.session.get(Course, course_id))

    errors = at_once(app, *(functools.partial(add, course_id) for course_id in courses))
    assert errors == [None] * 4
    db.session.rollback()
    revision = queries.latest_revision(db.session.get(Scheme, scheme_id))
    rows = queries.all_courses(revision)
    assert revision.number == 2
    assert sorted(row.course_id for row in rows) == sorted(courses)
    assert [row.position for row in rows] == [1, 2, 3, 4]


def test_of_two_schemes_published_at_once_one_is_refused(app, officer):
    ids = [make_scheme(officer, is_published=False).id for _ in range(2)]
    officer_id = officer.id
    db.session.rollback()

    def publish(scheme_id):
        actor, scheme = db.session.get(Person, officer_id), db.session.get(Scheme, scheme_id)
        operations.publish_scheme(actor, scheme)

    errors = at_once(app, *(functools.partial(publish, scheme_id) for scheme_id in ids))
    assert sorted(type(error).__name__ for error in errors) == ["Conflict", "NoneType"]
