"""Mail by SMTP and text messages by HTTP, as a server at the other end sees them."""

import smtplib

import httpx
import pytest

from lms.config import SettingError, load_settings
from lms.core import mail
from lms.core.mail import HttpTextSender, OutcomeUnknown, SendingFailed, SmtpMailer, TextMessage
from tests.core.test_config import GOOD

MESSAGE = TextMessage("code", {"code": "X"}, "全文")


class Server:
    """Stands for smtplib's classes; notes what is asked of it."""

    def __init__(self, offers=("starttls",)):
        self.offers, self.done, self.messages = offers, [], []

    def __call__(self, host, port, **_options):
        self.done.append((host, port))
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.done.append("quit")

    def ehlo(self):
        return 250, b""

    def has_extn(self, name):
        return name in self.offers

    def starttls(self, context):
        assert context.check_hostname
        self.done.append("starttls")

    def login(self, user, password):
        self.done.append((user, password))

    def close(self):
        self.done.append("close")

    def send_message(self, message):
        self.messages.append(message)


def test_mail_goes_encrypted_and_signed_in(monkeypatch):
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP", server)
    mailer = SmtpMailer("smtp://me%40x.org:p%2Fw@mail.example.org", "xueshi@example.org")
    mailer.send_mail("wang@example.org", "验证码", "正文")
    assert server.done == [
        ("mail.example.org", 587),
        "starttls",
        ("me@x.org", "p/w"),
        "quit",
    ]
    message = server.messages[0]
    assert (message["From"], message["To"]) == ("xueshi@example.org", "wang@example.org")
    assert message.get_content() == "正文\n"


def test_a_password_is_never_sent_in_clear(monkeypatch):
    server = Server(offers=())
    monkeypatch.setattr(smtplib, "SMTP", server)
    with pytest.raises(SendingFailed):
        SmtpMailer("smtp://me:pw@mail.example.org", "a@b.cn").send_mail("c@d.cn", "x", "y")
    assert ("me", "pw") not in server.done


def test_smtps_is_encrypted_from_the_start(monkeypatch):
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP_SSL", server)
    SmtpMailer("smtps://mail.example.org", "a@b.cn").send_mail("c@d.cn", "x", "y")
    assert server.done == [("mail.example.org", 465), "quit"]


def test_what_a_mail_server_says_is_not_repeated(monkeypatch):
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP", server)

    def refuse(message):
        raise smtplib.SMTPRecipientsRefused({message["To"]: (550, b"secret")})

    server.send_message = refuse
    with pytest.raises(SendingFailed) as failed:
        SmtpMailer("smtp://mail.example.org", "a@b.cn").send_mail("c@d.cn", "x", "y")
    assert str(failed.value) == "SMTPRecipientsRefused"


def sms(monkeypatch, status=200, token=""):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(status)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(mail.httpx, "post", client.post)
    HttpTextSender("https://sms.example.org/send", token).send_text("13800001111", MESSAGE)
    return asked[0]


def test_text_messages_are_posted_as_documented(monkeypatch):
    request = sms(monkeypatch, token="t0ken")
    assert request.headers["authorization"] == "Bearer t0ken"
    body = '{"to":"+8613800001111","template":"code","values":{"code":"X"},"text":"全文"}'
    assert request.content.decode() == body


def test_a_refused_text_message_failed(monkeypatch):
    with pytest.raises(SendingFailed, match="HTTP 503"):
        sms(monkeypatch, status=503)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"LMS_MAIL_URL": "http://x"}, "LMS_MAIL_URL"),
        ({"LMS_MAIL_URL": "smtp://user:secret@x"}, "LMS_MAIL_FROM"),
        ({"LMS_SMS_URL": "ftp://x"}, "LMS_SMS_URL"),
        ({"LMS_SESSION_HOURS": "0"}, "LMS_SESSION_HOURS"),
    ],
)
def test_wrong_senders_stop_the_start_and_show_no_password(change, named):
    with pytest.raises(SettingError, match=named) as error:
        load_settings({**GOOD, **change})
    assert "secret" not in str(error.value)


def test_passwords_that_never_age_are_a_choice():
    assert load_settings({**GOOD, "LMS_STAFF_PASSWORD_DAYS": "0"}).staff_password_days == 0


def fail_with(monkeypatch, error, *, when="send"):
    """Send a mail through a server that fails like this; the SendingFailed that comes of it."""
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP", server)

    def fails(*_arguments):
        raise error

    if when == "send":
        server.send_message = fails
    else:
        monkeypatch.setattr(Server, "ehlo", fails)
    with pytest.raises(SendingFailed) as failed:
        SmtpMailer("smtp://mail.example.org", "a@b.cn").send_mail("c@d.cn", "x", "y")
    return failed.type


@pytest.mark.parametrize(
    "error", [smtplib.SMTPDataError(451, b"later"), smtplib.SMTPRecipientsRefused({})]
)
def test_a_mail_that_a_server_refuses_was_certainly_not_sent(monkeypatch, error):
    assert fail_with(monkeypatch, error) is SendingFailed


def test_a_mail_whose_server_cannot_be_reached_was_certainly_not_sent(monkeypatch):
    assert fail_with(monkeypatch, ConnectionResetError(), when="hello") is SendingFailed


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPServerDisconnected()])
def test_a_mail_that_nobody_answers_for_was_perhaps_sent(monkeypatch, error):
    assert fail_with(monkeypatch, error) is OutcomeUnknown


def test_a_mail_that_was_taken_is_sent_however_the_goodbye_goes(monkeypatch):
    server = Server()
    monkeypatch.setattr(smtplib, "SMTP", server)

    def fails(*_arguments):
        raise TimeoutError

    monkeypatch.setattr(Server, "__exit__", fails)
    SmtpMailer("smtp://mail.example.org", "a@b.cn").send_mail("c@d.cn", "x", "y")
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError("x"), SendingFailed),
        (httpx.ConnectTimeout("x"), SendingFailed),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
        (httpx.RemoteProtocolError("x"), OutcomeUnknown),
    ],
)
def test_a_text_message_without_an_answer_was_perhaps_sent(monkeypatch, error, outcome):
    def fails(*_arguments, **_options):
        raise error

    monkeypatch.setattr(mail.httpx, "post", fails)
    with pytest.raises(SendingFailed) as failed:
        HttpTextSender("https://sms.example.org/send", "").send_text("13800001111", MESSAGE)
    assert failed.type is outcome
