"""Identity numbers and names: what is well formed."""

import datetime as dt
import re

_RESIDENT = re.compile(r"\d{17}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


def resident_check_character(first_17: str) -> str:
    """The 18th character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def normalize_identity_number(text: str) -> str:
    """Upper case without spaces, as it is compared and stored."""
    return "".join(text.split()).upper()


def is_resident_number(number: str) -> bool:
    """Whether a normalized number has the form, a real birthday and the right check character."""
    if not _RESIDENT.fullmatch(number):
        return False
    try:
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == resident_check_character(number[:17])
