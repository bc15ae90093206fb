"""Keeping the pictures of questions, and who may see them."""

from collections.abc import Sequence
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import is_allowed
from lms.catalog.files import remove_file
from lms.catalog.models import Course
from lms.catalog.review_queries import judges
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Permission
from lms.enrollments.queries import holding_cycle
from lms.questions.behaviours import behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.markup import Picture, parts_of
from lms.questions.picture_files import store_picture
from lms.questions.picture_models import QuestionPicture

LONGEST_ALT = 100


def add_picture(actor: Person, course: Course, file: IO[bytes], alt: str) -> QuestionPicture:
    """Keep a picture for the course's questions; `alt` says what it shows.

    Raises NotAllowed, or Invalid (fields "file" and "alt").
    """
    require(actor, Permission.QUESTIONS_QUESTION_EDIT, course.base_id)
    if not 1 <= len(alt) <= LONGEST_ALT or set(alt) & set("[]\r\n"):
        raise Invalid(_l("请用 1 到 100 个字说明图片内容，不用方括号。"), field="alt")
    path, size_bytes = store_picture(file)
    try:
        picture = QuestionPicture(
            course=course, alt=alt, path=path, size_bytes=size_bytes, created_by_id=actor.id
        )
        db.session.add(picture)
        db.session.flush()
    except Exception:
        remove_file(path)
        raise
    record(
        AuditTag.QUESTIONS_PICTURE_UPLOAD,
        actor.id,
        f"picture:{picture.id}",
        organization_id=course.base_id,
        course_id=course.id,
    )
    return picture


def pictures_of(course: Course) -> Select[QuestionPicture]:
    """The pictures of the course's bank."""
    return select(QuestionPicture).where(QuestionPicture.course_id == course.id)


def get_picture(person: Person, public_id: str) -> QuestionPicture:
    """The picture if `person` may see questions that show it; raises NotFound otherwise.

    Those are the staff of the course's base, whoever judges a version of the course, and whoever
    studies or has studied it. Which picture stands in a text they have not been shown yet, they
    cannot tell: ids are random.
    """
    query = select(QuestionPicture).where(QuestionPicture.public_id == public_id)
    picture = db.session.scalar(query)
    if picture is None or not _may_see(person, picture.course):
        raise NotFound()
    return picture


def _may_see(person: Person, course: Course) -> bool:
    if is_allowed(person, Permission.QUESTIONS_QUESTION_EDIT, course.base_id):
        return True
    return holding_cycle(person, course) is not None or judges(person, course)


def picture_problem(course: Course, facts: QuestionFacts) -> str | None:
    """The field whose text shows a picture that the course's bank does not hold; None if none."""
    wanted = {field: _picture_ids(texts) for field, texts in _texts(facts).items()}
    ids = set().union(*wanted.values())
    if not ids:
        return None
    query = pictures_of(course).where(QuestionPicture.public_id.in_(ids))
    known = set(db.session.scalars(query.with_only_columns(QuestionPicture.public_id)))
    return next((field for field, named in wanted.items() if named - known), None)


def _texts(facts: QuestionFacts) -> dict[str, Sequence[str]]:
    return {
        "text": [facts.text],
        "explanation": [facts.explanation],
        **behaviour_of(facts.kind).texts(facts),
    }


def _picture_ids(texts: Sequence[str]) -> set[str]:
    parts = (part for text in texts for part in parts_of(text))
    return {part.public_id for part in parts if isinstance(part, Picture)}
