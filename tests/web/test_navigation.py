from flask_login import login_user

from lms.web.navigation import navigation
from tests.factories import PersonFactory


def _active(app, person, path):
    with app.test_request_context(path):
        login_user(person)
        return [link.url for link in navigation() if link.is_active]


def test_only_the_closest_entry_is_active(app):
    person = PersonFactory()
    assert _active(app, person, "/me") == ["/me"]
    assert _active(app, person, "/me/hours") == ["/me/hours"]
    assert _active(app, person, "/me/hours/7") == ["/me/hours"]


def test_entries_of_staff_are_hidden_from_learners(app):
    with app.test_request_context("/me"):
        login_user(PersonFactory())
        assert navigation("manage") == []
