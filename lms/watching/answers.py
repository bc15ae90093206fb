"""A question as the player's page gets it, and an answer as it comes back."""

from collections.abc import Sequence
from typing import Any

from flask import render_template

from lms.core.errors import Invalid
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question
from lms.questions.rules import public_view
from lms.watching.choosing import Outcome


def question_facts(question: Question, option_order: Sequence[Any], nonce: str) -> dict[str, Any]:
    """What the page may know of a question asked, with the HTML that shows it."""
    view = public_view(question, option_order)
    shape = behaviour_of(question.kind).shape
    label = str(question.kind.label)
    # The same parts as on a paper, written by the same templates.
    html = render_template("watching/_question.html", question=view, shape=shape, label=label)
    return {**view, "nonce": nonce, "kind_label": label, "shape": shape, "html": html}


def outcome_facts(outcome: Outcome) -> dict[str, Any]:
    """What the page is told of an answer: whether it is right and what follows, and no more."""
    return {
        "right": outcome.is_right,
        "wait_seconds": outcome.wait_seconds,
        "back_to": outcome.back_to,
    }


def answer_from(body: Any) -> tuple[str, list[Any]]:
    """The nonce and the answer of a request's JSON; raises Invalid for anything else."""
    if not isinstance(body, dict):
        raise Invalid()
    nonce, chosen = body.get("nonce"), body.get("chosen")
    if not isinstance(nonce, str) or not isinstance(chosen, list):
        raise Invalid()
    if not (nonce.isascii() and nonce.isprintable()):
        raise Invalid()
    return nonce, chosen
