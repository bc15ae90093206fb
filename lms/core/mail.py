"""Mail and text messages, behind two small interfaces.

Without a server configured, messages become files under `var/`, so that everything can be tried.
These files hold codes: they are their owner's alone and swept away after a day.

A service for text messages is reached at LMS_SMS_URL by POST of JSON, with LMS_SMS_TOKEN as bearer
token if set: {"to": "+8613800000000", "template": "code", "values": {"code": "…", "minutes": "30"},
"text": "the whole message"}. Providers want a registered template and its values, or the text; a
few lines in front of the provider translate. Any answer 2xx means that it was taken. Besides "code"
there is a template for each kind of notice, "notice_" and a value of notices.NoticeKind; which
values it takes is told in deploy/README.md.
"""

import os
import secrets
import smtplib
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
from flask import Flask, current_app

from lms.config import Settings
from lms.core import clock

_TIMEOUT_SECONDS = 20
# What says that a mail server did not take the message.
_REFUSALS = (
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPResponseException,
)
_KEPT_SECONDS = 24 * 3600


class SendingFailed(Exception):
    """It could not be sent, now. The text names neither the recipient nor what was to be sent."""


class OutcomeUnknown(SendingFailed):
    """It was handed over, and the answer did not come: perhaps it was sent, perhaps not."""


@dataclass(frozen=True)
class TextMessage:
    """A text message: the name of a template with its values, and the same as a whole text."""

    template: str
    values: dict[str, str]
    text: str


class Mailer(Protocol):
    """Something that sends mail."""

    def send_mail(self, to: str, subject: str, text: str) -> None:
        """Send plain text to one address. Raises SendingFailed, or of it OutcomeUnknown."""
        ...


class TextSender(Protocol):
    """Something that sends text messages."""

    def send_text(self, phone: str, message: TextMessage) -> None:
        """Send to one phone, with its country code. Raises SendingFailed, or OutcomeUnknown."""
        ...


@dataclass(frozen=True)
class SmtpMailer:
    """Sends by the server of LMS_MAIL_URL, encrypted wherever the server can."""

    url: str
    sender: str

    def send_mail(self, to: str, subject: str, text: str) -> None:
        message = _mail(self.sender, to, subject, text)
        is_handed_over = is_taken = False
        try:
            with _connected(urlsplit(self.url)) as server:
                is_handed_over = True
                server.send_message(message)
                is_taken = True
        except (OSError, smtplib.SMTPException) as error:
            if is_taken:
                # Only the goodbye failed.
                return
            is_open = is_handed_over and not isinstance(error, _REFUSALS)
            failure = OutcomeUnknown if is_open else SendingFailed
            raise failure(type(error).__name__) from None


def _connected(url: SplitResult) -> smtplib.SMTP:
    context = ssl.create_default_context()
    host = url.hostname or ""
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=_TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif url.username:
            server.close()
            raise SendingFailed("the server offers no encryption for the password")
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _mail(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = clock.now()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


@dataclass(frozen=True)
class HttpTextSender:
    """Sends by the service at LMS_SMS_URL."""

    url: str
    token: str

    def send_text(self, phone: str, message: TextMessage) -> None:
        body = {
            "to": phone if phone.startswith("+") else f"+86{phone}",
            "template": message.template,
            "values": message.values,
            "text": message.text,
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = httpx.post(self.url, json=body, headers=headers, timeout=_TIMEOUT_SECONDS)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise SendingFailed(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(type(error).__name__) from None
        if not answer.is_success:
            raise SendingFailed(f"HTTP {answer.status_code}")


@dataclass(frozen=True)
class Outbox:
    """Stands for both: writes messages into folders, readable by their owner alone."""

    mail_folder: Path
    sms_folder: Path

    def send_mail(self, to: str, subject: str, text: str) -> None:
        message = _mail("xueshi@localhost", to, subject, text)
        _write(self.mail_folder, "eml", bytes(message))

    def send_text(self, phone: str, message: TextMessage) -> None:
        _write(self.sms_folder, "txt", f"{phone}\n{message.text}\n".encode())

    def sweep(self) -> None:
        """Delete what is older than a day."""
        limit = time.time() - _KEPT_SECONDS
        for folder in (self.mail_folder, self.sms_folder):
            for path in folder.glob("*.*"):
                if path.stat().st_mtime < limit:
                    path.unlink(missing_ok=True)


def _write(folder: Path, suffix: str, content: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.{suffix}"
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise SendingFailed(type(error).__name__) from None


def init_mail(app: Flask, settings: Settings) -> None:
    """Make the senders that the settings ask for."""
    outbox = Outbox(settings.var_path / "mail", settings.var_path / "sms")
    by_mail = SmtpMailer(settings.mail_url, settings.mail_from) if settings.mail_url else outbox
    by_sms = HttpTextSender(settings.sms_url, settings.sms_token) if settings.sms_url else outbox
    app.extensions.update(outbox=outbox, mailer=by_mail, text_sender=by_sms)


def mailer() -> Mailer:
    """What sends mail here."""
    made: Mailer = current_app.extensions["mailer"]
    return made


def text_sender() -> TextSender:
    """What sends text messages here."""
    made: TextSender = current_app.extensions["text_sender"]
    return made


def outbox() -> Outbox:
    """Where messages lie that no server takes."""
    made: Outbox = current_app.extensions["outbox"]
    return made
