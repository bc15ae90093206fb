"""The part of an hour's explanation that watching knows."""

from flask import render_template

from lms.hours.models import Credit
from lms.watching.tracing import traces_of


def lessons_part(credit: Credit) -> str | None:
    """Filler of "credit.trace": each lesson with its windows and pop-ups."""
    traces = traces_of(credit.cycle) if credit.cycle is not None else []
    return render_template("watching/_trace.html", traces=traces) if traces else None
