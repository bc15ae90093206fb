"""Passwords: how they are kept and compared, and which are good enough.

Learners by OWASP ASVS 5.0, 6.2: length and no guessable ones, no rules of composition. Staff by
GB/T 22239-2019, 8.1.4.1: complex, and changed from time to time. The two contradict each other.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import lazy_gettext as _l
from zxcvbn.matching import RANKED_DICTIONARIES, build_ranked_dict, omnimatch
from zxcvbn.scoring import most_guessable_match_sequence

from lms.accounts.identity import guessable_pieces, read_phone
from lms.accounts.models import Person
from lms.accounts.rules import character_classes
from lms.config import Settings
from lms.core import clock
from lms.core.errors import Invalid

SHORTEST = 8
SHORTEST_OF_STAFF = 10
LONGEST = 128
CLASSES_OF_STAFF = 3
# What a guesser with 96 tries a day needs 28 years for, if the guesses come in the best order.
_FEWEST_GUESSES = 10**6
# More is past guessing, and the estimate of a text made for it takes ever longer.
_ESTIMATED_LENGTH = 32
# What everybody of this field and country thinks of first, and English lists do not hold.
_COMMON_HERE = (
    *("woaini", "woaini1314", "iloveyou1314", "5201314", "1314520", "woshishui", "nihao123"),
    *("zhongguo", "shandong", "jinan", "qingdao", "rizhao", "yantai", "jining", "zaozhuang"),
    *("xuexi", "xueshi", "xueshidemo", "jixujiaoyu", "gongxuke", "zhuanyeke", "peixun"),
    *("mima", "mima123", "denglu", "guanliyuan", "renshe", "qq123456", "wang1234", "a123456789"),
)
_DICTIONARIES = {**RANKED_DICTIONARIES, "common_here": build_ranked_dict(_COMMON_HERE)}

_hasher = PasswordHasher()
# Verified when there is no such account, so that both answers take the same time. It was made by
# the hasher above of a text that nobody has.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$vIo6/BR5vnaUCyx0+wO1HA"
    "$smPip9ITvRwgTRVibAZBSDBJI8RgF5RrFaLlyHCE/2U"
)


@dataclass(frozen=True)
class DraftPassword:
    """A password that was judged and hashed, to be kept later: what takes long is behind it.

    Judging and hashing take a tenth of a second each, in which nobody else's writing should wait;
    so both come before the transaction.
    """

    hashed: str = field(repr=False)
    is_for_staff: bool

    def columns(self) -> dict[str, Any]:
        """The columns of a person who begins with it."""
        return {"password_hash": self.hashed, "password_set_at": clock.now()}


def hash_password(password: str, for_staff: bool = False) -> DraftPassword:
    """Hash a password that was found good enough, `for_staff` if by what is asked of theirs."""
    return DraftPassword(_hasher.hash(password), for_staff)


def keep_password(person: Person, draft: DraftPassword) -> bool:
    """Keep a password that was judged before; whether it could be kept.

    It is not kept if the person has got a post meanwhile: more is asked of passwords of staff.
    """
    if person.is_staff and not draft.is_for_staff:
        return False
    for column, value in draft.columns().items():
        setattr(person, column, value)
    return True


def set_password(person: Person, password: str) -> None:
    """Keep a new password. Whether it is good enough is asked before."""
    person.password_hash = _hasher.hash(password)
    person.password_set_at = clock.now()


def is_password_right(person: Person | None, password: str) -> bool:
    """Whether it is the person's password; False for nobody and for accounts without one."""
    return is_hash_of(person.password_hash if person else None, password)


def is_hash_of(stored: str | None, password: str) -> bool:
    """Whether `stored` was made of `password`; takes as long if there is none."""
    try:
        _hasher.verify(stored or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def fresh_hash(stored: str | None, password: str) -> str | None:
    """A new hash of a password just found right, if it was hashed with weaker parameters."""
    if stored is None or not _hasher.check_needs_rehash(stored):
        return None
    return _hasher.hash(password)


def check_password(
    person: Person | None, password: str, words: Iterable[str] = (), for_staff: bool = False
) -> None:
    """Raise Invalid(field="password") unless it is good enough for `person`.

    None is somebody who is about to register, `for_staff` if what they ask for is a post; `words`
    are their `own_words`, which a password must not be built from.
    """
    if for_staff or (person is not None and person.is_staff):
        _check_complexity(password)
    _check_length(password, SHORTEST)
    own = [*words, *(_words_of(person, password) if person else ())]
    if guesses_needed(password, own) < _FEWEST_GUESSES:
        raise _refusal(
            _l("这个密码太容易被猜到：不要用常见密码，也不要用姓名、用户名、手机号或证件号拼成。")
        )


def own_words(name: str = "", number: str = "", phone: str = "", email: str = "") -> list[str]:
    """What of somebody others know or guess; number and phone as they are normalized.

    Of number and phone also the parts that people choose: birthday, first and last digits.
    """
    birthday = number[6:14] if len(number) == 18 else ""
    parts = (number[:6], birthday, birthday[2:], *(number[-length:] for length in (4, 6, 8)))
    ends = (phone[-length:] for length in (4, 6, 8))
    return [name, email.partition("@")[0], number, *parts, phone, *ends]


def guesses_needed(password: str, words: Iterable[str] = ()) -> int:
    """How many guesses somebody needs who knows the common passwords and these words."""
    own = [word.lower() for word in words if len(word) > 1]
    known = {**_DICTIONARIES, "user_inputs": build_ranked_dict(own)}
    shown = password[:_ESTIMATED_LENGTH]
    return int(most_guessable_match_sequence(shown, omnimatch(shown, known))["guesses"])


def is_password_stale(person: Person) -> bool:
    """Whether it is a password of staff that is older than LMS_STAFF_PASSWORD_DAYS."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.staff_password_days or not person.is_staff or not person.is_activated:
        return False
    age = clock.now() - (person.password_set_at or person.created_at)
    return age >= dt.timedelta(days=settings.staff_password_days)


def _check_length(password: str, shortest: int) -> None:
    if len(password) < shortest:
        raise _refusal(_l("密码至少 %(count)s 个字符。", count=shortest))
    if len(password) > LONGEST:
        raise _refusal(_l("密码最多 %(count)s 个字符。", count=LONGEST))


def _check_complexity(password: str) -> None:
    _check_length(password, SHORTEST_OF_STAFF)
    if character_classes(password) < CLASSES_OF_STAFF:
        raise _refusal(_l("管理岗位的密码须含大写字母、小写字母、数字、符号中的至少三种。"))


def _words_of(person: Person, password: str) -> list[str]:
    known = own_words(person.name, phone=read_phone(person) or "", email=person.email or "")
    pieces = guessable_pieces(person, password[:_ESTIMATED_LENGTH])
    return [person.username or "", *known, *pieces]


def _refusal(text: object) -> Invalid:
    return Invalid(text, field="password")
