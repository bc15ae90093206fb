"""Sessions, so that each can be seen and ended, and how often a sign-in failed."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant


class SignInSession(Model):
    """One browser in which somebody is signed in. The cookie holds the token, we its hash."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    began_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    seen_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now, index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # When a second factor was shown in it; None: by password alone so far.
    second_factor_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200), default="")

    # Known to the request that was made with it, and kept nowhere.
    token: str = ""

    person: Mapped[Person] = relationship()


class SignInThrottle(Model):
    """Failed sign-ins of one account, or of one login that belongs to nobody.

    Keyed by account and not by address: a school behind one address is not shut out by one
    colleague, and an attacker with many addresses gets no further.
    """

    __tablename__ = "sign_in_throttles"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now, index=True)
    blocked_until: Mapped[dt.datetime | None] = mapped_column(Instant)
