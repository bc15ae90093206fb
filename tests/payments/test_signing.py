import pytest

from lms.payments.mock.signing import NONCE, SIGNATURE, TIMESTAMP, is_genuine, signed_headers

KEY, NOW = b"key", 1_750_000_000


def test_own_signature_is_genuine_for_five_minutes_either_way():
    headers = signed_headers(KEY, b"body", NOW)
    assert [is_genuine(KEY, headers, b"body", NOW + s) for s in (-301, -300, 300, 301)] == [
        False,
        True,
        True,
        False,
    ]


def test_another_key_or_body_is_not_genuine():
    headers = signed_headers(KEY, b"body", NOW)
    assert not is_genuine(b"other", headers, b"body", NOW)
    assert not is_genuine(KEY, headers, b"bodY", NOW)


@pytest.mark.parametrize("header", [NONCE, SIGNATURE, TIMESTAMP])
@pytest.mark.parametrize("value", ["", "²", "签名", "1", "1e9"])
def test_odd_headers_are_not_genuine(header, value):
    headers = {**signed_headers(KEY, b"body", NOW), header: value}
    assert not is_genuine(KEY, headers, b"body", NOW)
