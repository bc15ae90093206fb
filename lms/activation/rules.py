"""What a code looks like, on paper and as it is typed."""

import unicodedata

# No look-alikes: neither 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, nor U beside V.
ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
LENGTH = 10
_GROUP = 5


def shown_code(code: str) -> str:
    """ACDEF-GHJKM: in groups, as people read and type it."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def normalize_code(text: str) -> str:
    """Upper case without hyphens and spaces, full-width characters made narrow."""
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in narrow if character.isalnum())


def is_code(code: str) -> bool:
    """Whether a normalized code has the form of one."""
    return len(code) == LENGTH and all(character in ALPHABET for character in code)
