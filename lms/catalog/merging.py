"""What becomes of a lecturer's courses when their record is merged into another."""

from sqlalchemy import update

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.quality_models import QualityMark
from lms.core.db import db


def merge_lecturer(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: courses and selections name the survivor from now on."""
    for column in (Course.lecturer_id, QualityMark.lecturer_id):
        db.session.execute(
            update(column.class_).where(column == duplicate.id).values({column: survivor.id})
        )
