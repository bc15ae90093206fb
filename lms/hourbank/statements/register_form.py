"""The register form of a person's year (Yantai 2023, annex 2) as PDF, to be signed and sealed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.core.clock import SHANGHAI
from lms.core.types import ZERO_HOURS
from lms.documents.fonts import fonts_dir
from lms.documents.pages import Design, print_page
from lms.hourbank.models import EntrySource, LedgerEntry
from lms.hourbank.statements.details import Details, details_of
from lms.hourbank.statements.layout import FormLine, Page, pages_of
from lms.hourbank.statements.sections import SectionCode, section_of

DESIGN = Design("register.html", "register.css")
# Where a course was studied, if nobody says otherwise.
_ONLINE = "网上学习"


@dataclass(frozen=True)
class Head:
    """The head and the foot of the form."""

    name: str
    unit: str
    year: int
    total: str


def print_register_form(name: str, unit: str, year: int, entries: Iterable[LedgerEntry]) -> bytes:
    """The form with these standing entries (no reversed ones), as PDF in landscape.

    The column of the registrar's signature stays empty: the unit signs and seals on paper.
    """
    standing = sorted(entries, key=lambda entry: (entry.earned_at, entry.id))
    total = sum((entry.hours for entry in standing), ZERO_HOURS)
    head = Head(name, unit, year, str(total))
    return print_page(DESIGN, fonts_dir(), facts=head, pages=form_pages(standing))


def form_pages(standing: list[LedgerEntry]) -> list[Page]:
    """The pages of the form, each entry in its section, in order."""
    told = details_of(standing)
    lines: Mapping[SectionCode, list[FormLine]] = defaultdict(list)
    for entry in standing:
        code = section_of(entry.category, entry.source.value, entry.claim_kind)
        lines[code].append(_line(entry, told.get(entry.id, Details())))
    return pages_of(lines)


def _line(entry: LedgerEntry, details: Details) -> FormLine:
    is_online = entry.source is EntrySource.COURSE
    # A claim's hours are earned when it is decided, which is not when somebody learned.
    is_told = entry.source in (EntrySource.CLAIM, EntrySource.TRANSFER)
    earned_on = "" if is_told else _day(entry.earned_at)
    return FormLine(
        title=entry.title,
        organizer=details.organizer,
        held=details.held or earned_on,
        place=details.place or (_ONLINE if is_online else ""),
        sort=details.sort,
        examined_by=details.examined_by,
        level=details.level,
        registered_on=_day(entry.entered_at),
        hours=str(entry.hours),
    )


def _day(instant: dt.datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d}"
