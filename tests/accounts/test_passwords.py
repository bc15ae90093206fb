"""Which passwords are good enough, and how one's own is changed."""

import pytest
from argon2 import Type

from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.accounts.passwords import check_password, is_password_right
from lms.core.audit import AuditEvent
from lms.core.crypto import Vault
from lms.core.db import db
from lms.core.errors import Invalid
from tests.factories import PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD, identity_number
from tests.support import sign_in

NEW = "quiet maple lantern"
NEW_OF_STAFF = "Quiet-maple-7"


def is_good(person, password, words=()):
    try:
        check_password(person, password, words)
    except Invalid as refused:
        return refused.field != "password"
    return True


@pytest.mark.parametrize(
    "password", ["x7kq9m2p", NEW, "纸短情长山高水远", "    four words    ", "x" + "七" * 127]
)
def test_learners_choose_any_password_of_eight_that_is_hard_to_guess(app, password):
    assert is_good(PersonFactory(), password) is (len(set(password)) > 2)


@pytest.mark.parametrize(
    "password",
    ["x7kq9m2", "password", "12345678", "qwertyuiop", "P@ssw0rd2024", "woaini1314", "aaaaaaaaaaaa"],
)
def test_short_and_common_ones_are_refused(app, password):
    assert not is_good(PersonFactory(), password)
    assert not is_good(None, password)


def test_a_hundred_and_twenty_eight_characters_are_the_most(app):
    long = "kettle 47 marble " * 8
    assert is_good(None, long[:128])
    assert not is_good(None, long[:129])


def test_passwords_built_from_ones_own_data_are_refused(app):
    number = identity_number(7)
    person = PersonFactory(
        name="欧阳晓静",
        username="ouyangxj",
        identity_number=number,
        phone="13812345098",
        email="jing.ou8@example.org",
    )
    guessed = (
        number,
        number[6:14] + "oy",
        "ouyangxj1",
        "jxgnayuo1",
        "13812345098",
        "欧阳晓静1234",
        "jing.ou81",
        "ouyangxj" + number[-4:],
        number[8:14] + "oy",
        number[-6:] + "oy",
        number[-8:],
        number[-12:],
        number.lower() + "!",
    )
    for password in guessed:
        assert not is_good(person, password), password
    assert is_good(None, "ouyangxj" + "13812345098")
    assert is_good(None, number)
    assert not is_good(None, "ouyangxj1", words=["ouyangxj"])


def test_a_passport_number_is_no_password_of_its_holder(app):
    facts = {"identity_kind": IdentityKind.PASSPORT, "identity_number": "EH4729163"}
    holder, other = PersonFactory(**facts), PersonFactory()
    for password in ("EH4729163", "eh4729163", "eh4729163!"):
        assert not is_good(holder, password), password
        assert is_good(other, password), password


def test_judging_a_password_reads_no_number(app, monkeypatch):
    person = PersonFactory(identity_number=identity_number(7))
    monkeypatch.setattr(Vault, "decrypt", lambda *_: pytest.fail("A number was opened."))
    assert not is_good(person, identity_number(7))


@pytest.mark.parametrize(
    ("password", "good"),
    [
        (NEW_OF_STAFF, True),
        ("quiet maple 7", True),
        (NEW, False),
        ("Quiet-ma7", False),
        ("QuietMapleLantern", False),
        ("Password1234!", False),
    ],
)
def test_staff_need_ten_characters_of_three_classes(app, password, good):
    assert is_good(PostFactory().person, password) is good


def change(client, present=PASSWORD, new=NEW, repeated=None, query=""):
    form = {"present": present, "password": new, "repeated": repeated or new}
    return client.post(f"/me/security/password{query}", data=form)


def test_changing_it_ends_every_other_session(app, client):
    person = PersonFactory(password=PASSWORD)
    other = sign_in(app.test_client(), person)
    sign_in(client, person)
    assert change(client).headers["Location"] == "/me/security"
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code != 200
    assert is_password_right(db.session.get_one(Person, person.id), NEW)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"present": "wrong"}, "现在的密码不正确"),
        ({"repeated": "something else"}, "两次输入的密码不一样"),
        ({"new": "12345678"}, "太容易被猜到"),
        ({"new": PASSWORD}, "不能与现在的密码相同"),
    ],
)
def test_a_refusal_is_told_at_its_field_and_changes_nothing(app, client, typed, message):
    person = PersonFactory(password=PASSWORD)
    sign_in(client, person)
    answer = change(client, **typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert is_password_right(db.session.get_one(Person, person.id), PASSWORD)


def test_an_open_browser_is_no_place_to_guess_it(app, client, clock):
    sign_in(client, PersonFactory(password=PASSWORD))
    for _ in range(5):
        change(client, present="wrong")
    answer = change(client)
    assert answer.status_code == 422
    assert "请在 30 秒后再试" in answer.text
    clock.advance(30)
    assert change(client).status_code == 302


def test_staff_with_an_old_password_are_led_to_change_it(app, client, clock):
    person = PostFactory(person=PersonFactory(password=PASSWORD)).person
    clock.advance(days=89, hours=23)
    sign_in(client, person)
    assert client.get("/manage/courses").status_code == 200
    clock.advance(minutes=20)
    clock.advance(days=1)
    sign_in(client, person)
    answer = client.get("/manage/courses")
    assert answer.headers["Location"] == "/me/security/password?next=/manage/courses"
    assert client.get("/me").status_code == 200
    fragment = client.get("/manage/courses", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/me/security/password"
    done = change(client, new=NEW_OF_STAFF, query="?next=/manage/courses")
    assert done.headers["Location"] == "/manage/courses"
    assert client.get("/manage/courses").status_code == 200


def test_learners_keep_theirs_as_long_as_they_like(app, client, clock):
    person = PersonFactory(password=PASSWORD)
    clock.advance(days=3000)
    sign_in(client, person)
    assert "需要更换" not in client.get("/me/security").text


def choose(client, username, present=PASSWORD):
    form = {"username": username, "present": present}
    return client.post("/me/security/username", data=form)


def test_a_user_name_is_chosen_and_unique(app, client):
    person, other = PersonFactory(password=PASSWORD, username=None), PersonFactory(username="li.na")
    sign_in(client, person)
    assert choose(client, " Zhao.Min ").status_code == 302
    assert db.session.get_one(Person, person.id).username == "zhao.min"
    taken = choose(client, "LI.NA")
    assert (taken.status_code, "已有人使用" in taken.text) == (422, True)
    assert other.username == "li.na"


@pytest.mark.parametrize(
    "username", ["ab", "1abc", "13800000000", "a b<c>", "王小明", identity_number(3)]
)
def test_a_user_name_cannot_be_a_number_of_anybody(app, client, username):
    person = PersonFactory(password=PASSWORD)
    sign_in(client, person)
    assert choose(client, username).status_code == 422


def test_a_user_name_needs_the_password(app, client):
    sign_in(client, PersonFactory(password=PASSWORD))
    assert choose(client, "another.name", present="wrong").status_code == 422


def test_what_is_recorded_holds_no_secret(app, client):
    sign_in(client, PersonFactory(password=PASSWORD))
    change(client)
    choose(client, "another.name", present=NEW)
    details = [str(event.detail) for event in db.session.query(AuditEvent)]
    assert not [each for each in details if NEW in each or PASSWORD in each]


def test_kept_passwords_withstand_a_farm_of_guessing_machines(own_hasher):
    """RFC 9106, 4: the second recommended choice, argon2id with 64 MiB and three passes."""
    hasher, _nobodys_hash = own_hasher
    assert hasher.type is Type.ID
    assert hasher.memory_cost >= 64 * 1024
    assert hasher.time_cost >= 3


def test_a_password_of_nobody_takes_as_long_as_that_of_anybody(own_hasher):
    hasher, nobodys_hash = own_hasher
    assert not hasher.check_needs_rehash(nobodys_hash)
