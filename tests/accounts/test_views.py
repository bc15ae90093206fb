from dataclasses import replace

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


def test_sign_out_ends_this_session_and_no_other(app, client):
    """Logout replay: the cookie of a session that was ended opens nothing."""
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


def test_the_sign_in_page_leads_on(client):
    page = client.get("/sign-in").text
    assert "用户名、身份证号或手机号" in page
    for address in ("/activate", "/reset"):
        assert f'href="{address}"' in page


def test_the_privacy_notice_is_open_to_all(client):
    assert "敏感个人信息" in client.get("/privacy").text


def test_the_privacy_notice_names_who_answers_for_it_and_how_to_reach_them(
    app, client, monkeypatch
):
    settings = app.extensions["settings"]
    assert settings.issuer_name in client.get("/privacy").text
    reached = replace(settings, contact="0633-1234567")
    monkeypatch.setitem(app.extensions, "settings", reached)
    page = client.get("/privacy").text
    assert "联系方式：0633-1234567" in page
    assert "网络地址" in page
