"""Reading notices: one's own, how many are unread, and what somebody wants to be told how."""

from collections.abc import Collection

from sqlalchemy import Select, func, select

from lms.accounts.enums import MAY_SIGN_IN
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import NotFound
from lms.notices.models import (
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeLanguage,
    NoticePreference,
)

MOST_COUNTED = 100
"""Beyond this the bell says "99+": nobody reads the number, and counting it would cost."""

# A text message costs the platform money and disturbs; who wants them says so.
_AS_USUAL = {NoticeChannel.MAIL: True, NoticeChannel.SMS: False}
Preferences = dict[tuple[NoticeKind, NoticeChannel], bool]


def notices_of(person: Person) -> Select[Notice]:
    """The notices of the person."""
    return select(Notice).where(Notice.person_id == person.id)


def own_notice(person: Person, notice_id: int) -> Notice:
    """The notice if it is this person's; raises NotFound for anybody else's or none."""
    notice = db.session.scalar(notices_of(person).where(Notice.id == notice_id))
    if notice is None:
        raise NotFound()
    return notice


def unread_count(person_id: int) -> int:
    """How many notices the person has not read, counted up to MOST_COUNTED."""
    unread = select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    some = unread.limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def is_reachable(person: Person, channel: NoticeChannel) -> bool:
    """Whether the person has confirmed an address of this channel and may still sign in."""
    if not person.is_active or person.contact_confirmed_at is None:
        return False
    return bool(person.email if channel is NoticeChannel.MAIL else person.phone_hash)


def preferences_of(person: Person) -> Preferences:
    """For every kind and channel, whether the person wants it."""
    wanted = {(kind, channel): _AS_USUAL[channel] for kind in NoticeKind for channel in _AS_USUAL}
    query = select(NoticePreference).where(NoticePreference.person_id == person.id)
    for row in db.session.scalars(query):
        wanted[row.kind, row.channel] = row.is_wanted
    return wanted


def channels_wanted(kind: NoticeKind, person_ids: Collection[int]) -> dict[int, set[NoticeChannel]]:
    """For each of a few hundred people, by which channels a notice of this kind is to leave."""
    channels: dict[int, set[NoticeChannel]] = {person_id: set() for person_id in person_ids}
    chosen = _chosen(kind, person_ids)
    for person_id, has_mail, has_phone in _addresses(person_ids):
        for channel, has_it in ((NoticeChannel.MAIL, has_mail), (NoticeChannel.SMS, has_phone)):
            if has_it and chosen.get((person_id, channel), _AS_USUAL[channel]):
                channels[person_id].add(channel)
    return channels


def _chosen(kind: NoticeKind, person_ids: Collection[int]) -> dict[tuple[int, NoticeChannel], bool]:
    query = select(NoticePreference).where(
        NoticePreference.kind == kind, NoticePreference.person_id.in_(person_ids)
    )
    return {(row.person_id, row.channel): row.is_wanted for row in db.session.scalars(query)}


def _addresses(person_ids: Collection[int]) -> list[tuple[int, bool, bool]]:
    has_mail = func.coalesce(Person.email, "") != ""
    query = select(Person.id, has_mail, Person.phone_hash.is_not(None)).where(
        Person.id.in_(person_ids),
        Person.contact_confirmed_at.is_not(None),
        Person.state.in_(MAY_SIGN_IN),
    )
    return [(person_id, mail, phone) for person_id, mail, phone in db.session.execute(query)]


def language_of(person_id: int) -> str | None:
    """The language the person has chosen to be written to in, or None."""
    chosen = db.session.get(NoticeLanguage, person_id)
    return chosen.language if chosen is not None else None
