"""The owner of an account learns by mail that somebody changed its factors."""

import pytest

from lms.core.db import db, transaction
from lms.core.mail import SendingFailed
from lms.second_factor import notices
from lms.second_factor.operations import remove_totp, reset_person
from tests.second_factor.support import give_totp


class _Mail:
    def __init__(self):
        self.sent = []

    def send_mail(self, to, subject, text):
        self.sent.append((to, text))


@pytest.fixture
def mail(monkeypatch):
    made = _Mail()
    monkeypatch.setattr(notices, "mailer", lambda: made)
    return made


@pytest.fixture
def reachable(person):
    person.email = "wang@example.cn"
    db.session.commit()
    return person


def test_each_change_is_told_without_any_secret(reachable, mail, tasks):
    secret, codes = give_totp(reachable)
    with transaction():
        remove_totp(reachable)
    assert all(secret not in str(args) for _work, args in tasks.queued)
    tasks.run_all()
    told = [text for _to, text in mail.sent]
    assert {to for to, _text in mail.sent} == {"wang@example.cn"}
    assert ["验证器应用" in text for text in told] == [True, False, True]
    assert "2025-06-02 12:00" in told[0]
    assert not any(word in text for text in told for word in (secret, *codes))


def test_a_reset_is_told(reachable, mail, tasks):
    give_totp(reachable)
    with transaction():
        reset_person(reachable, None)
    tasks.run_all()
    assert "重置二次验证" in mail.sent[-1][1]


def test_without_an_address_nothing_is_queued(person, tasks):
    give_totp(person)
    assert tasks.queued == []


def test_a_mail_server_that_is_away_fails_nothing(reachable, monkeypatch, tasks, caplog):
    def fail(*_arguments):
        raise SendingFailed("away")

    broken = _Mail()
    broken.send_mail = fail
    monkeypatch.setattr(notices, "mailer", lambda: broken)
    give_totp(reachable)
    tasks.run_all()
    assert "not sent: away" in caplog.text
    assert "wang@example.cn" not in caplog.text
