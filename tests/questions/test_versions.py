"""What learners are asked is what was judged with their version."""

import pytest

from lms.catalog.differences import differences
from lms.catalog.models import CourseState
from lms.catalog.versions import freeze_course
from lms.core.db import db, transaction
from lms.exams import queries as exam_queries
from lms.exams.rules import ExamFacts, Part
from lms.exams.settings_operations import set_exam
from lms.questions import operations
from lms.questions.models import Question, QuestionUse
from lms.questions.queries import pool
from tests.factories import CourseFactory, QuestionFactory
from tests.factories.catalog import version_as_it_is
from tests.factories.exams import ExamSettingsFactory
from tests.questions.test_history import facts


@pytest.fixture
def course(base):
    """One that is published."""
    return CourseFactory(base=base)


@pytest.fixture
def judged(course):
    return QuestionFactory(course=course)


def asked(course, version=None):
    return [
        question.id
        for question in pool(course.id, None, QuestionUse.EXAM, (version or course.version).id)
    ]


def test_question_written_later_waits_for_the_next_version(trainer, course, judged):
    with transaction():
        later = operations.create_question(trainer, course, facts())
    assert asked(course) == [judged.id]
    former = course.version
    next_one = version_as_it_is(course)
    assert asked(course, next_one) == [judged.id, later.id]
    assert asked(course, former) == [judged.id]


def test_reworded_question_is_asked_in_its_old_words_until_then(trainer, course, judged):
    with transaction():
        reworded = operations.revise_question(trainer, judged, facts())
    assert reworded is not judged
    assert asked(course) == [judged.id]
    assert asked(course, version_as_it_is(course)) == [reworded.id]


def test_retired_question_is_asked_nowhere_any_more(trainer, course, judged):
    former = course.version
    version_as_it_is(course)
    with transaction():
        operations.retire_question(trainer, judged)
    assert asked(course) == []
    assert asked(course, former) == []


def test_question_in_review_keeps_its_words_and_one_not_yet_submitted_does_not(trainer, base):
    draft = CourseFactory(base=base, state=CourseState.DRAFT, published_at=None)
    question = QuestionFactory(course=draft)
    with transaction():
        assert operations.revise_question(trainer, question, facts()) is question
    with transaction():
        freeze_course(draft, trainer.id)
        changed = operations.revise_question(trainer, question, facts(explanation="改过"))
    assert changed is not question
    assert db.session.get_one(Question, question.id).explanation != "改过"


def test_exam_of_a_version_stays_as_it_was_judged(trainer, course):
    ExamSettingsFactory(course_id=course.id)
    with transaction():
        set_exam(trainer, course, ExamFacts((Part("single", 9, 1),), 90, 5))
    kept = exam_queries.version_exam(course.version.id)
    assert (kept.pass_percent, kept.minutes, kept.parts[0]["count"]) == (60, 30, 3)


def test_differences_name_questions_and_exam(trainer, course, judged):
    QuestionFactory(course=course)
    ExamSettingsFactory(course_id=course.id)
    assert differences(course.version, course) == []
    with transaction():
        operations.create_question(trainer, course, facts())
        operations.revise_question(trainer, judged, facts(explanation="改过"))
        set_exam(trainer, course, ExamFacts((Part("single", 2, 1),), 60, 30))
    found = differences(course.version, course)
    assert found == ["新增或修改题目 2 道", "停用或被替换题目 1 道", "考试设置有修改"]
