"""Passkeys: only an answer to the own session's challenge, from the own site, signed anew."""

import pytest

from lms.accounts.sessions import begin_session, end_sessions
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.second_factor.challenges import CHALLENGE_FOR, take_challenge
from lms.second_factor.models import ChallengePurpose, Passkey, PasskeyChallenge
from lms.second_factor.operations import remove_passkey, rename_passkey
from lms.second_factor.passkeys import (
    MOST_PASSKEYS,
    add_passkey,
    options_to_add,
    options_to_show,
    use_passkey,
)
from lms.second_factor.queries import has_factor, passkeys_of
from tests.factories import PersonFactory
from tests.second_factor.authenticator import (
    BACKED_UP,
    MAY_BACK_UP,
    PRESENT,
    VERIFIED,
    Authenticator,
)
from tests.second_factor.support import give_passkey


def _add(person, authenticator, name=""):
    with transaction():
        begin_session(person)
        options = options_to_add(person)
    with transaction():
        challenge = take_challenge(person, ChallengePurpose.ADD)
    with transaction():
        return add_passkey(person, challenge, authenticator.make(options), name)


def _options(person):
    with transaction():
        begin_session(person)
        return options_to_show(person)


def _show(person, answer):
    with transaction():
        challenge = take_challenge(person, ChallengePurpose.SHOW)
        return use_passkey(person.id, challenge, answer)


def test_a_passkey_signs_the_challenge(person):
    authenticator = give_passkey(person)
    shown = _show(person, authenticator.sign(_options(person)))
    assert shown.credential_id == authenticator.credential_id
    assert (shown.sign_count, shown.last_used_at is not None) == (1, True)


def test_options_ask_for_a_verified_user_at_this_site(person):
    authenticator = give_passkey(person)
    with transaction():
        begin_session(person)
        to_add, to_show = options_to_add(person), options_to_show(person)
    assert to_add["rp"]["id"] == to_show["rpId"] == "localhost"
    assert to_add["authenticatorSelection"]["userVerification"] == "required"
    assert to_show["userVerification"] == "required"
    known = Authenticator(credential_id=authenticator.credential_id).make(to_add)["id"]
    assert [item["id"] for item in to_add["excludeCredentials"]] == [known]
    assert [item["id"] for item in to_show["allowCredentials"]] == [known]


def test_the_user_handle_tells_nothing_and_stays_the_same(person):
    give_passkey(person)
    with transaction():
        begin_session(person)
        first, second = options_to_add(person), options_to_add(person)
        begin_session(other := PersonFactory())
        others = options_to_add(other)
    assert first["user"]["id"] == second["user"]["id"] != others["user"]["id"]
    assert first["challenge"] != second["challenge"]


@pytest.mark.parametrize(
    "traits",
    [
        {"origin": "https://localhost.evil.example"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "http://localhost:8001"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_an_answer_from_elsewhere_or_without_its_user_is_refused(person, traits):
    with pytest.raises(Invalid):
        _add(person, Authenticator(**traits))
    assert not has_factor(person.id)
    authenticator = give_passkey(person)
    for name, value in traits.items():
        setattr(authenticator, name, value)
    assert _show(person, authenticator.sign(_options(person))) is None


def test_the_challenge_of_another_session_is_refused(person):
    authenticator = give_passkey(person)
    elsewhere = _options(person)
    _options(person)
    assert _show(person, authenticator.sign(elsewhere)) is None


def test_a_challenge_of_another_session_cannot_be_taken(person):
    _options(person)
    with transaction():
        begin_session(person)
    with pytest.raises(Conflict), transaction():
        take_challenge(person, ChallengePurpose.SHOW)


def test_no_passkey_is_kept_for_a_session_that_was_ended_meanwhile(person):
    made = Authenticator()
    with transaction():
        begin_session(person)
        options = options_to_add(person)
        challenge = take_challenge(person, ChallengePurpose.ADD)
        end_sessions(person, None)
    with pytest.raises(Conflict), transaction():
        add_passkey(person, challenge, made.make(options), "")
    assert not has_factor(person.id)


def test_a_challenge_is_good_once_and_not_for_long(person, clock):
    authenticator = give_passkey(person)
    answer = authenticator.sign(_options(person))
    assert _show(person, answer)
    with pytest.raises(Conflict):
        _show(person, answer)
    late = authenticator.sign(_options(person))
    clock.advance(CHALLENGE_FOR.total_seconds())
    with pytest.raises(Conflict):
        _show(person, late)


def test_a_challenge_to_add_is_none_to_show(person):
    give_passkey(person)
    with transaction():
        begin_session(person)
        options_to_add(person)
    with pytest.raises(Conflict), transaction():
        take_challenge(person, ChallengePurpose.SHOW)


def test_an_answer_to_a_new_challenge_with_an_old_signature_is_refused(person):
    authenticator = give_passkey(person)
    old = authenticator.sign(_options(person))
    fresh = authenticator.sign(_options(person))
    fresh["response"]["signature"] = old["response"]["signature"]
    assert _show(person, fresh) is None


def test_a_counter_that_does_not_grow_is_refused(person):
    authenticator = give_passkey(person)
    assert _show(person, authenticator.sign(_options(person)))
    assert _show(person, authenticator.sign(_options(person)))
    authenticator.sign_count = 0  # A copy made before.
    assert _show(person, authenticator.sign(_options(person))) is None
    authenticator.sign_count = 1
    assert _show(person, authenticator.sign(_options(person))) is None


def test_a_passkey_without_a_counter_is_good_again_and_again(person):
    authenticator = give_passkey(person)
    for _ in range(2):
        authenticator.sign_count = -1
        assert _show(person, authenticator.sign(_options(person)))


def test_a_passkey_of_another_person_is_refused(person):
    give_passkey(person)
    strangers = give_passkey(PersonFactory())
    assert _show(person, strangers.sign(_options(person))) is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        {"rawId": 1},
        {"rawId": "é"},
        {"rawId": "!"},
        {"rawId": "AAAA", "response": {}},
    ],
)
def test_an_answer_that_is_none_is_refused(person, answer):
    give_passkey(person)
    _options(person)
    assert _show(person, answer) is None
    with transaction():
        options_to_add(person)
        challenge = take_challenge(person, ChallengePurpose.ADD)
    with pytest.raises(Invalid), transaction():
        add_passkey(person, challenge, answer, "")


@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", ["", "AAAA", "%%%", 7, None, {"a": 1}])
def test_a_broken_part_is_refused(person, name, value):
    authenticator = give_passkey(person)
    answer = authenticator.sign(_options(person))
    answer["response"][name] = value
    assert _show(person, answer) is None


def test_a_passkey_is_added_once(person):
    authenticator = give_passkey(person)
    with pytest.raises(Conflict):
        _add(PersonFactory(), authenticator)
    assert db.session.query(Passkey).count() == 1


def test_only_so_many_passkeys(person):
    for _ in range(MOST_PASSKEYS):
        give_passkey(person)
    with pytest.raises(Conflict):
        give_passkey(person)


def test_it_is_known_whether_a_passkey_is_backed_up(person):
    flags = PRESENT | VERIFIED | MAY_BACK_UP | BACKED_UP
    synced, fixed = _add(person, Authenticator(flags=flags)), _add(person, Authenticator())
    assert (synced.may_be_backed_up, synced.is_backed_up) == (True, True)
    assert (fixed.may_be_backed_up, fixed.is_backed_up) == (False, False)
    assert synced.transports == ["internal"]


def test_a_passkey_has_a_name(person):
    assert _add(person, Authenticator(), "  办公室\n电脑  ").name == "办公室 电脑"
    assert _add(person, Authenticator()).name == "通行密钥 2"
    assert len(_add(person, Authenticator(), "长" * 99).name) == 32
    first = passkeys_of(person.id)[0]
    with transaction():
        rename_passkey(person, first.id, "家里")
    assert db.session.get(Passkey, first.id).name == "家里"
    with pytest.raises(Invalid), transaction():
        rename_passkey(person, first.id, "  ")


def test_nobody_touches_the_passkey_of_another(person):
    give_passkey(other := PersonFactory())
    passkey_id = passkeys_of(other.id)[0].id
    for act in (
        lambda: rename_passkey(person, passkey_id, "我的"),
        lambda: remove_passkey(person, passkey_id),
    ):
        with pytest.raises(NotFound), transaction():
            act()


def test_challenges_go_with_their_session(person):
    _options(person)
    with transaction():
        db.session.execute(db.text("DELETE FROM sign_in_sessions"))
    assert db.session.query(PasskeyChallenge).count() == 0
