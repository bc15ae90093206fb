"""The part of an hour's explanation that exams know."""

from flask import render_template

from lms.exams.queries import attempts_of
from lms.hours.models import Credit


def attempts_part(credit: Credit) -> str | None:
    """Filler of "credit.trace": the attempts of the cycle; none of a course without an exam."""
    attempts = attempts_of(credit.cycle_id) if credit.cycle_id is not None else []
    return render_template("exams/_trace.html", attempts=attempts) if attempts else None
