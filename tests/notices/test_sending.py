"""Messages on their way: nothing is lost when a queue or a server is away, nothing goes twice."""

import datetime as dt
import logging
import threading

import pytest

from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.mail import OutcomeUnknown, SendingFailed
from lms.notices import sending, wording
from lms.notices.models import DeliveryState, NoticeChannel, NoticeKind
from lms.notices.operations import set_preferences
from lms.notices.tasks import queue_due
from lms.web.languages import html_lang
from tests.factories import PersonFactory
from tests.factories.accounts import identity_number
from tests.notices.support import deliveries, notices, prefer, reachable, told
from tests.security.support import at_once

MAIL, SMS = NoticeChannel.MAIL, NoticeChannel.SMS


def test_a_notice_goes_by_mail_to_whoever_confirmed_the_address(post, tasks):
    told(reachable())
    tasks.run_all()
    assert [to for to, *_rest in post.mails] == ["wang@example.org"]
    assert [(each.channel, each.state) for each in deliveries()] == [(MAIL, DeliveryState.SENT)]


@pytest.mark.parametrize("columns", [{"contact_confirmed_at": None}, {"email": ""}])
def test_an_address_that_nobody_confirmed_gets_nothing_and_the_page_all(post, tasks, columns):
    person = PersonFactory(**{"email": "wang@example.org", **columns})
    told(person)
    tasks.run_all()
    assert (post.mails, deliveries()) == ([], [])
    assert [each.person_id for each in notices()] == [person.id]


def test_an_address_that_somebody_else_has_changed_since_gets_nothing(post, tasks):
    person = reachable()
    told(person)
    with transaction():
        db.session.get_one(Person, person.id).contact_confirmed_at = None
    tasks.run_all()
    assert post.mails == []
    assert deliveries()[0].state is DeliveryState.SKIPPED


def test_who_turned_a_channel_off_gets_nothing_by_it(post, tasks):
    person = reachable()
    prefer(person, SMS)
    told(person)
    tasks.run_all()
    assert (len(post.mails), len(post.texts)) == (0, 1)


def test_turning_it_off_holds_for_what_is_on_its_way(post, tasks):
    person = reachable()
    told(person)
    prefer(person)
    tasks.run_all()
    assert post.mails == []


def test_preferences_are_by_kind(post, tasks):
    person = reachable()
    with transaction():
        set_preferences(person, {(NoticeKind.CLOSING, MAIL)}, "zh")
    told(person)
    tasks.run_all()
    assert post.mails == []


def test_a_text_message_names_its_template_and_values(post, tasks):
    person = reachable()
    prefer(person, SMS)
    told(person, closes_on="2025-06-30")
    tasks.run_all()
    (phone, message), *_ = post.texts
    assert phone == "13800001111"
    assert message.template == "notice_enrolled"
    assert message.values == {"course": "数据治理", "closes_on": "2025-06-30", "days": "28"}
    assert message.text.startswith("【学时】您已报名《数据治理》")


@pytest.fixture(autouse=True)
def _standing(clock):
    """Time stands still unless a test moves it."""


def test_a_mail_shows_no_number_and_no_phone(post, tasks):
    number = identity_number(77)
    person = reachable(identity_number=number, name="王小明")
    prefer(person, MAIL, SMS)
    told(person)
    tasks.run_all()
    shown = "".join(map(str, [*post.mails[0][1:], post.texts[0][1]]))
    for secret in (number, number[-4:], read_phone(person), "王小明"):
        assert secret not in shown


def test_a_mail_says_where_to_turn_it_off(post, tasks, app):
    told(reachable())
    tasks.run_all()
    base = app.extensions["settings"].public_url.rstrip("/")
    assert f"{base}/me/notices/settings" in post.mails[0][2]
    assert f"{base}/learn/1" in post.mails[0][2]


def test_it_is_written_in_the_language_of_whoever_reads_it(post, tasks, monkeypatch):
    languages = []

    def words_of(notice):
        languages.append(html_lang())
        return wording.words_of(notice)

    monkeypatch.setattr(sending, "words_of", words_of)
    reader, other = reachable(), reachable(email="li@example.org")
    prefer(reader, MAIL, language="en")
    for number, person in enumerate((reader, other)):
        told(person, f"cycle:{number}")
    tasks.run_all()
    assert languages == ["en", "zh-CN"]
    assert post.mails[1][1] == "学时平台：您已报名《数据治理》"


def test_a_queue_holds_ids_and_nothing_else(post, tasks):
    told(reachable())
    assert [args for _work, args in tasks.queued] == [(deliveries()[0].id,)]


def test_what_is_told_twice_is_sent_once(post, tasks):
    person = reachable()
    told(person)
    told(person)
    tasks.run_all()
    assert (len(notices()), len(post.mails)) == (1, 1)


def test_workers_that_have_it_all_at_once_send_it_once(app, post, tasks):
    told(reachable())
    delivery_id, barrier = deliveries()[0].id, threading.Barrier(6)

    def work() -> None:
        with app.app_context():
            barrier.wait()
            sending.send(delivery_id)
            db.session.remove()

    at_once([work] * 6)
    assert len(post.mails) == 1
    assert deliveries()[0].attempts == 1


def test_what_a_queue_has_lost_is_queued_again_but_not_at_once(post, tasks, clock):
    told(reachable())
    tasks.queued.clear()
    _sweep()
    assert tasks.queued == []
    clock.advance(minutes=11)
    _sweep()
    assert tasks.names() == ["lms.notices.tasks.send_delivery"]
    _sweep()
    assert len(tasks.queued) == 1
    tasks.run_all()
    assert len(post.mails) == 1


def _sweep() -> None:
    queue_due.run()


def test_a_server_that_is_away_is_asked_later_each_time(post, tasks, clock):
    told(reachable())
    post.fault = SendingFailed("ConnectionRefusedError")
    waits = []
    for _try in range(4):
        tasks.run_all()
        due = deliveries()[0].next_try_at
        waits.append(due - clock.present)
        clock.set(due)
        _sweep()
    assert waits == [dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    post.fault = None
    tasks.run_all()
    assert len(post.mails) == 1


def test_a_message_is_given_up_after_a_day(post, tasks, clock):
    told(reachable())
    post.fault = SendingFailed("ConnectionRefusedError")
    for _hour in range(30):
        tasks.run_all()
        clock.advance(hours=1)
        _sweep()
    assert deliveries()[0].state is DeliveryState.FAILED
    assert tasks.queued == []


def test_a_message_that_was_perhaps_sent_is_not_sent_again(post, tasks, clock):
    told(reachable())
    post.fault = OutcomeUnknown("ReadTimeout")
    tasks.run_all()
    post.fault = None
    clock.advance(days=1)
    _sweep()
    assert (tasks.queued, deliveries()[0].state) == ([], DeliveryState.UNKNOWN)


class Killed(BaseException):
    """Stands for kill -9: nothing of the worker runs any more."""


def test_a_worker_killed_while_it_sends_leaves_nothing_to_send_twice(post, tasks, clock):
    told(reachable())
    post.fault = Killed()
    with pytest.raises(Killed):
        tasks.run_all()
    post.fault = None
    assert deliveries()[0].state is DeliveryState.SENDING
    clock.advance(minutes=11)
    _sweep()
    sending.send(deliveries()[0].id)
    assert (post.mails, deliveries()[0].state) == ([], DeliveryState.UNKNOWN)


def test_a_worker_killed_before_it_began_has_lost_nothing(post, tasks, clock):
    told(reachable())

    def claim_and_die():
        with transaction():
            assert sending._claim(deliveries()[0].id)
            raise Killed

    with pytest.raises(Killed):
        claim_and_die()
    clock.advance(minutes=11)
    tasks.queued.clear()
    _sweep()
    tasks.run_all()
    assert len(post.mails) == 1


def test_what_cannot_be_sent_at_all_is_settled_and_logged_without_the_address(post, tasks, caplog):
    told(reachable())
    post.fault = ValueError("wang@example.org")
    with caplog.at_level(logging.WARNING):
        tasks.run_all()
    assert deliveries()[0].state is DeliveryState.FAILED
    assert "wang@example.org" not in caplog.text
