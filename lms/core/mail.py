"""Mail, sent after the commit. `log:` only notes that a mail would have gone, not its content."""

import logging
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import current_app

from lms.core.db import after_commit

log = logging.getLogger(__name__)


def send_mail_after_commit(to: str, subject: str, body: str) -> None:
    """Send a plain text mail once the present transaction is committed."""
    settings = current_app.extensions["settings"]
    after_commit(lambda: _send(settings.mail_url, settings.mail_from, to, subject, body))


def _send(url: str, sender: str, to: str, subject: str, body: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "smtp" or parts.hostname is None:
        log.info("mail not sent (LMS_MAIL_URL is %s): %d characters", url, len(body))
        return
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(body)
    try:
        with smtplib.SMTP(parts.hostname, parts.port or 25, timeout=10) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail could not be sent: %s", type(error).__name__)
