"""Quality courses: who selects them, and the hours their lecturer gets for it."""

import pytest
from sqlalchemy import select

from lms.catalog import quality_operations
from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hours.lectures import write_lecture_credit
from lms.hours.models import Credit, CreditKind, Delivery, DeliveryKind
from lms.organizations.models import OrganizationKind
from tests.factories import CourseFactory, OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.factories.organizations import division
from tests.support import sign_in


@pytest.fixture
def lecturer(app):
    return PersonFactory(name="李老师", sequence=777)


@pytest.fixture
def course(base, lecturer):
    return CourseFactory(base=base, lecturer=lecturer, hours=Hours(25), slug="chosen")


def mark(officer, course):
    with transaction():
        return quality_operations.mark_quality(officer, course)


def take_back(officer, course, reason="抄袭"):
    with transaction():
        quality_operations.take_quality_back(officer, course, reason)


def credits():
    return db.session.scalars(select(Credit).order_by(Credit.id)).all()


def test_lecturer_gets_twice_the_hours_of_that_year_once(officer, course, lecturer):
    given = mark(officer, course)
    (credit,) = credits()
    assert (credit.kind, credit.person_id) == (CreditKind.LECTURE, lecturer.id)
    assert (credit.hours, credit.year, credit.category) == (
        Hours(50),
        2025,
        HourCategory.PUBLIC,
    )
    assert credit.certificate_number == given.number
    assert [delivery.kind for delivery in credit.deliveries] == [DeliveryKind.CREDIT]
    with pytest.raises(Conflict):
        mark(officer, course)
    assert len(credits()) == 1


def test_taking_back_reverses_the_hours_once(officer, course):
    mark(officer, course)
    take_back(officer, course)
    (credit,) = credits()
    assert credit.is_reversed
    assert credit.delivery(DeliveryKind.REVERSAL).reason == "抄袭"
    with pytest.raises(Conflict):
        take_back(officer, course)
    assert len(db.session.scalars(select(Delivery)).all()) == 2


def test_selected_again_it_counts_again(officer, course):
    mark(officer, course)
    take_back(officer, course)
    mark(officer, course)
    assert [credit.is_reversed for credit in credits()] == [True, False]


def test_taking_back_needs_a_reason(officer, course):
    mark(officer, course)
    with pytest.raises(Invalid):
        take_back(officer, course, " ")
    assert course.quality is not None


def test_only_the_province_selects(course, manager, trainer):
    division("371100")
    city = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code="371100")
    county = PostFactory(organization=city, role=Role.BUREAU_OFFICER).person
    course.base.division_code = "371100"
    db.session.commit()
    for person in (county, manager, trainer):
        with pytest.raises(NotAllowed):
            mark(person, course)
    assert credits() == []


@pytest.mark.parametrize(
    "facts",
    [
        {"category": HourCategory.PROFESSIONAL},
        {"state": CourseState.DRAFT, "published_at": None},
        {"state": CourseState.WITHDRAWN},
        {"lecturer": None},
        {"lecturer_name": "另一位老师"},
    ],
)
def test_what_cannot_be_selected(officer, base, lecturer, facts):
    course = CourseFactory(base=base, **{"lecturer": lecturer, **facts})
    with pytest.raises(Conflict):
        mark(officer, course)
    assert credits() == []


def test_base_names_the_lecturers_account_by_number_and_name(trainer, course, lecturer):
    course.lecturer = None
    db.session.commit()
    stranger = PersonFactory(name="别的人")
    for number in (identity_number(stranger.id + 5000), identity_number(0), "坏的"):
        with pytest.raises(Invalid) as refusal, transaction():
            quality_operations.set_lecturer(trainer, course, number)
        assert refusal.value.field == "identity_number"
    with transaction():
        quality_operations.set_lecturer(trainer, course, identity_number(777))
    assert course.lecturer_id == lecturer.id
    with transaction():
        quality_operations.set_lecturer(trainer, course, "")
    assert course.lecturer_id is None


def test_pages_select_show_and_take_back(app, client, officer, course, lecturer):
    desk = sign_in(app.test_client(), officer)
    assert "认定为优质课" in desk.get("/courses/chosen").text
    assert "认定为优质课" not in client.get("/courses/chosen").text
    desk.post("/manage/courses/chosen/quality")
    assert "优质在线公需课" in client.get("/courses/chosen").text
    assert "优质课" in client.get("/courses").text
    own = sign_in(app.test_client(), lecturer)
    year = own.get("/me/hours?year=2025").text
    assert "优质在线公需课授课" in year
    assert "QUALITY-2025-" in year
    assert "2 倍" in own.get(f"/me/hours/{credits()[0].id}").text
    desk.post("/manage/courses/chosen/quality/remove", data={"remark": "重复申报"})
    assert "优质在线公需课" not in client.get("/courses/chosen").text
    assert "重复申报" in own.get(f"/me/hours/{credits()[0].id}").text


def test_lecturer_is_named_on_the_page(app, trainer, course, lecturer):
    desk = sign_in(app.test_client(), trainer)
    answer = desk.post(
        "/manage/courses/chosen/lecturer",
        data={"identity_number": identity_number(3)},
        follow_redirects=True,
    )
    assert "没有找到姓名与主讲教师一致" in answer.text
    assert f"证件尾号 {lecturer.identity_tail}" in answer.text


def test_a_selection_is_credited_once_however_often_it_is_told(officer, course):
    given = mark(officer, course)
    with transaction():
        again = write_lecture_credit(given)
    assert credits() == [again]
