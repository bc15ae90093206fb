"""What tests of notices share: servers that may be away, and somebody who can be reached."""

from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import TextMessage
from lms.notices.models import Notice, NoticeChannel, NoticeDelivery, NoticeKind
from lms.notices.operations import set_preferences, tell
from lms.notices.writing import Told
from tests.factories import PersonFactory

ENROLLED = {"course": "数据治理", "cycle_id": 1, "closes_on": None}


class Post:
    """A mail server and a service for text messages; `fault` is what they raise."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.mails: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, TextMessage]] = []

    def send_mail(self, to: str, subject: str, text: str) -> None:
        self._fail()
        self.mails.append((to, subject, text))

    def send_text(self, phone: str, message: TextMessage) -> None:
        self._fail()
        self.texts.append((phone, message))

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault


def reachable(**columns: Any) -> Person:
    """Somebody who has given a phone and an e-mail of their own."""
    columns.setdefault("email", "wang@example.org")
    columns.setdefault("phone", "13800001111")
    return PersonFactory(contact_confirmed_at=clock.now(), **columns)


def told(person: Person, about: str = "cycle:1", **facts: Any) -> Notice | None:
    """Tell the person that they have enrolled; None if that was told before."""
    with transaction():
        tell(NoticeKind.ENROLLED, Told(person.id, about, {**ENROLLED, **facts}))
    return db.session.scalar(select(Notice).where(Notice.about == about))


def prefer(person: Person, *wanted: NoticeChannel, language: str = "zh") -> None:
    """Let all kinds go out by these channels and by no other."""
    with transaction():
        set_preferences(person, {(kind, way) for kind in NoticeKind for way in wanted}, language)


def deliveries() -> list[NoticeDelivery]:
    db.session.expire_all()
    return list(db.session.scalars(select(NoticeDelivery).order_by(NoticeDelivery.id)))


def notices(kind: NoticeKind | None = None) -> list[Notice]:
    """All notices, or those of a kind, in the order they were written."""
    db.session.expire_all()
    query = select(Notice).order_by(Notice.id)
    return list(db.session.scalars(query.where(Notice.kind == kind) if kind else query))
