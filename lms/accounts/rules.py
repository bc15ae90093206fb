"""Identity numbers, names and phones: what is well formed, how they are kept and shown."""

import datetime as dt
import re
import unicodedata

from lms.accounts.enums import IdentityKind

_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_OTHERS = {
    # The two digits after it count re-issues; the nine characters stay for life.
    IdentityKind.HONG_KONG_MACAO_PERMIT: re.compile(r"([HM][0-9]{8})([0-9]{2})?"),
    IdentityKind.PASSPORT: re.compile(r"([A-Z0-9]{5,17})"),
    IdentityKind.TAIWAN_PERMIT: re.compile(r"([0-9]{8}|[0-9]{10})"),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_DOTS = str.maketrans(dict.fromkeys("•∙・･．‧⋅●.", "·"))
_PHONE = re.compile(r"1[3-9][0-9]{9}|\+[0-9]{7,15}")
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,63}")
# What has fewer is taken for a word, though a passport may have as few.
_FEWEST_DIGITS = 5
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}"
)
LONGEST_NAME = 50
# The edition of templates/accounts/privacy.html; what was agreed to stands in the audit trail.
PRIVACY_NOTICE = 2
LONGEST_EMAIL = 128


def resident_check_character(first_17: str) -> str:
    """The 18th character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def normalize_identity_number(text: str, kind: IdentityKind = IdentityKind.RESIDENT) -> str:
    """Upper case without spaces, full-width characters made narrow, as compared and stored."""
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    found = _OTHERS[kind].fullmatch(number) if kind in _OTHERS else None
    return found.group(1) if found else number


def is_resident_number(number: str) -> bool:
    """Whether a normalized number has the form, a real birthday and the right check character."""
    if not _RESIDENT.fullmatch(number):
        return False
    try:
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == resident_check_character(number[:17])


def is_identity_number(number: str, kind: IdentityKind) -> bool:
    """Whether a normalized number is well formed for its kind of document."""
    if kind is IdentityKind.RESIDENT:
        return is_resident_number(number)
    # A phone signs in whose it is, and nobody who says that it is their passport.
    is_of_phone = kind is IdentityKind.PASSPORT and is_phone(normalize_phone(number))
    return _OTHERS[kind].fullmatch(number) is not None and not is_of_phone


def is_like_permit(number: str, kind: IdentityKind) -> bool:
    """Whether a number of this kind could as well be that of somebody else's permit."""
    if kind is not IdentityKind.PASSPORT:
        return False
    permits = (IdentityKind.HONG_KONG_MACAO_PERMIT, IdentityKind.TAIWAN_PERMIT)
    return any(_is_written_number(number, each) for each in permits)


def _is_written_number(text: str, kind: IdentityKind) -> bool:
    return is_identity_number(normalize_identity_number(text, kind), kind)


def identity_key(number: str, kind: IdentityKind) -> str:
    """What the keyed hash is taken of: equal digits of two kinds of document are two people."""
    return number if kind is IdentityKind.RESIDENT else f"{kind.value}:{number}"


def shown_ends(number: str) -> tuple[str, str]:
    """The head and tail of a number that may be shown; of a short one only its last characters."""
    if len(number) == 18:
        return number[:6], number[-4:]
    return "", number[-4:] if len(number) >= 10 else number[-3:]


def mask_identity_number(kind: IdentityKind, head: str, tail: str) -> str:
    """370102********1234 (trust: shown masked); fewer stars for other documents."""
    length = 18 if kind is IdentityKind.RESIDENT else 9
    return head + "*" * (length - len(head) - len(tail)) + tail


def normalize_phone(text: str) -> str:
    """Digits without spaces, hyphens and the country code of mainland China."""
    phone = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(\+86|0086|86(?=1[3-9]))", "", phone)


def is_phone(phone: str) -> bool:
    """Whether a normalized phone is a mobile number, or one abroad with its country code."""
    return _PHONE.fullmatch(phone) is not None


def mask_phone(tail: str | None) -> str:
    """Stars and the last four digits."""
    return "*" * 7 + tail if tail else ""


def normalize_name(text: str) -> str:
    """NFC, one kind of middle dot (·, as minority names have), single spaces.

    Spaces inside a Chinese name are typographic and are dropped.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if any(_is_han(character) for character in name):
        return name.replace(" ", "").translate(_DOTS)
    return name


def is_name(name: str) -> bool:
    """Whether a normalized name has 2 to 50 letters, rare characters included.

    Private-use characters are refused: they are the leavings of old fonts, and everybody else sees
    a box.
    """
    return 2 <= len(name) <= LONGEST_NAME and all(_may_be_in_name(each) for each in name)


def _is_han(character: str) -> bool:
    # Planes 2 and 3 hold ideographs alone, also those younger than this Python's tables.
    is_rare = 0x20000 <= ord(character) <= 0x3FFFF
    return is_rare or unicodedata.name(character, "").startswith(("CJK ", "IDEOGRAPHIC NUMBER"))


def _may_be_in_name(character: str) -> bool:
    if _is_han(character) or character in "· -'.’":
        return True
    return unicodedata.category(character)[0] in ("L", "M")


def normalize_username(text: str) -> str:
    """Lower case without spaces, full-width characters made narrow, as compared and stored."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def is_username(username: str) -> bool:
    """3 to 64 of a-z, 0-9, ".", "_" and "-", a letter first, and the number of no document.

    Who signs in with the number of their permit or passport must not find somebody's user name.
    """
    if not _USERNAME.fullmatch(username):
        return False
    has_digits = sum(character.isdigit() for character in username) >= _FEWEST_DIGITS
    return not (has_digits and any(_is_written_number(username, kind) for kind in IdentityKind))


def normalize_email(text: str) -> str:
    """Without surrounding spaces, the host in lower case, as it is stored."""
    local, at, host = text.strip().rpartition("@")
    return local + at + host.lower()


def is_email(email: str) -> bool:
    """Whether a normalized address can be one: only the mail sent to it shows that it is."""
    return len(email) <= LONGEST_EMAIL and _EMAIL.fullmatch(email) is not None


def character_classes(password: str) -> int:
    """How many of capital letters, small letters, digits and everything else it has."""
    kinds = {_class_of(character) for character in password}
    return len(kinds)


def _class_of(character: str) -> str:
    if character.isascii() and character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "digit" if character.isascii() and character.isdigit() else "other"
