"""Keeping the pictures of questions, and who may see them."""

from collections.abc import Iterable, Sequence
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, String, cast, or_, select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import is_allowed
from lms.catalog.models import Course
from lms.catalog.review_queries import judges
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.files import forget_file
from lms.core.permissions import Permission
from lms.enrollments.queries import holding_cycle
from lms.questions.behaviours import behaviour_of
from lms.questions.change_models import QuestionChange
from lms.questions.facts import QuestionFacts
from lms.questions.markup import Picture, parts_of
from lms.questions.models import Question
from lms.questions.picture_files import store_picture
from lms.questions.picture_models import QuestionPicture
from lms.upkeep.references import Reference

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
        forget_file(path)
        raise
    _note(AuditTag.QUESTIONS_PICTURE_UPLOAD, actor, picture)
    return picture


def remove_picture(actor: Person, picture: QuestionPicture) -> None:
    """Take away a picture that no text shows; its file goes once that is durable.

    Raises NotAllowed, or Conflict while a question shows it: also a retired one, which stands on
    papers, and also as it read before it was revised.
    """
    course, path = picture.course, picture.path
    require(actor, Permission.QUESTIONS_QUESTION_EDIT, course.base_id)
    # Whoever writes a question that shows it waits for us, and is told that it is gone.
    db.session.refresh(picture, with_for_update=True)
    if used_pictures(course, [picture]):
        raise Conflict(_l("还有题目在使用这张图片，不能删除。"))
    _note(AuditTag.QUESTIONS_PICTURE_REMOVE, actor, picture)
    db.session.delete(picture)
    db.session.flush()
    after_commit(lambda: forget_file(path))


def _note(tag: AuditTag, actor: Person, picture: QuestionPicture) -> None:
    course = picture.course
    record(
        tag,
        actor.id,
        f"picture:{picture.id}",
        organization_id=course.base_id,
        course_id=course.id,
    )


def used_pictures(course: Course, pictures: Sequence[QuestionPicture]) -> set[str]:
    """The public ids of those pictures that a text shows, or once showed, in one search."""
    written = (Question.text, Question.explanation, cast(Question.options, String))
    shows = or_(*(text.contains("](picture:") for text in written))
    texts = select(*written).where(Question.course_id == course.id, shows)
    former = cast(QuestionChange.former, String)
    kept = select(former).join(QuestionChange.question)
    kept = kept.where(Question.course_id == course.id, former.contains("](picture:"))
    found = [
        str(text) for query in (texts, kept) for row in db.session.execute(query) for text in row
    ]
    return {one.public_id for one in pictures if any(one.public_id in text for text in found)}


def pictures_of(course: Course) -> Select[QuestionPicture]:
    """The pictures of the course's bank."""
    return select(QuestionPicture).where(QuestionPicture.course_id == course.id)


def kept_pictures() -> Iterable[Reference]:
    """The files of all pictures: texts name them by their row, frozen texts of papers as well."""
    for picture_id, path in db.session.execute(select(QuestionPicture.id, QuestionPicture.path)):
        yield Reference.to_file(path, f"picture:{picture_id}")


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


def get_picture_of(course: Course, public_id: str) -> QuestionPicture:
    """The picture if it is of this course's bank; raises NotFound otherwise."""
    query = pictures_of(course).where(QuestionPicture.public_id == public_id)
    picture = db.session.scalar(query)
    if picture is None:
        raise NotFound()
    return picture


def picture_problem(course: Course, facts: QuestionFacts) -> str | None:
    """The field whose text shows a picture that the course's bank does not hold; None if none."""
    wanted = {field: _picture_ids(texts) for field, texts in _texts(facts).items()}
    ids = set().union(*wanted.values())
    if not ids:
        return None
    query = pictures_of(course).where(QuestionPicture.public_id.in_(ids))
    # Held until the commit, so that none is taken away meanwhile.
    held = query.with_only_columns(QuestionPicture.public_id).with_for_update(read=True)
    known = set(db.session.scalars(held))
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
