"""Codes that people read from paper or a screen and type, and tokens that only machines carry."""

import hashlib
import re
import secrets
import unicodedata

# No look-alikes: neither 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, nor U beside V.
ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
LENGTH = 10
_GROUP = 5
# Any letters and digits: codes of an earlier alphabet lie in drawers for years.
_CODE = re.compile(rf"[0-9A-Z]{{{LENGTH}}}")


def make_code() -> str:
    """Ten random characters, 46 bits: out of reach where tries are counted."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(text: str, size: int, joint: str = " ") -> str:
    """The text in groups, as it is read out and typed: "ABCD EFGH"."""
    return joint.join(text[start : start + size] for start in range(0, len(text), size))


def shown_code(code: str) -> str:
    """ACDEF-GHJKM: as people read and type it."""
    return grouped(code, _GROUP, "-")


def normalize_code(text: str) -> str:
    """Upper case without hyphens and spaces, full-width characters made narrow."""
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in narrow if character.isalnum())


def is_code(code: str) -> bool:
    """Whether a normalized code has the form of one."""
    return _CODE.fullmatch(code) is not None


def hash_of_token(token: str) -> str:
    """What is kept of a token that is long and random enough to need no key."""
    return hashlib.sha256(token.encode()).hexdigest()
