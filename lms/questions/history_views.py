"""Staff pages: what was done with a question, where it was asked, and how it was answered."""

from flask import render_template

from lms.questions import queries
from lms.questions.behaviours import behaviour_of
from lms.questions.history import history_of
from lms.questions.manage_views import EDIT, blueprint, managed_course
from lms.questions.usage import statistics_of
from lms.web.auth import staff


@blueprint.get("/<int:question_id>/history")
@staff(EDIT)
def history(slug: str, question_id: int) -> str:
    course = managed_course(slug)
    question = queries.get_question(course, question_id)
    return render_template(
        "questions/manage/history.html",
        course=course,
        question=question,
        key_lines=behaviour_of(question.kind).key_lines(question),
        history=history_of(question),
        statistics=statistics_of(question),
    )
