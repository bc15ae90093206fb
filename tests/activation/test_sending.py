"""Codes on their way: nothing is lost when a queue or a server is away, nothing goes twice."""

import datetime as dt
import logging
import os
import stat
import time

import pytest
from sqlalchemy import select

from lms.activation import tasks as activation_tasks
from lms.activation.models import OneTimeCode
from lms.activation.operations import request_code
from lms.core.db import db, transaction
from lms.core.mail import SendingFailed
from lms.core.permissions import Role
from tests.activation.support import CODE, last_mail, outbox
from tests.factories import PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD
from tests.security.support import count


class Mailbox:
    """A mail server that may be away."""

    def __init__(self):
        self.is_away = False
        self.sent = []

    def send_mail(self, to, subject, text):
        if self.is_away:
            raise SendingFailed("ConnectionRefusedError")
        self.sent.append((to, subject, text))


@pytest.fixture
def mailbox(app):
    box, kept = Mailbox(), app.extensions["mailer"]
    app.extensions["mailer"] = box
    yield box
    app.extensions["mailer"] = kept


@pytest.fixture
def person(app):
    return PersonFactory(password=PASSWORD, email="wang@example.org")


def ask(person):
    with transaction():
        assert request_code(person.username).is_admitted


def test_a_lost_task_is_found_again(mailbox, person, tasks):
    ask(person)
    tasks.queued.clear()
    activation_tasks.send_due_codes.run()
    assert [to for to, *_rest in mailbox.sent] == ["wang@example.org"]


def test_a_mail_names_the_code_as_the_page_does_that_asks_for_it(mailbox, person, tasks):
    newcomer = PersonFactory(email="li@example.org")
    for each in (newcomer, person):
        ask(each)
    tasks.run_all()
    first, other = ("".join(mail) for mail in mailbox.sent)
    assert ("激活码" in first, "验证码" in first, "/activate" in first) == (True, False, True)
    assert ("激活码" in other, "验证码" in other, "/reset/code" in other) == (False, True, True)


def test_a_task_that_runs_twice_sends_once(mailbox, person, tasks):
    ask(person)
    work, args = tasks.queued[0]
    work.run(*args)
    work.run(*args)
    activation_tasks.send_due_codes.run()
    assert len(mailbox.sent) == 1


def test_a_server_that_is_away_is_asked_again_ever_later(mailbox, person, tasks, clock, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox.is_away = True
    ask(person)
    tasks.run_all()
    for seconds in (19, 1, 39, 1):
        activation_tasks.send_due_codes.run()
        clock.advance(seconds)
    assert db.session.scalars(select(OneTimeCode)).one().send_tries == 2
    mailbox.is_away = False
    activation_tasks.send_due_codes.run()
    assert len(mailbox.sent) == 1
    assert not CODE.search(caplog.text)
    assert "wang@" not in caplog.text


def test_it_gives_up_after_half_an_hour(mailbox, person, tasks, clock):
    mailbox.is_away = True
    ask(person)
    clock.advance(minutes=30)
    mailbox.is_away = False
    activation_tasks.send_due_codes.run()
    assert mailbox.sent == []
    assert db.session.scalars(select(OneTimeCode)).one().next_send_at is None


def test_messages_without_a_server_are_files_of_their_owner_alone(app, person, tasks):
    ask(person)
    tasks.run_all()
    file = outbox(app, "mail")[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert CODE.search(last_mail(app))


def test_old_messages_and_codes_are_swept(app, person, tasks, clock):
    ask(person)
    tasks.run_all()
    file = outbox(app, "mail")[0]
    activation_tasks.sweep_codes.run()
    assert file.exists()
    old = time.time() - dt.timedelta(days=1, minutes=1).total_seconds()
    os.utime(file, (old, old))
    clock.advance(days=8)
    activation_tasks.sweep_codes.run()
    assert not file.exists()
    assert count(OneTimeCode) == 0


def officer_with_contact(**columns):
    person = PersonFactory(password=PASSWORD, phone="13800138000", email="x@example.org", **columns)
    PostFactory(person=person, role=Role.BUREAU_OFFICER)
    return person


@pytest.mark.parametrize("login", ["13800138000", "the-officer"])
def test_a_phone_planted_before_the_post_gets_no_code_for_the_officer(app, mailbox, tasks, login):
    officer_with_contact(username="the-officer")
    with transaction():
        request_code(login)
    tasks.run_all()
    assert (mailbox.sent, outbox(app, "sms")) == ([], [])
    assert db.session.scalars(select(OneTimeCode)).one().code_hash is None


def test_the_phone_that_an_officer_confirmed_gets_the_code(app, clock, tasks):
    officer_with_contact(contact_confirmed_at=clock.present)
    with transaction():
        request_code("13800138000")
    tasks.run_all()
    assert len(outbox(app, "sms")) == 1
