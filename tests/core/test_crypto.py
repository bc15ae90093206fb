import pytest
from cryptography.exceptions import InvalidTag

from lms.core.crypto import Vault

MASTER = bytes(range(32))


def test_a_cell_moved_to_another_record_cannot_be_read():
    cell = Vault(MASTER).encrypt("37110219900101123X", "person:a")
    assert Vault(MASTER).decrypt(cell, "person:a") == "37110219900101123X"
    with pytest.raises(InvalidTag):
        Vault(MASTER).decrypt(cell, "person:b")


def test_the_same_text_is_encrypted_differently_and_found_by_one_hash():
    vault = Vault(MASTER)
    assert vault.encrypt("x", "r") != vault.encrypt("x", "r")
    assert vault.lookup_hash("x") == vault.lookup_hash("x")
    assert vault.lookup_hash("x") != Vault(bytes(32)).lookup_hash("x")
