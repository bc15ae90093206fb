import re

from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD
from tests.support import sign_in


def test_right_password_leads_to_the_page_that_was_wanted(client):
    person = PersonFactory(password=PASSWORD)
    form = {"login": person.username, "password": PASSWORD}
    answer = client.post("/sign-in?next=/me", data=form)
    assert answer.headers["Location"] == "/me"
    assert client.get("/me").status_code == 200


def test_sign_in_never_leads_to_another_site(client):
    person = PersonFactory(password=PASSWORD)
    form = {"login": person.username, "password": PASSWORD}
    answer = client.post("/sign-in?next=//evil.example/", data=form)
    assert answer.headers["Location"] == "/me"


def test_wrong_password_and_unknown_person_get_the_same_answer(client):
    person = PersonFactory(password=PASSWORD)
    wrong = client.post("/sign-in", data={"login": person.username, "password": "x"})
    unknown = client.post("/sign-in", data={"login": person.username + "?", "password": "x"})
    assert wrong.status_code == unknown.status_code == 422
    assert _said(wrong, person.username) == _said(unknown, person.username + "?")


def _said(answer, login):
    """The page without the login that was typed and the token that changes by the second."""
    text = answer.text.replace(f'value="{login}"', "")
    return re.sub(r'(content|value)="[\w.-]{60,}"', "", text)


def test_sign_out_ends_this_session_and_no_other(app, client):
    person = PersonFactory(password=PASSWORD)
    other_device = sign_in(app.test_client(), person)
    assert other_device.get("/me").status_code == 200
    cookie = sign_in(client, person).get_cookie("xueshi").value
    client.post("/sign-out")
    client.set_cookie("xueshi", cookie)
    assert client.get("/me").status_code != 200
    assert other_device.get("/me").status_code == 200


def test_guest_is_led_to_sign_in_and_back(client):
    answer = client.get("/me", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/sign-in?next=/me"
