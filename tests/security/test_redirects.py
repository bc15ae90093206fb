"""A link to us never sends anybody elsewhere."""

from urllib.parse import urljoin, urlsplit

import pytest

from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD
from tests.support import sign_in

OUTSIDE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/%5Cevil.example/../..//evil.example/",
    "http:///evil.example",
]


def _host_reached(location: str) -> str:
    """Where a browser goes: it drops tabs and line ends, and reads \\ as /."""
    cleaned = "".join(c for c in location if c not in "\t\r\n").strip().replace("\\", "/")
    return urlsplit(urljoin("http://localhost/sign-in", cleaned)).netloc


@pytest.mark.parametrize("target", OUTSIDE)
def test_sign_in_stays_on_this_site(client, target):
    PersonFactory(username="wang", password=PASSWORD)
    answer = client.post(
        "/sign-in", query_string={"next": target}, data={"login": "wang", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert _host_reached(answer.headers["Location"]) == "localhost"


@pytest.mark.parametrize("target", OUTSIDE)
def test_the_sign_in_page_of_somebody_signed_in_stays_on_this_site(client, target):
    sign_in(client, PersonFactory())
    answer = client.get("/sign-in", query_string={"next": target})
    assert answer.status_code == 302
    assert _host_reached(answer.headers["Location"]) == "localhost"


@pytest.mark.parametrize("target", OUTSIDE)
def test_changing_the_language_stays_on_this_site(client, target):
    answer = client.post("/language", data={"language": "en", "next": target})
    assert answer.status_code == 302
    assert _host_reached(answer.headers["Location"]) == "localhost"


def test_a_path_of_this_site_is_followed(client):
    sign_in(client, PersonFactory())
    answer = client.get("/sign-in", query_string={"next": "/me/hours?year=2025"})
    assert answer.headers["Location"] == "/me/hours?year=2025"
