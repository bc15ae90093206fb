"""What takes long, refused inside a transaction that writes: there it keeps everybody waiting."""

import pytest

from lms.accounts import passwords
from lms.core.db import db


def outside(work):
    """`work`, which fails when it is done inside a transaction."""

    def guarded(*arguments, **named):
        assert not db.session().info.get("in_transaction"), work
        return work(*arguments, **named)

    return guarded


def forbid_slow_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no password is judged or hashed inside a transaction."""
    hasher = passwords._hasher

    class Guarded:
        hash = staticmethod(outside(hasher.hash))
        verify = staticmethod(outside(hasher.verify))
        check_needs_rehash = staticmethod(hasher.check_needs_rehash)

    monkeypatch.setattr(passwords, "_hasher", Guarded)
    monkeypatch.setattr(passwords, "guesses_needed", outside(passwords.guesses_needed))
