"""Setting up, renaming and removing one's own factors."""

import pytest

from lms.core.db import db
from lms.second_factor.models import Passkey, TotpDevice
from lms.second_factor.queries import FRESH_FOR, factors_of, passkeys_of
from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD
from tests.second_factor.authenticator import ORIGIN, Authenticator
from tests.second_factor.support import OWN, STEP_SECONDS, code_of, give_passkey, give_totp
from tests.support import sign_in

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
OLD = FRESH_FOR.total_seconds()


def _secret_on(page):
    return page.text.split('data-copy="')[1].split('"')[0]


def test_an_app_is_set_up_and_the_codes_are_shown_once(client, person):
    sign_in(client, person, second_factor=False)
    assert client.post(f"{OWN}/totp/start").headers["Location"] == f"{OWN}/totp"
    page = client.get(f"{OWN}/totp")
    secret = _secret_on(page)
    assert "<svg" in page.text
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page.text
    assert "otpauth" not in page.text
    codes = client.post(f"{OWN}/totp", data={"code": code_of(secret)})
    assert (codes.status_code, codes.text.count("<li><code>")) == (200, 10)
    assert codes.headers["Cache-Control"] == "no-store"
    again = client.get(f"{OWN}/recovery-codes")
    assert "<li><code>" not in again.text
    assert secret not in client.get(f"{OWN}/totp").text
    assert client.get("/me").status_code == 200


def test_a_wrong_code_is_told_at_the_field(client, person):
    sign_in(client, person, second_factor=False)
    client.post(f"{OWN}/totp/start")
    secret = _secret_on(client.get(f"{OWN}/totp"))
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    page = client.post(f"{OWN}/totp", data={"code": wrong})
    assert (page.status_code, "验证码不正确" in page.text) == (422, True)
    assert _secret_on(page) == secret
    assert client.post(f"{OWN}/totp", data={"code": ""}).status_code == 422


def test_nobody_sees_the_secret_of_another(app, person):
    mine, others = app.test_client(), app.test_client()
    sign_in(mine, person, second_factor=False)
    sign_in(others, other := PersonFactory(), second_factor=False)
    for client in (mine, others):
        client.post(f"{OWN}/totp/start")
    secrets = [_secret_on(client.get(f"{OWN}/totp")) for client in (mine, others)]
    assert secrets[0] not in others.get(f"{OWN}/totp").text
    assert secrets[1] not in mine.get(f"{OWN}/totp").text
    assert db.session.query(TotpDevice).filter_by(person_id=other.id).count() == 1


def test_a_guest_and_one_who_waits_see_no_setup(app, client, person):
    assert client.get(f"{OWN}/totp", headers=HTML).status_code == 302
    give_totp(person)
    sign_in(client, person, second_factor=False)
    for address in ("", "/totp", "/passkeys/new", "/recovery-codes", "/totp/remove", "/confirm"):
        assert client.get(OWN + address, headers=HTML).status_code == 302, address
    assert client.post(f"{OWN}/totp/start", headers=HTML).headers["Location"] == "/sign-in"
    assert client.post(f"{OWN}/recovery-codes", headers=HTML).headers["Location"] == "/sign-in"


@pytest.mark.parametrize("address", ["/totp", "/passkeys/new", "/recovery-codes", "/totp/remove"])
def test_after_a_while_the_password_is_asked_again(client, person, clock, address):
    give_totp(person)
    sign_in(client, person)
    clock.advance(OLD)
    asked = client.get(OWN + address, headers=HTML)
    assert asked.headers["Location"] == f"{OWN}/confirm?next={OWN}{address}"
    assert client.post(f"{OWN}/confirm", data={"present": "wrong"}).status_code == 422
    done = client.post(asked.headers["Location"], data={"present": PASSWORD})
    assert done.headers["Location"] == OWN + address
    assert client.get(OWN + address).status_code == 200
    clock.advance(OLD)
    assert client.get(OWN + address, headers=HTML).status_code == 302


def test_nothing_changes_before_the_password_is_given_again(client, person, clock):
    give_totp(person)
    authenticator = give_passkey(person)
    passkey_id = passkeys_of(person.id)[0].id
    sign_in(client, person)
    clock.advance(OLD)
    for address in (
        "/totp/start",
        "/recovery-codes",
        "/totp/remove",
        f"/passkeys/{passkey_id}/remove",
    ):
        answer = client.post(OWN + address, headers=HTML)
        assert answer.headers["Location"].startswith(f"{OWN}/confirm"), address
    for address in ("/passkeys/options", "/passkeys"):
        answer = client.post(OWN + address, json={}, headers=JSON)
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    factors = factors_of(person.id)
    assert (factors.count, factors.codes_left) == (2, 10)
    assert factors.passkeys[0].credential_id == authenticator.credential_id


def test_wrong_passwords_there_are_counted(client, person, clock):
    sign_in(client, person)
    for _ in range(5):
        client.post(f"{OWN}/confirm", data={"present": "wrong"})
    page = client.post(f"{OWN}/confirm", data={"present": PASSWORD})
    assert (page.status_code, "这次没有核对" in page.text) == (422, True)


def _add(client, authenticator, **more):
    options = client.post(f"{OWN}/passkeys/options", headers=JSON).json
    body = {"credential": authenticator.make(options), **more}
    return client.post(f"{OWN}/passkeys", json=body, headers=JSON)


def test_a_passkey_is_added_and_recovery_codes_follow(client, person):
    sign_in(client, person, second_factor=False)
    answer = _add(client, Authenticator(), name="办公室电脑")
    assert (answer.status_code, answer.json) == (201, {"next": OWN, "codes_due": True})
    assert client.post(f"{OWN}/recovery-codes").text.count("<li><code>") == 10
    answer = _add(client, Authenticator())
    assert answer.json["codes_due"] is False
    names = [passkey.name for passkey in passkeys_of(person.id)]
    assert names == ["办公室电脑", "通行密钥 2"]


def test_a_passkey_made_for_another_site_is_refused(client, person):
    sign_in(client, person, second_factor=False)
    answer = _add(client, Authenticator(origin="https://evil.example"))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert db.session.query(Passkey).count() == 0


def test_a_wrong_answer_uses_the_challenge_up(client, person):
    sign_in(client, person, second_factor=False)
    authenticator = Authenticator(origin="https://evil.example")
    options = client.post(f"{OWN}/passkeys/options", headers=JSON).json
    client.post(f"{OWN}/passkeys", json={"credential": authenticator.make(options)}, headers=JSON)
    authenticator.origin = ORIGIN
    body = {"credential": authenticator.make(options)}
    assert client.post(f"{OWN}/passkeys", json=body, headers=JSON).status_code == 409


def test_a_made_passkey_cannot_be_sent_twice(client, person):
    sign_in(client, person, second_factor=False)
    options = client.post(f"{OWN}/passkeys/options", headers=JSON).json
    body = {"credential": Authenticator().make(options)}
    assert client.post(f"{OWN}/passkeys", json=body, headers=JSON).status_code == 201
    assert client.post(f"{OWN}/passkeys", json=body, headers=JSON).status_code == 409


def test_renaming_and_removing_a_passkey(client, person):
    give_totp(person)
    give_passkey(person)
    address = f"{OWN}/passkeys/{passkeys_of(person.id)[0].id}"
    sign_in(client, person)
    assert client.post(address, data={"name": "家里的手机"}).status_code == 302
    assert "家里的手机" in client.get(OWN).text
    assert client.post(address, data={"name": ""}).status_code == 422
    assert "家里的手机" in client.get(f"{address}/remove").text
    assert passkeys_of(person.id) != []
    assert client.post(f"{address}/remove").headers["Location"] == OWN
    assert passkeys_of(person.id) == []
    assert client.get(address).status_code == 404


def test_the_passkey_of_another_is_not_found(client, person):
    give_passkey(other := PersonFactory())
    passkey_id = passkeys_of(other.id)[0].id
    sign_in(client, person)
    for address in (f"/passkeys/{passkey_id}", f"/passkeys/{passkey_id}/remove"):
        assert client.get(OWN + address).status_code == 404
        assert client.post(OWN + address, data={"name": "我的"}).status_code == 404
    assert db.session.get(Passkey, passkey_id).name == "通行密钥 1"


def test_a_learner_may_remove_the_last_factor(client, person):
    give_totp(person)
    sign_in(client, person)
    assert "恢复码也会作废" in client.get(f"{OWN}/totp/remove").text
    client.post(f"{OWN}/totp/remove")
    assert factors_of(person.id).count == 0
    assert client.get("/me").status_code == 200


def test_staff_may_only_replace_the_last_factor(client, staff, clock):
    give_totp(staff)
    sign_in(client, staff)
    assert "现在不能移除" in client.get(f"{OWN}/totp/remove").text
    assert client.post(f"{OWN}/totp/remove").status_code == 409
    give_passkey(staff)
    assert client.post(f"{OWN}/totp/remove").status_code == 302
    passkey_id = passkeys_of(staff.id)[0].id
    assert client.post(f"{OWN}/passkeys/{passkey_id}/remove").status_code == 409
    clock.advance(STEP_SECONDS)
    give_totp(staff)
    assert client.post(f"{OWN}/passkeys/{passkey_id}/remove").status_code == 302


def test_the_security_page_shows_what_is_set_up(client, person):
    sign_in(client, person)
    assert "未开启" in client.get("/me/security").text
    give_totp(person)
    give_passkey(person)
    page = client.get("/me/security").text
    assert "通行密钥 1" in page
    assert "还剩 10 个" in page


def test_codes_without_a_factor_are_refused_in_words(client, person):
    sign_in(client, person)
    assert "还不能生成恢复码" in client.get(f"{OWN}/recovery-codes").text
    assert client.post(f"{OWN}/recovery-codes").headers["Location"] == OWN


def test_visited_by_address_the_page_says_where_passkeys_work(client, person):
    sign_in(client, person)
    page = client.get(f"{OWN}/passkeys/new")
    assert "data-passkey-add" not in page.text
    assert "http://localhost:8000" in page.text


def test_no_secret_reaches_the_log(client, person, caplog):
    caplog.set_level("DEBUG")
    sign_in(client, person, second_factor=False)
    client.post(f"{OWN}/totp/start")
    secret = _secret_on(client.get(f"{OWN}/totp"))
    code = code_of(secret)
    client.post(f"{OWN}/totp", data={"code": code})
    assert secret not in caplog.text
    assert code not in caplog.text
