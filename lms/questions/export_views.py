"""Staff pages: the bank as a file, and beforehand what the chosen format does not carry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, render_template
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.errors import NotFound
from lms.questions import queries
from lms.questions.behaviours import behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.formats import FORMATS, format_named
from lms.questions.formats.reading import MOST_QUESTIONS, Entry, QuestionFormat
from lms.questions.manage_views import EDIT, blueprint, managed_course
from lms.questions.models import Question
from lms.web.auth import staff
from lms.web.downloads import attachment

_MOST_NAMED = 5


@dataclass
class LostPart:
    """Something that a format does not carry: of how many questions, and which for example."""

    message: Any
    is_whole: bool
    count: int = 0
    examples: list[str] = field(default_factory=list)


@blueprint.get("/export")
@staff(EDIT)
def export_choice(slug: str) -> str:
    course = managed_course(slug)
    suspects = [_entry(question) for question in db.session.scalars(queries.hard_to_carry(course))]
    return render_template(
        "questions/manage/export.html",
        course=course,
        choices=[(each, _lost_parts(each, suspects)) for each in FORMATS],
        count=sum(queries.count_by_kind(course).values()),
        most=MOST_QUESTIONS,
    )


def _lost_parts(found: QuestionFormat, entries: Iterable[Entry]) -> list[LostPart]:
    parts: dict[str, LostPart] = {}
    for entry in entries:
        for loss in found.losses(entry):
            part = parts.setdefault(str(loss.message), LostPart(loss.message, loss.is_whole))
            part.count += 1
            if len(part.examples) < _MOST_NAMED:
                part.examples.append(entry.facts.text[:40])
    return list(parts.values())


@blueprint.get("/export/<format_name>")
@staff(EDIT)
def export(slug: str, format_name: str) -> Response:
    course = managed_course(slug)
    found = format_named(format_name)
    if found is None:
        raise NotFound()
    query = queries.questions_of(course).order_by(Question.id).options(joinedload(Question.lesson))
    content = found.write([_entry(question) for question in db.session.scalars(query)])
    return attachment(content, f"questions-{slug}.{found.extension}", found.mimetype)


def _entry(question: Question) -> Entry:
    written = behaviour_of(question.kind).as_written(question.options, question.answer)
    facts = QuestionFacts(
        kind=question.kind,
        use=question.use,
        text=question.text,
        options=_fixed(written[0]),
        answer=_fixed(written[1]),
        explanation=question.explanation,
        difficulty=question.difficulty,
        topic=question.topic,
    )
    return Entry(facts, question.lesson.title if question.lesson else "")


def _fixed(values: Sequence[Any]) -> tuple[Any, ...]:
    # JSON knows lists alone; pairs and accepted forms are tuples among facts.
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)
