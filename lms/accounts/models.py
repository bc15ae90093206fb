"""People, where they work and worked, and the posts that give them a say."""

import datetime as dt
from typing import TYPE_CHECKING, cast

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    and_,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.enums import (
    MAY_SIGN_IN,
    EmploymentEnd,
    IdentityKind,
    PersonState,
    ProfessionSeries,
    TitleLevel,
)
from lms.accounts.rules import mask_identity_number, mask_phone
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType
from lms.core.permissions import Role
from lms.core.types import Instant
from lms.organizations.models import Organization

if TYPE_CHECKING:
    from lms.accounts.session_models import SignInSession


class Person(Model):
    """A professional, or anyone else with an account.

    Identity number and phone are stored encrypted, each with a keyed hash to find it and a tail to
    show; `identity.read_identity_number` is the only way to a whole number.
    """

    __tablename__ = "people"
    __table_args__ = (
        Index("ix_people_unit_id_id", "unit_id", "id"),
        # With the unit, so that a common name is narrowed to a division without reading its people.
        Index(
            "ix_people_name_id",
            "name",
            "id",
            postgresql_ops={"name": "text_pattern_ops"},
            postgresql_include=["unit_id"],
        ),
        # Lists are narrowed by these, perhaps to nobody: then no unit's people are read for it.
        Index("ix_people_state_unit_id_id", "state", "unit_id", "id"),
        Index("ix_people_profession_unit_id_id", "profession", "unit_id", "id"),
        Index("ix_people_title_level_unit_id_id", "title_level", "unit_id", "id"),
        Index(
            "ix_people_not_activated",
            "unit_id",
            "id",
            sqlite_where=text("password_hash IS NULL"),
            postgresql_where=text("password_hash IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Bound into the encryption of the cells, so it must be known before the row is.
    record_key: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[PersonState] = mapped_column(EnumType(PersonState), default=PersonState.ACTIVE)
    name: Mapped[str] = mapped_column(String(64))
    username: Mapped[str | None] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_set_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    identity_kind: Mapped[IdentityKind] = mapped_column(EnumType(IdentityKind))
    identity_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    identity_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # What is shown of it: the head is empty where a number is too short to show two ends.
    identity_head: Mapped[str] = mapped_column(String(6), default="")
    identity_tail: Mapped[str] = mapped_column(String(4))
    # Colleagues may share an office's phone, so it is not unique; it signs in whom alone it finds.
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_tail: Mapped[str | None] = mapped_column(String(4))
    email: Mapped[str | None] = mapped_column(String(128))
    # When its owner last gave or confirmed phone and e-mail; None: as somebody else has set them.
    contact_confirmed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    profession: Mapped[ProfessionSeries | None] = mapped_column(EnumType(ProfessionSeries))
    title_level: Mapped[TitleLevel | None] = mapped_column(EnumType(TitleLevel))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    unit: Mapped[Organization | None] = relationship()
    posts: Mapped[list["Post"]] = relationship(
        back_populates="person", foreign_keys="Post.person_id", order_by="Post.id"
    )

    is_authenticated = True
    is_anonymous = False
    # The session it was loaded by, or that was just begun for it (accounts.sessions).
    session = cast("SignInSession | None", None)

    def get_id(self) -> str:
        """What the cookie remembers: the token of a session, nothing about the person."""
        return self.session.token if self.session is not None else ""

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in."""
        return self.state in MAY_SIGN_IN

    @property
    def may_study(self) -> bool:
        """Whether they may begin something that earns hours."""
        return self.state is PersonState.ACTIVE

    @property
    def is_activated(self) -> bool:
        """Whether they have chosen a password."""
        return self.password_hash is not None

    @property
    def is_staff(self) -> bool:
        """Whether a post gives them a say over others."""
        return any(post.is_in_force for post in self.posts)

    @property
    def lacks_confirmed_contact(self) -> bool:
        """Whether no codes may go to their phone and e-mail: of staff whom somebody else gave them.

        A unit sets those of its people, and would open the account with them after one of these
        got a post above it.
        """
        return self.is_staff and self.contact_confirmed_at is None

    @property
    def masked_name(self) -> str:
        """The family name and stars, as strangers see it."""
        return self.name[:1] + "*" * max(1, len(self.name) - 1)

    @property
    def masked_identity(self) -> str:
        """370102********1234 for a resident's number; fewer characters of a shorter one."""
        return mask_identity_number(self.identity_kind, self.identity_head, self.identity_tail)

    @property
    def masked_phone(self) -> str:
        """Stars and the last four digits; empty without a phone."""
        return mask_phone(self.phone_tail)


class Employment(Model):
    """A time that a person spent in a unit or with a stand-in. The open one is `Person.unit`."""

    __tablename__ = "employments"
    __table_args__ = (
        Index(
            "ux_employments_one_open",
            "person_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    started_on: Mapped[dt.date] = mapped_column(default=clock.today)
    ended_on: Mapped[dt.date | None]
    end_reason: Mapped[EmploymentEnd | None] = mapped_column(EnumType(EmploymentEnd))

    organization: Mapped[Organization] = relationship()


class Post(Model):
    """A role of a person in an organization, for a time."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        Index(
            "ux_posts_one_open",
            "person_id",
            "organization_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    role: Mapped[Role] = mapped_column(EnumType(Role))
    starts_on: Mapped[dt.date] = mapped_column(default=clock.today)
    ends_on: Mapped[dt.date | None]
    # When somebody ended it, which holds at once; its last day ends it by itself.
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    person: Mapped[Person] = relationship(back_populates="posts", foreign_keys=[person_id])
    organization: Mapped[Organization] = relationship()

    @hybrid_property
    def is_in_force(self) -> bool:
        """Whether it holds today; of the class, the condition for it."""
        today = clock.today()
        is_in_time = self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)
        return is_in_time and self.ended_at is None

    @is_in_force.inplace.expression
    @classmethod
    def _is_in_force(cls) -> ColumnElement[bool]:
        today = clock.today()
        is_in_time = and_(cls.starts_on <= today, or_(cls.ends_on.is_(None), cls.ends_on >= today))
        return is_in_time & cls.ended_at.is_(None)
