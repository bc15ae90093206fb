import pytest

from lms.second_factor.rules import (
    is_origin_of,
    is_totp_code,
    relying_party,
)

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-23456"])
def test_only_six_digits_are_a_code(text):
    assert not is_totp_code(text)


@pytest.mark.parametrize(
    ("public_url", "domain", "origin"),
    [
        ("https://learn.example.cn", "learn.example.cn", "https://learn.example.cn"),
        ("https://Learn.Example.cn:8443/", "learn.example.cn", "https://learn.example.cn:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_passkeys_belong_to_the_domain_of_the_public_address(public_url, domain, origin):
    party = relying_party(public_url)
    assert (party.id, party.origin) == (domain, origin)


@pytest.mark.parametrize(
    "public_url",
    ["http://192.0.2.7:8000", "https://192.0.2.7", "http://learn.example.cn", "nothing"],
)
def test_no_passkeys_at_a_bare_address_or_in_clear(public_url):
    assert relying_party(public_url) is None


def test_a_page_visited_by_address_is_not_of_the_origin():
    party = relying_party("http://127.0.0.1:8000")
    assert is_origin_of(party, "localhost:8000")
    assert not is_origin_of(party, "127.0.0.1:8000")
    assert not is_origin_of(party, "localhost:8001")
