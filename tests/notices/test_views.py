"""The bell, the page of notices, and what of them leaves the platform."""

import pytest

from lms.notices.models import NoticeChannel, NoticeKind
from lms.notices.queries import language_of, preferences_of
from tests.factories import PersonFactory
from tests.notices.support import notices, reachable, told
from tests.support import sign_in


@pytest.fixture
def person(app, clock):
    return reachable()


@pytest.fixture
def visitor(client, person):
    return sign_in(client, person)


def page(visitor, path="/me/notices"):
    return visitor.get(path).get_data(as_text=True)


def test_the_bell_of_every_page_tells_how_many_are_unread(visitor, person):
    assert 'aria-label="通知"' in page(visitor, "/courses")
    for number in range(3):
        told(person, f"cycle:{number}")
    assert 'aria-label="通知，3 条未读"' in page(visitor, "/courses")


def test_a_guest_has_no_bell(app, client):
    assert "site-bell" not in page(client, "/courses")


def test_above_ninety_nine_the_bell_counts_no_further(visitor, person):
    for number in range(101):
        told(person, f"cycle:{number}")
    assert "通知，99+ 条未读" in page(visitor)


def test_the_page_is_empty_and_says_what_will_be_there(visitor):
    assert "还没有通知" in page(visitor)


def test_reading_one_marks_it_and_leads_to_what_it_is_about(visitor, person):
    notice = told(person)
    answer = visitor.post(f"/me/notices/{notice.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/learn/1")
    assert notices()[0].read_at is not None


def test_one_is_marked_as_read_where_one_stands(visitor, person):
    first, _second = told(person, "cycle:1"), told(person, "cycle:2")
    answer = visitor.post(f"/me/notices/{first.id}/read", data={"after": "50"})
    assert answer.headers["Location"] == "/me/notices?after=50"
    assert [bool(each.read_at) for each in notices()] == [True, False]


def test_marking_all_leaves_what_came_after_the_page(visitor, person):
    seen, _later = told(person, "cycle:1"), told(person, "cycle:2")
    visitor.post("/me/notices/read", data={"newest": seen.id})
    assert [bool(each.read_at) for each in notices()] == [True, False]


def test_nobody_reads_or_marks_the_notices_of_others(visitor):
    notice = told(PersonFactory(), title="别人的课")
    assert visitor.post(f"/me/notices/{notice.id}").status_code == 404
    assert visitor.post(f"/me/notices/{notice.id}/read").status_code == 404
    visitor.post("/me/notices/read", data={"newest": notice.id})
    assert notices()[0].read_at is None
    assert "数据治理" not in page(visitor)


def test_the_list_goes_on_page_by_page(visitor, person):
    for number in range(31):
        told(person, f"cycle:{number}", course=f"第{number}门")
    first = page(visitor)
    assert "《第30门》" in first
    assert "《第0门》" not in first
    oldest_shown = notices()[1].id
    assert "《第0门》" in page(visitor, f"/me/notices?after={oldest_shown}")


def test_a_course_name_is_text_and_not_markup(visitor, person):
    told(person, course="<script>x</script>")
    assert "<script>x" not in page(visitor)


def test_preferences_are_kept_and_shown_again(visitor, person):
    visitor.post("/me/notices/settings", data={"closing_sms": "y", "language": "en"})
    wanted = {choice for choice, is_wanted in preferences_of(person).items() if is_wanted}
    assert wanted == {(NoticeKind.CLOSING, NoticeChannel.SMS)}
    assert language_of(person.id) == "en"
    shown = page(visitor, "/me/notices/settings")
    assert 'checked class="form-check-input" id="closing_sms"' in shown


def test_an_unknown_language_is_refused(visitor, person):
    answer = visitor.post("/me/notices/settings", data={"language": "xx"})
    assert (answer.status_code, language_of(person.id)) == (422, None)


@pytest.mark.parametrize(("confirmed", "is_hinted"), [(True, False), (False, True)])
def test_who_has_confirmed_no_address_is_told_so(client, confirmed, is_hinted):
    person = reachable() if confirmed else PersonFactory()
    shown = page(sign_in(client, person), "/me/notices/settings")
    assert ("/me/profile/contact" in shown) is is_hinted
