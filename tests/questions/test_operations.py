"""Writing, revising and retiring questions, and the pool to draw from."""

import pytest
from sqlalchemy import func, select

from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.questions import operations, queries
from lms.questions.models import Question, QuestionKind, QuestionUse
from tests.factories import CourseFactory, LessonFactory, QuestionFactory
from tests.questions.test_rules import facts


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Question))


def test_question_is_written_with_its_answer_sorted(trainer, course):
    lesson = LessonFactory(course=course)
    wanted = facts(kind=QuestionKind.MULTIPLE, answer=(2, 0), topic="学时", explanation="因为")
    with transaction():
        question = operations.create_question(trainer, course, wanted, lesson)
    db.session.expire_all()
    assert question.options == ["90", "60", "30"]
    assert question.answer == [0, 2]
    assert question.lesson_id == lesson.id
    assert (question.topic, question.explanation) == ("学时", "因为")
    assert question.created_by_id == trainer.id


def test_wrong_question_is_refused_at_its_field_and_not_kept(trainer, course):
    with pytest.raises(Invalid) as refusal, transaction():
        operations.create_question(trainer, course, facts(options=("同", "同")))
    assert refusal.value.field == "options"
    assert count() == 0


def test_lesson_of_another_course_is_refused(trainer, course):
    with pytest.raises(Invalid) as refusal, transaction():
        operations.create_question(trainer, course, facts(), LessonFactory())
    assert refusal.value.field == "lesson"


def test_many_questions_come_all_or_none(trainer, course):
    rows = [(facts(text="一"), None), (facts(text="二"), None), (facts(text=""), None)]
    with pytest.raises(Invalid), transaction():
        operations.create_questions(trainer, course, rows)
    assert count() == 0
    with transaction():
        operations.create_questions(trainer, course, rows[:2])
    assert count() == 2


def test_stranger_writes_revises_and_retires_nothing(stranger, course):
    question = QuestionFactory(course=course)
    attempts = (
        lambda: operations.create_question(stranger, course, facts()),
        lambda: operations.revise_question(stranger, question, facts()),
        lambda: operations.retire_question(stranger, question),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed), transaction():
            attempt()
    assert not question.is_retired


def test_question_of_a_course_never_published_is_changed_in_place(trainer, course):
    question = QuestionFactory(course=course)
    with transaction():
        revised = operations.revise_question(trainer, question, facts(text="改过"))
    assert revised.id == question.id
    assert question.text == "改过"
    assert count() == 1


@pytest.mark.parametrize("state", [CourseState.PUBLISHED, CourseState.WITHDRAWN])
def test_question_that_may_have_been_asked_gets_a_successor(trainer, base, state):
    course = CourseFactory(base=base, state=state)
    question = QuestionFactory(course=course, text="原题", options=["甲", "乙"])
    with transaction():
        revised = operations.revise_question(trainer, question, facts(text="改过"))
    assert revised.id != question.id
    assert (revised.replaces_id, revised.text, revised.is_retired) == (question.id, "改过", False)
    assert (question.text, question.options, question.is_retired) == ("原题", ["甲", "乙"], True)


def test_wrong_revision_leaves_the_question_in_use(trainer, base):
    question = QuestionFactory(course=CourseFactory(base=base))
    with pytest.raises(Invalid), transaction():
        operations.revise_question(trainer, question, facts(answer=()))
    assert not question.is_retired
    assert count() == 1


def test_retired_question_is_not_revised_so_no_fork_arises(trainer, base):
    question = QuestionFactory(course=CourseFactory(base=base))
    with transaction():
        operations.revise_question(trainer, question, facts())
    with pytest.raises(Conflict), transaction():
        operations.revise_question(trainer, question, facts())
    assert count() == 2


def test_pool_holds_what_is_in_use_for_the_purpose(course):
    popup, both, exam = (
        QuestionFactory(course=course, use=use)
        for use in (QuestionUse.POPUP, QuestionUse.BOTH, QuestionUse.EXAM)
    )
    QuestionFactory(course=course, is_retired=True)
    QuestionFactory()
    assert queries.pool(course.id, None, QuestionUse.POPUP, None) == [popup, both]
    assert queries.pool(course.id, None, QuestionUse.EXAM, None) == [both, exam]


def test_pool_is_counted_by_kind_difficulty_and_topic(course):
    QuestionFactory.create_batch(2, course=course, use=QuestionUse.EXAM, topic="折算")
    QuestionFactory(course=course, difficulty=3, ordering=True, topic="")
    QuestionFactory(course=course, use=QuestionUse.POPUP)
    QuestionFactory(course=course, is_retired=True)
    QuestionFactory()
    counts = queries.count_pool(course.id, QuestionUse.EXAM)
    assert counts == {(QuestionKind.SINGLE, 2, "折算"): 2, (QuestionKind.ORDERING, 3, ""): 1}
    assert queries.topics_of(course, QuestionUse.EXAM) == ["折算"]


def test_lesson_draws_its_own_then_those_of_no_lesson(course):
    first, second = LessonFactory(course=course), LessonFactory(course=course)
    own = QuestionFactory(course=course, lesson=first)
    general = QuestionFactory(course=course)
    assert queries.pool(course.id, first.id, QuestionUse.POPUP, None) == [own]
    assert queries.pool(course.id, second.id, QuestionUse.POPUP, None) == [general]
    assert queries.pool(course.id, None, QuestionUse.POPUP, None) == [own, general]


def test_retired_question_leaves_the_pool(trainer, course):
    question = QuestionFactory(course=course)
    with transaction():
        operations.retire_question(trainer, question)
    assert queries.pool(course.id, None, QuestionUse.EXAM, None) == []


def test_questions_are_found_by_kind_use_and_words(course):
    hit = QuestionFactory(course=course, text="公需科目 100% 学完", topic="学时")
    QuestionFactory(course=course, text="别的", use=QuestionUse.EXAM)
    find = lambda **given: list(db.session.scalars(queries.questions_of(course, **given)))  # noqa: E731
    assert find(text="100% 学时") == [hit]
    assert find(use=QuestionUse.BOTH) == [hit]
    assert find(kind=QuestionKind.MULTIPLE) == []
    assert queries.count_by_kind(course)[QuestionKind.SINGLE] == 2
