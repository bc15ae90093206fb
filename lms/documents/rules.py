"""Numbers, codes, masks: what a certificate's texts look like and when two of them are the same."""

import re
import unicodedata

NUMBER_PREFIX = "XS"
SERIAL_DIGITS = 9
_NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{6,9}-\d{10}")
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")
_DASHES = re.compile(r"[‐‑‒–—―−_]+")
_MIDDLE_DOTS = re.compile(r"[•‧∙⋅・．.]")


def check_digit(digits: str) -> str:
    """The digit that follows `digits`, by ISO/IEC 7064 MOD 11,10.

    It finds every wrong digit and nearly every swap, so that a slip of the finger can be told from
    a number that was never issued, without asking the database.
    """
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def format_number(year: int, division_code: str, serial: int, prefix: str = NUMBER_PREFIX) -> str:
    """A number such as XS-2025-370000-4821390571: year, division, nine digits and a check digit."""
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    check = check_digit(f"{year}{division_code}{digits}")
    return f"{prefix}-{year}-{division_code}-{digits}{check}"


def normalize_number(text: str) -> str:
    """A number as it is stored, however it was typed: full width, other dashes, spaces."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return _DASHES.sub("-", "".join(plain.split()))


def is_number(number: str, prefix: str = NUMBER_PREFIX) -> bool:
    """Whether a normalized number has the form of one of this prefix and the right check digit."""
    if not _NUMBER.fullmatch(number) or not number.startswith(f"{prefix}-"):
        return False
    digits = number.removeprefix(prefix).replace("-", "")
    return check_digit(digits[:-1]) == digits[-1]


def is_code(text: str) -> bool:
    """Whether `text` has the form of a verification code: 22 base64url characters."""
    return _CODE.fullmatch(text) is not None


def normalize_name(text: str) -> str:
    """A name as it is compared: without spaces, with one kind of middle dot, in one case."""
    plain = _MIDDLE_DOTS.sub("·", unicodedata.normalize("NFKC", text))
    return "".join(plain.split()).casefold()


def mask_name(name: str) -> str:
    """The first character and a star for each other one; a one-character name becomes a star."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*"


def mask_identity(tail: str) -> str:
    """Fourteen stars and the last four characters of an 18-character number."""
    return "*" * 14 + tail
