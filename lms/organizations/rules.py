"""Codes of divisions and organizations: what is well formed, and what lies below what."""

import re
from enum import IntEnum

_DIVISION_CODE = re.compile(r"[1-9][0-9]{5}([0-9]{3})?")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}")
# Line ends, control characters, and what is no character of any text.
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def division_prefix(code: str) -> str:
    """What the codes of a division and of all below it begin with (GB/T 2260, GB/T 10114).

    "370000" gives "37", "371100" gives "3711", "371102" and "371102001" give themselves.
    """
    for length in (2, 4):
        if len(code) == 6 and code.endswith("0" * (6 - length)):
            return code[:length]
    return code


class DivisionLevel(IntEnum):
    """How high a division stands; a deeper one is greater."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    STREET = 4


def division_level(code: str) -> DivisionLevel:
    """The level that a code shows: 370000, 371100, 371102, 371102001 (GB/T 2260, GB/T 10114)."""
    if len(code) > 6:
        return DivisionLevel.STREET
    return {2: DivisionLevel.PROVINCE, 4: DivisionLevel.CITY}.get(
        len(division_prefix(code)), DivisionLevel.COUNTY
    )


def is_division_code(code: str) -> bool:
    """Whether it is 6 digits, or 9 for a street, and begins with that of a province."""
    return _DIVISION_CODE.fullmatch(code) is not None


def is_one_line(text: str) -> bool:
    """Whether a text stays in its line on every page and in every file it is written to."""
    return _NOT_IN_A_LINE.search(text) is None


def normalize_credit_code(text: str) -> str:
    """Upper case without spaces, as it is compared and stored."""
    return "".join(text.split()).upper()


def credit_code_check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015, MOD 31)."""
    total = sum(
        weight * _CHARACTERS.index(character)
        for weight, character in zip(_WEIGHTS, first_17, strict=True)
    )
    return _CHARACTERS[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Whether a normalized code has the characters and the right check character (GB 32100)."""
    if not _CREDIT_CODE.fullmatch(code):
        return False
    return code[17] == credit_code_check_character(code[:17])
