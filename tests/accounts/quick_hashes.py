"""Passwords hashed quickly: tests of who gets in when need no hash that withstands a farm."""

import pytest
from argon2 import PasswordHasher

from lms.accounts import passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    monkeypatch.setattr(passwords, "_NOBODYS_HASH", QUICK.hash("nobody's"))
