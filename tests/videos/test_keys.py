"""The keys of windows."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from lms.videos.keys import encrypt_segment, segment_iv, window_key

SECRET = bytes(range(32))


def test_each_window_version_and_video_has_its_own_key() -> None:
    keys = {
        window_key(secret, version, window)
        for secret in (SECRET, SECRET[::-1])
        for version in (1, 2)
        for window in range(200)
    }
    assert len(keys) == 800
    assert all(len(key) == 16 for key in keys)


def test_a_key_stays_the_same_for_ever() -> None:
    # Published packages are opened by it: a change here would shut every one of them.
    assert window_key(SECRET, 1, 0).hex() == "f256a69a71c87d93a3342ccded04fff5"
    assert window_key(SECRET, 1, 11).hex() == "d54e291b3218367d38d8a1df72c2191e"


def test_numbers_run_together_do_not_collide() -> None:
    assert window_key(SECRET, 1, 11) != window_key(SECRET, 11, 1)


def test_segment_is_encrypted_as_hls_expects(tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    content = bytes(range(256)) * 8193
    plain.write_bytes(content)
    key = window_key(SECRET, 1, 0)
    size = encrypt_segment(plain, sealed, key, 7)
    assert size == sealed.stat().st_size == len(content) + 16
    decryptor = Cipher(AES128(key), CBC((7).to_bytes(16, "big"))).decryptor()
    padded = decryptor.update(sealed.read_bytes()) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    assert unpadder.update(padded) + unpadder.finalize() == content


def test_iv_is_the_media_sequence_number() -> None:
    assert segment_iv(258).hex() == "00000000000000000000000000000102"
