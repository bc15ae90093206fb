from lms.core.errors import Invalid, TooEarly
from lms.core.files import StorageError
from lms.web.auth import open_to_all


def _answer_to(session_app, client, error, accept):
    """What the asker gets when an open page raises `error`."""
    endpoint = "web.healthz"
    original = session_app.view_functions[endpoint]

    @open_to_all
    def fail():
        raise error

    session_app.view_functions[endpoint] = fail
    try:
        return client.get("/healthz", headers={"Accept": accept})
    finally:
        session_app.view_functions[endpoint] = original


def test_machine_gets_problem_details_that_name_the_field(session_app, client):
    error = Invalid("没有这个选项。", field="chosen")
    answer = _answer_to(session_app, client, error, "application/json")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"] == "没有这个选项。"
    assert answer.json["field"] == "chosen"


def test_too_early_says_when_to_come_again(session_app, client):
    answer = _answer_to(session_app, client, TooEarly(retry_after=17.2), "application/json")
    assert answer.status_code == 425
    assert answer.headers["Retry-After"] == "17"


def test_unexpected_error_tells_nothing_of_itself(session_app, client, caplog):
    secret = "37110219900101123X"
    session_app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = _answer_to(session_app, client, RuntimeError(secret), "text/html")
    finally:
        session_app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    assert secret not in answer.text
    assert "unexpected error" in caplog.text


def test_bucket_that_is_away_is_said_to_be_away(session_app, client):
    answer = _answer_to(session_app, client, StorageError("bucket x"), "text/html")
    assert answer.status_code == 503
    assert "请稍后再试" in answer.text
    assert "bucket x" not in answer.text


def test_unknown_page_says_so_in_words(client):
    answer = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text


def test_route_that_declares_nothing_stays_shut(app, client):
    original = app.view_functions["web.healthz"]
    app.view_functions["web.healthz"] = lambda: "open"
    try:
        assert client.get("/healthz").status_code == 403
    finally:
        app.view_functions["web.healthz"] = original
