"""Recovery codes: ten, shown once, each good once."""

import pytest

from lms.core.codes import normalize_code
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.second_factor.models import RecoveryCode
from lms.second_factor.queries import factors_of
from lms.second_factor.recovery import make_codes, use_recovery_code
from tests.factories import PersonFactory
from tests.second_factor.support import give_passkey, give_totp
from tests.security.support import at_once


def _use(person_id, code):
    try:
        with transaction():
            return use_recovery_code(person_id, normalize_code(code))
    finally:
        db.session.remove()


def test_the_first_factor_brings_ten_codes(person):
    _secret, codes = give_totp(person)
    assert len(set(codes)) == 10
    assert factors_of(person.id).codes_left == 10


def test_a_code_is_good_once_however_it_is_typed(person):
    _secret, codes = give_totp(person)
    person_id = person.id
    assert _use(person_id, codes[0].lower().replace("-", " "))
    assert not _use(person_id, codes[0])
    assert factors_of(person_id).codes_left == 9


def test_of_many_requests_with_one_code_one_passes(app, person):
    _secret, codes = give_totp(person)
    person_id = person.id

    def use():
        with app.app_context():
            return _use(person_id, codes[3])

    assert sorted(at_once([use] * 8)) == [False] * 7 + [True]


def test_a_code_of_another_person_is_refused(person):
    _secret, codes = give_totp(PersonFactory())
    give_totp(person)
    assert not _use(person.id, codes[0])


def test_new_codes_void_the_old_ones(person):
    _secret, old = give_totp(person)
    with transaction():
        new = make_codes(person)
    person_id = person.id
    assert not _use(person_id, old[0])
    assert _use(person_id, new[0])


def test_codes_stand_in_for_a_factor_and_never_alone(person):
    with pytest.raises(Conflict), transaction():
        make_codes(person)
    give_passkey(person)
    with transaction():
        assert len(make_codes(person)) == 10


def test_only_hashes_are_kept(person):
    _secret, codes = give_totp(person)
    kept = " ".join(row.code_hash for row in db.session.query(RecoveryCode))
    assert not any(normalize_code(code).lower() in kept.lower() for code in codes)


def test_a_code_moved_to_another_person_is_refused(person):
    _secret, codes = give_totp(person)
    give_passkey(other := PersonFactory())
    with transaction():
        db.session.query(RecoveryCode).update({"person_id": other.id})
    assert not _use(other.id, codes[0])
