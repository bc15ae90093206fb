"""The hours of those who lecture in selected quality courses, and what becomes of them.

Shandong 2025, 二(三). They go to the bank as a learner's do: written with their delivery in the
transaction of the selection, reversed in that of its taking back.
"""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.quality_models import QualityMark
from lms.core import clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.hours.models import Credit, DeliveryKind
from lms.hours.operations import write_delivery

# What the hour bank is told; it is part of the ledger and not of a page.
MERGE_REASON = "人员合并：同一人的重复登记"
_TITLE = "优质在线公需课授课：{title}"
_LONGEST_TITLE = 120


def write_lecture_credit(mark: QualityMark) -> Credit:
    """Handler of events.quality_marked: the lecturer's hours and their delivery.

    A second call for the same selection returns the credit that is there.
    """
    return _credit_of(mark) or _write(mark, mark.lecturer_id, mark.number)


def reverse_lecture_credit(mark: QualityMark) -> None:
    """Handler of events.quality_taken_back: the bank takes the hours back, once."""
    credit = _credit_of(mark)
    if credit is not None and not credit.is_reversed:
        write_delivery(credit, DeliveryKind.REVERSAL, mark.reason)


def _credit_of(mark: QualityMark) -> Credit | None:
    """The credit of a selection; the newest, if its lecturer was merged into another record."""
    query = select(Credit).where(Credit.quality_mark_id == mark.id)
    return db.session.scalar(query.order_by(Credit.id.desc()).limit(1))


def _write(mark: QualityMark, person_id: int, number: str) -> Credit:
    title = _TITLE.format(title=mark.course.shown.title)
    credit = Credit(
        quality_mark=mark,
        course_id=mark.course_id,
        person_id=person_id,
        year=mark.year,
        category=HourCategory.PUBLIC,
        hours=mark.hours,
        title=title[:_LONGEST_TITLE],
        certificate_number=number,
        earned_at=clock.now(),
    )
    db.session.add(credit)
    db.session.flush()
    write_delivery(credit, DeliveryKind.CREDIT)
    return credit


def merge_lecturer(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: what was earned by lecturing passes to the survivor.

    The bank takes the hours back from the one and enters them for the other, as two entries.
    """
    query = select(Credit).where(
        Credit.person_id == duplicate.id, Credit.quality_mark_id.is_not(None)
    )
    for credit in list(db.session.scalars(query.order_by(Credit.id))):
        mark = credit.quality_mark
        if mark is not None and not credit.is_reversed:
            write_delivery(credit, DeliveryKind.REVERSAL, MERGE_REASON)
            _write(mark, survivor.id, f"{mark.number}-{survivor.id}")
