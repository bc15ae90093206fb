"""Where a question was asked and how it was answered, in pop-ups and in exams."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from lms.core.db import db
from lms.exams.models import Attempt
from lms.questions.models import Question, QuestionUse
from lms.questions.usage import Given, Usage, VersionUse, statistics_of, summed
from tests.exams.conftest import open_attempt, sit
from tests.factories import CycleFactory, PostFactory, QuestionFactory
from tests.support import sign_in
from tests.watching.support import Page, make_study, watch


def shares(one):
    return [(share.text, share.count, share.percent, share.is_key) for share in one.shares]


def numbers(one):
    return one.asked, one.answered, one.right, one.right_percent


@pytest.fixture
def question(app):
    return QuestionFactory(options=["90", "60", "30"], answer=[0])


def test_answers_are_graded_and_counted_by_option(question):
    versions = [VersionUse(1, 5, 4), VersionUse(2, 3, 3)]
    given = [Given([0], 4), Given([1], 2), Given([], 2)]
    one = summed(question, Usage("弹题", versions, given))
    assert numbers(one) == (8, 6, 4, 67)
    assert shares(one) == [("90", 4, 67, True), ("60", 2, 33, False), ("30", 0, 0, False)]


def test_what_was_typed_is_counted_as_typed_and_graded(app):
    blanks = QuestionFactory(fill_in=True)
    given = [Given(["九十", "30"], 3), Given(["60", "30"], 1)]
    one = summed(blanks, Usage("考试", [VersionUse(1, 4, 4)], given))
    assert numbers(one) == (4, 4, 3, 75)
    assert shares(one) == [("九十 / 30", 3, 75, True), ("60 / 30", 1, 25, False)]


def test_a_question_never_asked_has_nothing_to_tell(question):
    assert [numbers(one) for one in statistics_of(question)] == [(0, 0, 0, 0)] * 2


def test_popups_count_what_was_asked_and_answered(app, clock):
    cycle = make_study(6)
    question = QuestionFactory(course=cycle.course, use=QuestionUse.POPUP)
    for right in (True, False):
        page = Page.of(app, CycleFactory(course=cycle.course)).set_gates(1)
        watch(page, clock, range(1))
        page.answer(page.popup(), right=right)
    # A third one sees it and has not answered yet.
    page = Page.of(app, CycleFactory(course=cycle.course)).set_gates(1)
    watch(page, clock, range(1))
    page.popup()
    popups, exams = statistics_of(db.session.get_one(Question, question.id))
    assert numbers(popups) == (3, 2, 1, 50)
    assert popups.versions == [VersionUse(1, 3, 3)]
    assert shares(popups)[:2] == [("90", 1, 50, True), ("60", 1, 50, False)]
    assert exams.asked == 0


def test_exams_count_what_was_handed_in(cycle):
    wrong, right = sit(cycle, right=False), sit(cycle, right=True)
    for attempt, count in ((wrong, 0), (right, 1)):
        for item in db.session.get_one(Attempt, attempt.id).items:
            popups_told, exams = statistics_of(item.question)
            assert popups_told.asked == 0
            assert numbers(exams) == (1, 1, count, 100 * count)
            assert exams.versions == [VersionUse(1, 1, 1)]


def test_an_open_paper_tells_nothing(cycle):
    open_attempt(cycle)
    for question in db.session.query(Question):
        assert statistics_of(question)[1].asked == 0


def test_page_asks_as_often_for_many_answers_as_for_few(app, clock):
    trainer = PostFactory().person
    cycle = make_study(6, base=trainer.posts[0].organization)
    question = QuestionFactory(course=cycle.course, use=QuestionUse.POPUP)
    client = sign_in(app.test_client(), trainer)
    address = f"/manage/courses/{cycle.course.slug}/questions/{question.id}/history"
    counts = []
    for learners in (1, 3):
        for _ in range(learners):
            learner = Page.of(app, CycleFactory(course=cycle.course)).set_gates(1)
            watch(learner, clock, range(1))
            learner.answer(learner.popup())
        with counted() as queries:
            page = client.get(address).text
        assert f"出现 {1 if learners == 1 else 4} 次" in page
        counts.append(len(queries))
    assert counts[0] == counts[1]


@contextmanager
def counted():
    """The statements that the database is given meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
