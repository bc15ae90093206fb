import pytest
from flask import Flask

from lms.config import Settings
from lms.web import security
from lms.web.security import safe_next


@pytest.mark.parametrize("target", ["/me", "/learn/1?x=2", "/"])
def test_a_path_of_this_site_may_be_returned_to(target):
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [None, "", "me", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:x"],
)
def test_anything_else_is_no_place_to_return_to(target):
    assert safe_next(target) is None


def test_every_answer_forbids_inline_code_and_framing(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize(
    ("base", "allowed"),
    [("/media/hls", ""), ("https://cdn.example/lms/hls", " https://cdn.example")],
)
def test_films_and_their_pictures_may_come_from_the_cdn_and_nothing_else(base, allowed):
    app = Flask(__name__)
    keys = {"secret_key": "s" * 32, "identity_key": "ab" * 32}
    security.register(app, Settings(**keys, media_base_url=base))
    policy = app.test_client().get("/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    told = {name for name, value in directives.items() if "cdn.example" in value}
    assert told == ({"img-src", "media-src", "connect-src"} if allowed else set())
    assert directives["connect-src"] == f"'self'{allowed}"


def test_form_without_token_changes_nothing_and_says_the_page_is_stale(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/language", data={"language": "en"}, headers={"Accept": "text/html"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    with client.session_transaction() as session:
        assert "language" not in session


def test_language_is_remembered_and_leads_back(client):
    answer = client.post("/language", data={"language": "en", "next": "/sign-in"})
    assert answer.headers["Location"] == "/sign-in"
    assert 'lang="en"' in client.get("/sign-in").text
