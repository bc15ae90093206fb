"""Passwords that need not withstand a farm of guessing machines: a hash costs next to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from lms.accounts import passwords


@contextmanager
def quick_passwords() -> Iterator[tuple[PasswordHasher, str]]:
    """Hash quickly inside the block; gives the product's own hasher and its hash of nobody's."""
    kept = passwords._hasher, passwords._NOBODYS_HASH
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODYS_HASH", quick.hash("nobody's"))
        yield kept
