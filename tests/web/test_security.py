import pytest

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
